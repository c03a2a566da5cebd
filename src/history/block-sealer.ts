/** Fills blocks and seals them: encoded, checksummed, and measured as events. @module */

import { crc32 } from 'node:zlib';
import { BlockBuilder } from './block-builder.ts';
import { BLOCK_HAS_STANDING_NOTES, BLOCK_HAS_SYSTEM_ROWS, type BlockEntry, type ShapeEnd } from './commit.ts';
import type { Dictionary } from './dictionary.ts';
import { decodeBlock, encodeBlock, isStanding, type NoteKind, type RowBlock } from './row-block.ts';
import type { StandingRows } from './standing-rows.ts';

/** What turns blocks into the bytes that are served, as far as the run log must know it: exact sizes. */
export interface BlockSynthesis {
  /** Changes whenever the same block would become other bytes. */
  readonly version: string;
  /** Exact bytes of the events a block becomes. */
  measure(block: RowBlock, dictionary: Dictionary): number;
}

export class BlockSealer {
  readonly #dictionary: Dictionary;
  readonly #synthesis: BlockSynthesis;
  readonly #builder = new BlockBuilder();
  readonly #entries: BlockEntry[] = [];
  readonly #encoded: Uint8Array[] = [];
  #flags = 0;

  constructor(dictionary: Dictionary, synthesis: BlockSynthesis) {
    this.#dictionary = dictionary;
    this.#synthesis = synthesis;
  }

  /** What the index says of the blocks sealed so far. */
  get entries(): readonly BlockEntry[] {
    return this.#entries;
  }

  /** The bytes of the same blocks. */
  get encoded(): readonly Uint8Array[] {
    return this.#encoded;
  }

  addRow(step: number, timestamp: number, shapeId: number, values: ArrayLike<number>): void {
    if (this.#builder.isFull) this.seal();
    this.#builder.addRow(step, timestamp, shapeId, values);
    if (this.#dictionary.shapes[shapeId]!.kind === 'system') this.#flags |= BLOCK_HAS_SYSTEM_ROWS;
  }

  /** Puts a note after the rows added so far, in the block of the last of them. */
  addNote(kind: NoteKind, step: number, timestamp: number, shapeId = 0, text = ''): void {
    this.#builder.addNote(kind, step, timestamp, shapeId, text);
    if (isStanding(kind)) this.#flags |= BLOCK_HAS_STANDING_NOTES;
  }

  /** Seals what was added since the last block, if anything. */
  seal(): void {
    if (this.#builder.isEmpty) return;
    const block = this.#builder.take();
    const bytes = encodeBlock(block);
    const eventBytes = this.#synthesis.measure(block, this.#dictionary);
    this.#encoded.push(bytes);
    const ends = shapeEnds(block);
    this.#entries.push([bytes.length, crc32(bytes), block.rowCount, eventBytes, this.#flags, ends]);
    this.#flags = 0;
  }

  /** Adds to `standing` what stands in the sealed blocks. */
  collectStanding(standing: StandingRows): void {
    this.#entries.forEach(([, , , , flags], i) => {
      if (flags !== 0) standing.collect(decodeBlock(this.#encoded[i]!), this.#dictionary.shapes);
    });
  }

  /** Adds again what outlives a restart. */
  repeat(standing: StandingRows): void {
    for (const row of standing.rows) this.addRow(row.step, row.timestamp, row.shapeId, row.values);
    for (const note of standing.notes) {
      this.addNote(note.kind, note.step, note.timestamp, note.shapeId, note.text);
    }
  }
}

/** Ascending by shape. */
function shapeEnds({ rowCount, shapeIds, steps, timestamps, notes }: RowBlock): ShapeEnd[] {
  const ends = new Map<number, ShapeEnd>();
  for (let row = rowCount - 1; row >= 0; row--) {
    const shapeId = shapeIds[row]!;
    if (shapeId !== shapeIds[row + 1] && !ends.has(shapeId))
      ends.set(shapeId, [shapeId, row, steps[row]!, timestamps[row]!]);
  }
  for (const { kind, shapeId, before, step, timestamp } of notes) {
    if (kind === 'string' || kind === 'json') ends.set(shapeId, [shapeId, before - 1, step, timestamp]);
  }
  return [...ends.values()].sort((a, b) => a[0] - b[0]);
}
