/** Collects rows and notes until a block is full. @module */

import type { Note, NoteKind, RowBlock } from './row-block.ts';

/**
 * A block is full at this many values or rows, or this much text: about 220 KiB of events (27 bytes a value).
 * Small enough that a 128 KiB read encodes one or two blocks in well under a millisecond, large enough that
 * a million points need some 120 entries in the block map.
 */
const FULL_VALUES = 8192;
const FULL_ROWS = 4096;
const FULL_TEXT = 128 * 1024;

export class BlockBuilder {
  #steps: number[] = [];
  #timestamps: number[] = [];
  #shapeIds: number[] = [];
  #values: number[] = [];
  #notes: Note[] = [];
  #textLength = 0;

  get isEmpty(): boolean {
    return this.#steps.length === 0 && this.#notes.length === 0;
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

  /** Puts a note after the rows added so far. */
  addNote(kind: NoteKind, step: number, timestamp: number, shapeId = 0, text = ''): void {
    this.#notes.push({ kind, before: this.#steps.length, step, timestamp, shapeId, text });
    this.#textLength += text.length;
  }

  /** The block so far; the builder starts over. */
  take(): RowBlock {
    const block: RowBlock = {
      rowCount: this.#steps.length,
      steps: Float64Array.from(this.#steps),
      timestamps: Float64Array.from(this.#timestamps),
      shapeIds: Uint32Array.from(this.#shapeIds),
      values: Float64Array.from(this.#values),
      notes: this.#notes,
    };
    this.#steps = [];
    this.#timestamps = [];
    this.#shapeIds = [];
    this.#values = [];
    this.#notes = [];
    this.#textLength = 0;
    return block;
  }
}
