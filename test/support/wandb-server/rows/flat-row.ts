/** A logged row as the server keeps it: nested dicts become dotted names, media objects stay whole. @module */

import { bareObject, isObject, type JsonObject, type JsonValue, mediaType } from './json-value.ts';

/** Empty dicts vanish, lists keep what is in them. Of two keys that become one name the later one holds. */
export function flattenRow(row: JsonObject): JsonObject {
  const flat = bareObject();
  for (const [key, value] of Object.entries(row)) flattenInto(flat, key, value);
  return flat;
}

function flattenInto(flat: Record<string, JsonValue>, name: string, value: JsonValue): void {
  if (!isObject(value) || mediaType(value) !== null) {
    flat[name] = value;
    return;
  }
  for (const [key, item] of Object.entries(value)) flattenInto(flat, `${name}.${key}`, item);
}
