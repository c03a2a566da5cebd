/** Blocks of history become bytes of an event file: the model says which events, tfevents writes them. @module */

import { LogdirError } from '../core/index.ts';
import type { BlockSynthesis, Dictionary, Note, RowBlock } from '../history/index.ts';
import { eventsOfNote, TagTable } from '../model/index.ts';
import { encodeColdEvent, encodeScalarsPlainly, ScalarRowEncoder } from '../tfevents/index.ts';

/**
 * Changes whenever the same history would become other bytes. Cached sizes are measured under it, and a run
 * cached under another version begins a new event file.
 */
const SYNTHESIS_VERSION = '1';

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
   * The events of a block, `size` bytes as measured. Notes come before the row they stand before.
   * @throws LogdirError `internal` when the block does not come to that size.
   */
  encode(block: RowBlock, dictionary: Dictionary, size: number): Uint8Array {
    const encoders = this.#encoders(dictionary);
    // Not from Node's shared pool, which a cached block would keep alive whole.
    const target = Buffer.allocUnsafeSlow(size);
    const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
    const { steps, timestamps, shapeIds, values, rowCount, notes } = block;
    let at = 0;
    let valuesAt = 0;
    let noteIndex = 0;
    for (let row = 0; row <= rowCount; row++) {
      for (; noteIndex < notes.length && notes[noteIndex]!.before <= row; noteIndex++) {
        at = writeNote(target, at, notes[noteIndex]!, encoders.tags);
      }
      if (row === rowCount) break;
      const encoder = encoderOf(encoders, shapeIds[row]!);
      const count = encoder.tags.length;
      if (count === 0) continue;
      const step = steps[row]!;
      const wallTime = timestamps[row]!;
      at = encoder.covers(step, wallTime)
        ? encoder.write(target, view, at, step, wallTime, values, valuesAt)
        : writeBytes(
            target,
            at,
            encodeScalarsPlainly(encoder.tags, step, wallTime, values.subarray(valuesAt)),
          );
      valuesAt += count;
    }
    if (at !== size) throw new LogdirError('internal', `event block: expected ${size} bytes, made ${at}`);
    return target;
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

function writeNote(target: Uint8Array, at: number, note: Note, tags: TagTable): number {
  let end = at;
  for (const event of eventsOfNote(note, tags)) end = writeBytes(target, end, encodeColdEvent(event));
  return end;
}

function writeBytes(target: Uint8Array, at: number, bytes: Uint8Array): number {
  target.set(bytes, at);
  return at + bytes.length;
}
