/** The text of values that are neither numbers nor strings: lists, media objects and nulls, written one way. @module */

/** Words that W&B's server has for numbers strict JSON lacks (wandb-cloud.md 2.7; the rest are what its pages accept). */
const WORDS: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['nan', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['Inf', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
]);
const LONGEST_WORD = 9;

/** Deeper nesting is cut off: nobody logs it, and recursion has to end before the stack does. */
const MAX_DEPTH = 256;

/** The number a word stands for; undefined when the text is not such a word. */
export function wordNumber(text: string): number | undefined {
  return text.length <= LONGEST_WORD ? WORDS.get(text) : undefined;
}

/**
 * JSON text of a value, the same however it came: without spaces, members sorted by code unit as exploded media of a
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
