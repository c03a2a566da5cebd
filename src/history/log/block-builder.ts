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

/** A block as the index describes it, decoded and encoded. */
export interface SealedBlock {
  readonly entry: BlockEntry;
  readonly block: RowBlock;
  readonly bytes: Uint8Array;
}

export class BlockBuilder {
  #steps: number[] = [];
  #timestamps: number[] = [];
  #shapeIds: number[] = [];
  #values: number[] = [];
  #cells: BlockCell[] = [];
  #textLength = 0;

  get isEmpty(): boolean {
    return this.#steps.length === 0;
  }

  get isFull(): boolean {
    return (
      this.#values.length >= FULL_VALUES || this.#steps.length >= FULL_ROWS || this.#textLength >= FULL_TEXT
    );
  }

  addRow(step: number, timestamp: number, shapeId: number, values: ArrayLike<number>): void {
    this.#steps.push(step);
    this.#timestamps.push(timestamp);
    this.#shapeIds.push(shapeId);
    for (let i = 0; i < values.length; i++) this.#values.push(values[i]!);
  }

  /** Adds a cell to the row added last. */
  addCell(shapeId: number, text: string): void {
    this.#cells.push({ row: this.#steps.length - 1, shapeId, text });
    this.#textLength += text.length;
  }

  /** The block so far; the builder starts over. */
  seal(): SealedBlock {
    const block: RowBlock = {
      rowCount: this.#steps.length,
      steps: Float64Array.from(this.#steps),
      timestamps: Float64Array.from(this.#timestamps),
      shapeIds: Uint32Array.from(this.#shapeIds),
      values: Float64Array.from(this.#values),
      cells: this.#cells,
    };
    this.#steps = [];
    this.#timestamps = [];
    this.#shapeIds = [];
    this.#values = [];
    this.#cells = [];
    this.#textLength = 0;
    const bytes = encodeBlock(block);
    const { rowCount } = block;
    return {
      block,
      bytes,
      entry: { bytes: bytes.length, checksum: crc32(bytes), rowCount, ends: shapeEnds(block) },
    };
  }
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
