/** Reads JSON with bare NaN, Infinity and integers of any size, as the SDK sends it; writes strict JSON. @module */

import { isObject, type JsonObject, type JsonValue, nonFiniteWord } from './json-value.ts';

/** Strings, to step over them, and the words and integers that JSON.parse cannot read or would round. */
const ODDITIES = /"(?:[^"\\]|\\.)*"|-?\b(?:Infinity|NaN)\b|(?<![\w.+-])-?\d{16,}(?![\d.eE])/g;
const MAY_HAVE_ODDITIES = /NaN|Infinity|(?<![.\d])\d{16}/;
/** Begins the strings that oddities become on their way through JSON.parse; no data begins with it. */
const MARK = '\u0000oddity:';

/** @throws SyntaxError when the text is not even lenient JSON. */
export function parseLenient(text: string): JsonValue {
  if (!MAY_HAVE_ODDITIES.test(text)) return JSON.parse(text) as JsonValue;
  const marked = text.replace(ODDITIES, (token) =>
    token.startsWith('"') ? token : JSON.stringify(MARK + token),
  );
  return JSON.parse(marked, (_key, value: JsonValue) =>
    typeof value === 'string' && value.startsWith(MARK) ? oddity(value.slice(MARK.length)) : value,
  ) as JsonValue;
}

/** @throws SyntaxError when the text holds something other than an object. */
export function parseLenientObject(text: string): JsonObject {
  const value = parseLenient(text);
  if (!isObject(value)) throw new SyntaxError(`expected a JSON object, got ${text.slice(0, 80)}`);
  return value;
}

function oddity(token: string): number | bigint {
  return /^-?\d+$/.test(token) ? exactInteger(token) : Number(token);
}

function exactInteger(digits: string): number | bigint {
  const rounded = Number(digits);
  return Number.isSafeInteger(rounded) ? rounded : BigInt(digits);
}

/** Strict JSON: numbers that are not finite become strings, large integers keep their digits. */
export function strictJson(value: JsonValue): string {
  if (typeof value === 'number')
    return Number.isFinite(value) ? JSON.stringify(value) : `"${nonFiniteWord(value)}"`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (!isObject(value)) return `[${value.map(strictJson).join(',')}]`;
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${strictJson(item)}`);
  return `{${members.join(',')}}`;
}
