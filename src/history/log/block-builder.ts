/** Collects rows until a block is full, and seals it: encoded and checksummed. @module */

import { crc32 } from 'node:zlib';
import type { BlockEntry, ShapeEnd } from './commit.ts';
import { type BlockCell, encodeBlock, type RowBlock } from './row-block.ts';

/**
 * A block is full at this many values or rows, or this much text: about 100 KiB on disk. Small enough that the few
 * blocks behind a range of an event file are read in well under a millisecond, large enough that a million points
 * need some 120 entries in the index.
 */
const FULL_VALUES = 8192;
const FULL_ROWS = 4096;
const FULL_TEXT = 128 * 1024;
/** Room at first: most commits are of a few rows of a run that goes on. */
const FIRST_ROWS = 32;
const FIRST_VALUES = 256;

/** A block as the index describes it, decoded and encoded. */
export interface SealedBlock {
  readonly entry: BlockEntry;
  readonly block: RowBlock;
  readonly bytes: Uint8Array;
}

export class BlockBuilder {
  #steps = new Float64Array(FIRST_ROWS);
  #timestamps = new Float64Array(FIRST_ROWS);
  #shapeIds = new Uint32Array(FIRST_ROWS);
  #values = new Float64Array(FIRST_VALUES);
  #cells: BlockCell[] = [];
  #rowCount = 0;
  #valueCount = 0;
  #textLength = 0;

  get isEmpty(): boolean {
    return this.#rowCount === 0;
  }

  get isFull(): boolean {
    return this.#valueCount >= FULL_VALUES || this.#rowCount >= FULL_ROWS || this.#textLength >= FULL_TEXT;
  }

  /** Adds a row with the values `values[from, to)`. Not to a full block. */
  addRow(
    step: number,
    timestamp: number,
    shapeId: number,
    values: ArrayLike<number>,
    from = 0,
    to = values.length,
  ): void {
    const row = this.#rowCount++;
    if (row === this.#steps.length) this.#growRows();
    this.#steps[row] = step;
    this.#timestamps[row] = timestamp;
    this.#shapeIds[row] = shapeId;
    let at = this.#valueCount;
    this.#valueCount += to - from;
    if (this.#valueCount > this.#values.length) this.#growValues();
    for (let index = from; index < to; index++) this.#values[at++] = values[index]!;
  }

  /** Adds a cell to the row added last. */
  addCell(shapeId: number, text: string): void {
    this.#cells.push({ row: this.#rowCount - 1, shapeId, text });
    this.#textLength += text.length;
  }

  /** The block so far; the builder starts over. */
  seal(): SealedBlock {
    const rowCount = this.#rowCount;
    const block: RowBlock = {
      rowCount,
      steps: this.#steps.slice(0, rowCount),
      timestamps: this.#timestamps.slice(0, rowCount),
      shapeIds: this.#shapeIds.slice(0, rowCount),
      values: this.#values.slice(0, this.#valueCount),
      cells: this.#cells,
    };
    this.#cells = [];
    this.#rowCount = 0;
    this.#valueCount = 0;
    this.#textLength = 0;
    const bytes = encodeBlock(block);
    return {
      block,
      bytes,
      entry: { bytes: bytes.length, checksum: crc32(bytes), rowCount, ends: shapeEnds(block) },
    };
  }

  #growRows(): void {
    const length = 2 * this.#steps.length;
    this.#steps = grown(this.#steps, new Float64Array(length));
    this.#timestamps = grown(this.#timestamps, new Float64Array(length));
    this.#shapeIds = grown(this.#shapeIds, new Uint32Array(length));
  }

  #growValues(): void {
    this.#values = grown(this.#values, new Float64Array(2 * this.#valueCount));
  }
}

function grown<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Where each shape ends, ascending by shape. */
function shapeEnds({ rowCount, shapeIds, steps, timestamps, cells }: RowBlock): ShapeEnd[] {
  const ends = new Map<number, ShapeEnd>();
  const endAt = (shapeId: number, row: number): ShapeEnd => {
    return { shapeId, row, step: steps[row]!, timestamp: timestamps[row]! };
  };
  for (let row = rowCount - 1; row >= 0; row--) {
    const shapeId = shapeIds[row]!;
    if (shapeId !== shapeIds[row + 1] && !ends.has(shapeId)) ends.set(shapeId, endAt(shapeId, row));
  }
  for (const { shapeId, row } of cells) ends.set(shapeId, endAt(shapeId, row));
  return [...ends.values()].sort((a, b) => a.shapeId - b.shapeId);
}
