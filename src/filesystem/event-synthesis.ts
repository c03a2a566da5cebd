/** Blocks of history become bytes of an event file: the model says which events, tfevents writes them. @module */

import { LogdirError } from '../core/index.ts';
import type { BlockSynthesis, Dictionary, Note, RowBlock } from '../history/index.ts';
import { eventsOfNote, TagTable } from '../model/index.ts';
import { encodeColdEvent, encodeScalarsPlainly, ScalarRowEncoder } from '../tfevents/index.ts';

/**
 * Changes whenever the same history would become other bytes. Cached sizes are measured under it, and a run
 * cached under another version begins a new event file.
 */
const SYNTHESIS_VERSION = '2';

/** Tags and row templates of one run, made as its shapes are met. */
interface RunEncoders {
  readonly tags: TagTable;
  readonly rows: (ScalarRowEncoder | undefined)[];
}

export class EventSynthesis implements BlockSynthesis {
  readonly version = SYNTHESIS_VERSION;
  readonly #runs = new WeakMap<Dictionary, RunEncoders>();

  /** The tags of a run's series. */
  tags(dictionary: Dictionary): TagTable {
    return this.#encoders(dictionary).tags;
  }

  measure(block: RowBlock, dictionary: Dictionary): number {
    const encoders = this.#encoders(dictionary);
    let bytes = 0;
    for (const note of block.notes) {
      for (const event of eventsOfNote(note, encoders.tags)) bytes += encodeColdEvent(event).length;
    }
    for (let row = 0; row < block.rowCount; row++) {
      const encoder = encoderOf(encoders, block.shapeIds[row]!);
      if (encoder.tags.length === 0) continue;
      bytes += encoder.recordLength(block.steps[row]!, block.timestamps[row]!);
    }
    return bytes;
  }

  /**
   * Writes the events of a block into `target`, which is as long as measured. Notes come before the row they
   * stand before.
   * @throws LogdirError `internal` when the block does not come to that size.
   */
  encode(block: RowBlock, dictionary: Dictionary, target: Uint8Array): void {
    const encoders = this.#encoders(dictionary);
    const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
    const { steps, timestamps, shapeIds, values, rowCount, notes } = block;
    let at = 0;
    let valuesAt = 0;
    let noteIndex = 0;
    for (let row = 0; row <= rowCount; ) {
      for (; noteIndex < notes.length && notes[noteIndex]!.before <= row; noteIndex++) {
        at = writeNote(target, at, notes[noteIndex]!, encoders.tags);
      }
      if (row === rowCount) break;
      const encoder = encoderOf(encoders, shapeIds[row]!);
      const count = encoder.tags.length;
      const next = alikeUntil(block, row, notes[noteIndex]?.before ?? rowCount, encoder);
      if (next > row && count > 0) {
        at = encoder.writeRows(target, view, at, block, row, next, valuesAt);
      } else if (count > 0) {
        const plain = values.subarray(valuesAt);
        at = writeBytes(target, at, encodeScalarsPlainly(encoder.tags, steps[row]!, timestamps[row]!, plain));
      }
      const rows = Math.max(1, next - row);
      valuesAt += rows * count;
      row += rows;
    }
    if (at !== target.length)
      throw new LogdirError('internal', `event block: expected ${target.length} bytes, made ${at}`);
  }

  #encoders(dictionary: Dictionary): RunEncoders {
    let encoders = this.#runs.get(dictionary);
    if (encoders === undefined) {
      encoders = { tags: new TagTable(dictionary), rows: [] };
      this.#runs.set(dictionary, encoders);
    }
    return encoders;
  }
}

function encoderOf(encoders: RunEncoders, shapeId: number): ScalarRowEncoder {
  let encoder = encoders.rows[shapeId];
  if (encoder === undefined) {
    encoder = new ScalarRowEncoder(encoders.tags.tagsOf(shapeId));
    encoders.rows[shapeId] = encoder;
  }
  return encoder;
}

/** The end of the rows from `row` that are of its shape and that templates cover; `row` if it is not itself. */
function alikeUntil(block: RowBlock, row: number, limit: number, encoder: ScalarRowEncoder): number {
  const { shapeIds, steps, timestamps } = block;
  const shapeId = shapeIds[row]!;
  let next = row;
  while (next < limit && shapeIds[next] === shapeId && encoder.covers(steps[next]!, timestamps[next]!))
    next++;
  return next;
}

function writeNote(target: Uint8Array, at: number, note: Note, tags: TagTable): number {
  let end = at;
  for (const event of eventsOfNote(note, tags)) end = writeBytes(target, end, encodeColdEvent(event));
  return end;
}

function writeBytes(target: Uint8Array, at: number, bytes: Uint8Array): number {
  target.set(bytes, at);
  return at + bytes.length;
}
