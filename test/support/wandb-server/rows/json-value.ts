/** JSON as W&B logs it: numbers may be NaN or infinite, integers larger than 2^53. @module */

export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The `_type` of a media object (image-file, histogram, …); null for anything else. */
export function mediaType(value: JsonValue): string | null {
  const type = isObject(value) ? value['_type'] : undefined;
  return typeof type === 'string' ? type : null;
}

/** An object without a prototype, so that a key `__proto__` is a key like any other. */
export function bareObject(entries: Iterable<readonly [string, JsonValue]> = []): Record<string, JsonValue> {
  const object = Object.create(null) as Record<string, JsonValue>;
  for (const [key, value] of entries) object[key] = value;
  return object;
}

/** The word W&B writes for a number JSON lacks. */
export function nonFiniteWord(value: number): 'NaN' | 'Infinity' | '-Infinity' {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

/** The value as GraphQL's JSON can hold it: words for what is not finite; integers beyond 2^53 lose digits. */
export function jsonSafe(value: JsonValue): JsonValue {
  if (typeof value === 'number') return Number.isFinite(value) ? value : nonFiniteWord(value);
  if (typeof value === 'bigint') return Number(value);
  if (value === null || typeof value !== 'object') return value;
  if (isObject(value)) return bareObject(Object.entries(value).map(([key, item]) => [key, jsonSafe(item)]));
  return value.map(jsonSafe);
}
