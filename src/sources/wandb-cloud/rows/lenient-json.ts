/** Reads JSON in which NaN and Infinity may stand bare, as W&B's SDK writes it. @module */

/** Unrolled, so that long strings cost the regular expression no memory. */
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const TOKEN = /[-+.\w]+/y;
const SPACE = /[ \t\r\n]*/y;
const MAX_DEPTH = 512;

/** The value a text stands for. @throws SyntaxError when it is no JSON, not even of this kind. */
export function parseLenientJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!text.includes('NaN') && !text.includes('Infinity')) throw error;
    return new LenientParser(text).parse();
  }
}

class LenientParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
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
        return Number.NaN;
      case 'Infinity':
        return Number.POSITIVE_INFINITY;
      case '-Infinity':
        return Number.NEGATIVE_INFINITY;
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
