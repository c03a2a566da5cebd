/** YAML that people write, as maps, lists and scalars, and where in it a thing stands. @module */

import { type Document, isNode, LineCounter, parseDocument, type YAMLParseError } from 'yaml';
import { aliasProblem, LogdirError, writtenJson, yamlProblem } from '../../core/index.ts';

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

  #syntaxProblem(error: YAMLParseError): LogdirError {
    const { line } = this.#lines.linePos(error.pos[0]);
    return new LogdirError(
      'invalid-argument',
      `${this.#path}:${line}: not valid YAML: ${yamlProblem(error)}`,
    );
  }

  #resolved(): unknown {
    try {
      const content: unknown = this.#document.toJS({ mapAsMap: true });
      // Of aliases that lead in a circle there is no end.
      JSON.stringify(content, writtenJson);
      return content;
    } catch (error) {
      throw new LogdirError('invalid-argument', `${this.#path}: ${aliasProblem(error)}`);
    }
  }
}
