/** Parses W&B's JSON text, which is JSON except that NaN and Infinity may stand bare: Python's `json` writes them so. @module */

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** Unrolled, so that long strings cost the regular expression no memory. */
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const TOKEN = /[-+.\w]+/y;
const SPACE = /[ \t\r\n]*/y;
const MAX_DEPTH = 512;

/** Words that W&B's server has for numbers strict JSON lacks, as it writes them and as its pages accept them. */
const WORDS: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['nan', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['Inf', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
]);
const LONGEST_WORD = 9;

/** The number a word stands for; undefined when the text is not such a word. */
export function wordNumber(text: string): number | undefined {
  return text.length <= LONGEST_WORD ? WORDS.get(text) : undefined;
}

/** The value of a text, bare words as numbers. @throws SyntaxError when it is no JSON, not even of this kind. */
export function parseLenientJson(text: string): unknown {
  return parse(text, Number);
}

/**
 * The value of a text. Bare NaN, Infinity and -Infinity become those strings, as documents of strict JSON are made of it;
 * text that is no JSON at all comes back as a string. Integers beyond 2^53 are rounded to doubles.
 */
export function parseWandbJson(text: string): JsonValue {
  try {
    return parse(text, String) as JsonValue;
  } catch {
    return text;
  }
}

/** Strict JSON goes to `JSON.parse`, which is several times as fast. */
function parse(text: string, valueOfWord: (word: string) => unknown): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!text.includes('NaN') && !text.includes('Infinity')) throw error;
    return new LenientParser(text, valueOfWord).parse();
  }
}

class LenientParser {
  readonly #text: string;
  readonly #valueOfWord: (word: string) => unknown;
  #at = 0;

  constructor(text: string, valueOfWord: (word: string) => unknown) {
    this.#text = text;
    this.#valueOfWord = valueOfWord;
  }

  parse(): unknown {
    const value = this.#value(0);
    if (this.#at !== this.#text.length) throw this.#unexpected();
    return value;
  }

  #value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw new SyntaxError(`nested more than ${MAX_DEPTH} levels deep`);
    this.#match(SPACE);
    const first = this.#text[this.#at];
    const value = first === '{' ? this.#object(depth) : first === '[' ? this.#list(depth) : this.#leaf(first);
    this.#match(SPACE);
    return value;
  }

  #leaf(first: string | undefined): unknown {
    const text = this.#match(first === '"' ? STRING : TOKEN);
    switch (text) {
      case '':
        throw this.#unexpected();
      case 'NaN':
      case 'Infinity':
      case '-Infinity':
        return this.#valueOfWord(text);
      default:
        return JSON.parse(text);
    }
  }

  /** Without a prototype, so that a key `__proto__` is a key like any other. */
  #object(depth: number): object {
    const object = Object.create(null) as Record<string, unknown>;
    for (const _ of this.#items('}')) {
      this.#match(SPACE);
      const key = this.#match(STRING);
      this.#match(SPACE);
      if (key === '' || !this.#skip(':')) throw this.#unexpected();
      object[JSON.parse(key) as string] = this.#value(depth + 1);
    }
    return object;
  }

  #list(depth: number): unknown[] {
    const list: unknown[] = [];
    for (const _ of this.#items(']')) list.push(this.#value(depth + 1));
    return list;
  }

  /** Stops at each item between the brackets. */
  *#items(close: string): Generator<void> {
    this.#at++;
    this.#match(SPACE);
    if (this.#skip(close)) return;
    do yield;
    while (this.#skip(','));
    if (!this.#skip(close)) throw this.#unexpected();
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += text.length;
    return text;
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #unexpected(): SyntaxError {
    return new SyntaxError(`unexpected ${JSON.stringify(this.#text[this.#at] ?? 'end')} at ${this.#at}`);
  }
}
