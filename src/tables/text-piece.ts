/** Pieces of tables that are text: lines, one for each row. @module */

import type { TableRow } from './columns.ts';
import type { EncodedPiece, PieceEncoder, TailEncoder } from './format.ts';

/** What is read at a time; a piece is made whole for any part of it. */
const PIECE_CHARACTERS = 256 * 1024;

export class TextPiece implements PieceEncoder<null> {
  readonly #lineOf: (row: TableRow) => string;
  readonly #lines: string[] = [];
  #characters = 0;

  /** `lineOf`: its end included. */
  constructor(lineOf: (row: TableRow) => string) {
    this.#lineOf = lineOf;
  }

  get isFull(): boolean {
    return this.#characters >= PIECE_CHARACTERS;
  }

  add(row: TableRow): void {
    const line = this.#lineOf(row);
    this.#lines.push(line);
    this.#characters += line.length;
  }

  async encode(): Promise<EncodedPiece<null>> {
    return { bytes: Buffer.from(this.#lines.join(''), 'utf8'), placement: null };
  }
}

export const NO_TAIL: TailEncoder<null> = { place: () => {}, encode: () => new Uint8Array(0) };
