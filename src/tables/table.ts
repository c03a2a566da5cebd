/** A table frozen on the logs it was opened with, its bytes made piece by piece as they are read. @module */

import { type ByteRange, clampRange, TurnBudget } from '../core/index.ts';
import type { MeasuredTable } from './pieces.ts';

/** The most that is given at a time: a piece of a table may be some MiB. */
const READ_BYTES = 256 * 1024;

export interface TableReadOptions {
  readonly signal: AbortSignal;
}

/** Gives the bytes of a piece. */
export type MakePiece = (index: number, signal: AbortSignal) => Promise<Uint8Array>;

/** What a listing shows of a table besides its size. */
export interface TableFacts {
  readonly contentType: string;
  /** Equal for equal bytes, whichever process serves them. */
  readonly fingerprint: string;
  /** Unix milliseconds of the newest row; 0 without rows. */
  readonly lastChangeMs: number;
}

export class Table {
  readonly facts: TableFacts;
  /** Bytes. */
  readonly size: number;
  readonly rows: number;
  readonly #measured: MeasuredTable;
  readonly #makePiece: MakePiece;

  constructor(measured: MeasuredTable, facts: TableFacts, makePiece: MakePiece) {
    this.facts = facts;
    this.size = measured.size;
    this.rows = measured.rows;
    this.#measured = measured;
    this.#makePiece = makePiece;
  }

  /** The bytes of a range, in pieces of at most 256 KiB. @throws LogdirError as `Run.readBlocks` */
  async *read(wanted: ByteRange, { signal }: TableReadOptions): AsyncGenerator<Uint8Array> {
    const { start, end } = clampRange(wanted, this.size);
    if (start === end) return;
    // A reader that never waits would hold up all others.
    const budget = new TurnBudget();
    const { head, pieces, tail } = this.#measured;
    const bodyEnd = this.size - tail.length;
    if (start < head.length) yield* cut(head, 0, { start, end });
    for (let index = this.#pieceAt(start); index < pieces.length && pieces[index]!.at < end; index++) {
      await budget.next(signal);
      yield* cut(await this.#makePiece(index, signal), pieces[index]!.at, { start, end });
    }
    if (end > bodyEnd) yield* cut(tail, bodyEnd, { start, end });
  }

  /** Index of the first piece that ends behind an offset. */
  #pieceAt(offset: number): number {
    const { pieces } = this.#measured;
    let [low, high] = [0, pieces.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { at, bytes } = pieces[middle]!;
      if (at + bytes <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The part of bytes at an offset of the file that lies in a range. */
function* cut(bytes: Uint8Array, at: number, range: ByteRange): Generator<Uint8Array> {
  const end = Math.min(bytes.length, range.end - at);
  for (let from = Math.max(0, range.start - at); from < end; from += READ_BYTES)
    yield bytes.subarray(from, Math.min(end, from + READ_BYTES));
}
