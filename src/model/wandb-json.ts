/** W&B's JSON text, which is JSON except that NaN and Infinity may stand bare. @module */

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** Strings are matched first so that a word inside one is left alone. */
const STRING_OR_BARE = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/**
 * Parses W&B's JSON text. Bare NaN, Infinity and -Infinity become those strings, as strict JSON has no numbers
 * for them; text that is no JSON at all comes back as a string. Integers beyond 2^53 are rounded to doubles.
 */
export function parseWandbJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return parseLenient(text);
  }
}

function parseLenient(text: string): JsonValue {
  const quoted = text.replace(STRING_OR_BARE, (token) => (token.startsWith('"') ? token : `"${token}"`));
  try {
    return JSON.parse(quoted) as JsonValue;
  } catch {
    return text;
  }
}

/** A key path and W&B's JSON text for it. */
export interface PathValue {
  readonly path: readonly string[];
  readonly json: string;
}

/**
 * The object that values set at paths add up to, later ones refining earlier ones. Keys are kept verbatim,
 * `__proto__` included.
 */
export function objectOfPaths(entries: readonly PathValue[]): { [key: string]: JsonValue } {
  const root = emptyObject();
  for (const { path, json } of entries) {
    let node = root;
    for (const key of path.slice(0, -1)) node = childObject(node, key);
    setOwn(node, path.at(-1) ?? '', parseWandbJson(json));
  }
  return root;
}

function emptyObject(): { [key: string]: JsonValue } {
  return {};
}

function childObject(node: { [key: string]: JsonValue }, key: string): { [key: string]: JsonValue } {
  const child = Object.hasOwn(node, key) ? node[key] : undefined;
  if (typeof child === 'object' && child !== null && !Array.isArray(child)) return child;
  const made = emptyObject();
  setOwn(node, key, made);
  return made;
}

/** Assignment would call the setter of `__proto__`. */
function setOwn(node: { [key: string]: JsonValue }, key: string, value: JsonValue): void {
  Object.defineProperty(node, key, { value, enumerable: true, configurable: true, writable: true });
}
