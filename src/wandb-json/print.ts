/** Prints JSON text: of cells in one canonical form, of documents no further than somebody will read. @module */

import { type JsonValue, wordNumber } from './parse.ts';

/** Deeper nesting is cut off: nobody logs it, and recursion has to end before the stack does. */
const MAX_DEPTH = 256;

/**
 * Canonical JSON text of a value, the same however it came: without spaces, members sorted by code unit as exploded media of a
 * local log are put together, numbers as JSON prints them (bare when not finite). Members that are null or objects
 * without members are left out: a column of parquet can't tell them from absent ones.
 */
export function cellText(value: unknown, depth = 0): string {
  switch (typeof value) {
    case 'number':
      return numberText(value);
    case 'bigint':
      return numberText(Number(value));
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    default:
      if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return 'null';
      return Array.isArray(value) ? listText(value, depth) : objectText(value, depth);
  }
}

function numberText(value: number): string {
  return String(value);
}

/** In a list of numbers the words are numbers; JSON of the server can't write them otherwise. */
function listText(list: readonly unknown[], depth: number): string {
  const isNumeric = list.some((item) => typeof item === 'number') && list.every(isNumberOrWord);
  const texts = list.map((item) =>
    isNumeric && typeof item === 'string' ? numberText(wordNumber(item)!) : cellText(item, depth + 1),
  );
  return `[${texts.join(',')}]`;
}

function isNumberOrWord(item: unknown): boolean {
  return typeof item === 'number' || (typeof item === 'string' && wordNumber(item) !== undefined);
}

function objectText(object: object, depth: number): string {
  const texts: string[] = [];
  for (const [key, member] of Object.entries(object).sort(byKey)) {
    if (member === null || member === undefined) continue;
    const text = cellText(member, depth + 1);
    if (text !== '{}' && text !== 'null') texts.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${texts.join(',')}}`;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/**
 * The JSON text of a value without spaces, complete if it has at most `maxCharacters`, else cut somewhere beyond
 * them. Costs as much as is written, and takes values nested deeper than `JSON.stringify` can go. Numbers that JSON
 * lacks are strings.
 */
export function compactJson(value: JsonValue, maxCharacters: number): string {
  let text = '';
  // One character for each level at least, so the depth is bounded too.
  const write = (part: JsonValue): void => {
    if (text.length > maxCharacters) return;
    if (Array.isArray(part)) {
      text += '[';
      writeAll(part, write);
      text += ']';
    } else if (typeof part === 'object' && part !== null) {
      text += '{';
      writeAll(Object.keys(part), (key) => {
        text += `${JSON.stringify(key)}:`;
        write(part[key]!);
      });
      text += '}';
    } else {
      const isNoJson = typeof part === 'number' && !Number.isFinite(part);
      text += JSON.stringify(isNoJson ? String(part) : part);
    }
  };
  const writeAll = <T>(parts: readonly T[], writeOne: (part: T) => void): void => {
    for (let i = 0; i < parts.length && text.length <= maxCharacters; i++) {
      if (i > 0) text += ',';
      writeOne(parts[i]!);
    }
  };
  write(value);
  return text;
}
