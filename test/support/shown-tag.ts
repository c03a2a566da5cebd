/** Under which tag a key of history is shown, as docs/MAPPING.md says it of keys that every JavaScript object has. @module */

const OBJECT_NAMES: readonly string[] = Object.getOwnPropertyNames(Object.prototype);

export function shownTag(key: string): string {
  return OBJECT_NAMES.includes(key.split('/', 1)[0]!) ? `key/${key}` : key;
}
