/** YAML that people write, as maps, lists and scalars, and where in it a thing stands. @module */

import { type Document, isNode, LineCounter, parseDocument, type YAMLParseError } from 'yaml';
import { LogdirError } from '../../core/index.ts';

/** What the parser finds, where its own words do not say what to write instead. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ['MULTIPLE_DOCS', 'it holds several documents: write all in one, without --- between'],
  ['NON_STRING_KEY', 'a key is a name: one that begins with *, [ or { stands in quotes'],
  ['DUPLICATE_KEY', 'the key is there twice'],
  ['BAD_ALIAS', 'a text that begins with * stands in quotes'],
  ['BAD_SCALAR_START', 'a text that begins with @, %, ` or the like stands in quotes'],
]);

export class YamlText {
  readonly #path: string;
  readonly #lines = new LineCounter();
  readonly #document: Document;
  /**
   * In place of objects there are Maps, so that any key is one like others, in the order they are written in. Keys are text as it is
   * written.
   */
  readonly content: unknown;

  /** @throws LogdirError `invalid-argument` where it is no YAML, or more than the text itself; by file and line. */
  constructor(text: string, path: string) {
    this.#path = path;
    this.#document = parseDocument(text, { lineCounter: this.#lines, stringKeys: true });
    const [error] = this.#document.errors;
    if (error !== undefined) throw this.#syntaxProblem(error);
    this.content = this.#resolved();
  }

  /** For messages: `FILE:LINE, KEY.KEY`. What is missing has no place: that of what it is missing in counts. */
  placeOf(keys: readonly PropertyKey[]): string {
    const name = keys.map((key) => (key === '' ? "''" : String(key))).join('.');
    const place = `${this.#path}:${this.#lineOf(keys)}`;
    return name === '' ? place : `${place}, ${name}`;
  }

  #lineOf(keys: readonly PropertyKey[]): number {
    for (let length = keys.length; length >= 0; length--) {
      const node = this.#document.getIn(keys.slice(0, length), true);
      if (isNode(node) && node.range) return this.#lines.linePos(node.range[0]).line;
    }
    return 1;
  }

  #syntaxProblem({ code, pos, message }: YAMLParseError | Document['errors'][number]): LogdirError {
    const { line } = this.#lines.linePos(pos[0]);
    const what = ADVICE.get(code) ?? message.split('\n')[0];
    return new LogdirError('invalid-argument', `${this.#path}:${line}: not valid YAML: ${what}`);
  }

  #resolved(): unknown {
    try {
      const content: unknown = this.#document.toJS({ mapAsMap: true });
      // Of aliases that lead in a circle there is no end.
      JSON.stringify(content, asJson);
      return content;
    } catch (error) {
      const [, name] = /^Unresolved alias.*: (.*)$/.exec(error instanceof Error ? error.message : '') ?? [];
      const what =
        name === undefined
          ? 'aliases (&name, *name) lead in a circle, or hold too much: write out what they stand for'
          : `*${name} stands for what was called &${name}, which is not there: a text that begins with * stands in quotes`;
      throw new LogdirError('invalid-argument', `${this.#path}: ${what}`);
    }
  }
}

/** A value as it would be written, on one line. */
export function writtenText(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  return typeof value === 'number' ? numberText(value) : JSON.stringify(value, asJson);
}

/** A replacer for JSON: maps as objects, numbers that JSON lacks as YAML writes them. */
function asJson(_: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  return typeof value === 'number' && !Number.isFinite(value) ? numberText(value) : value;
}

/** https://yaml.org/spec/1.2.2/#1032-tag-resolution */
function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf';
}
