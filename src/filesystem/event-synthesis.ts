/** Blocks of history become bytes of an event file: the plugins say which summaries, tfevents writes them. @module */

import { LogdirError } from '../core/index.ts';
import type { BlockSynthesis, Dictionary, Note, RowBlock, RunLedger } from '../history/index.ts';
import {
  type RunMarker,
  type SeriesDictionary,
  type SeriesShape,
  summariesOfMarker,
  TagTable,
} from '../plugins/index.ts';
import {
  encodeEvent,
  encodeScalarsPlainly,
  eventLength,
  type LogEvent,
  ScalarRowEncoder,
} from '../tfevents/index.ts';

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
      for (const event of eventsOfNote(note, encoders.tags)) bytes += eventLength(event);
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
      encoders = { tags: new TagTable(seriesDictionary(dictionary)), rows: [] };
      this.#runs.set(dictionary, encoders);
    }
    return encoders;
  }
}

/** The events a note stands for, in order; none where TensorBoard has nothing to show for it. */
export function eventsOfNote(note: Note, tags: TagTable): readonly LogEvent[] {
  const { kind, step, timestamp: wallTime } = note;
  switch (kind) {
    case 'begin':
      // TensorBoard's Python loader takes the first START for the beginning and only later ones for restarts.
      return [
        { kind: 'file-version', wallTime },
        { kind: 'session-start', step, wallTime },
      ];
    case 'restart':
      return [{ kind: 'session-start', step, wallTime }];
    case 'string':
    case 'json':
      return tags
        .summariesOfCell(note.shapeId, note.text)
        .map((summary) => ({ kind: 'summary', step, wallTime, ...summary }));
    default:
      return summariesOfMarker(markerOf(note, kind)).map((summary) => ({
        ...{ kind: 'summary', step, wallTime },
        ...summary,
      }));
  }
}

/** What the log wrote down of the run as a JSON text. */
function markerOf(note: Note, kind: RunMarker['kind']): RunMarker {
  const { configTold, ...known } = JSON.parse(note.text) as Omit<RunMarker, 'configShown'> & {
    readonly configTold: boolean;
  };
  return { ...known, configShown: configTold, kind, step: note.step, wallTime: note.timestamp };
}

/** The log's dictionary as plugins read it; grows with it. */
function seriesDictionary(dictionary: Dictionary): SeriesDictionary {
  const shapes: SeriesShape[] = [];
  return {
    keys: dictionary.keys,
    get shapes() {
      for (const { kind, keys } of dictionary.shapes.slice(shapes.length)) {
        const isCell = kind === 'string' || kind === 'json';
        shapes.push(isCell ? { kind: 'cell', keys, type: kind } : { kind, keys, type: null });
      }
      return shapes;
    },
  };
}

/** Series of a run with their rows or cells: one more shape at the end for each type that is counted under `json`. */
export function countedSeries(ledger: RunLedger): {
  readonly dictionary: SeriesDictionary;
  readonly shapeRows: readonly (number | undefined)[];
} {
  const { keys, shapes } = seriesDictionary(ledger.dictionary);
  const counted = {
    dictionary: { keys, shapes: [...shapes] },
    shapeRows: shapes.map((_, id) => ledger.shapeRows[id]),
  };
  for (const [shapeId, types] of ledger.cells) {
    for (const [type, count] of types) {
      if (type === 'string') counted.shapeRows[shapeId] = count;
      else counted.shapeRows[counted.dictionary.shapes.push({ ...shapes[shapeId]!, type }) - 1] = count;
    }
  }
  return counted;
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
  for (const event of eventsOfNote(note, tags)) end = writeBytes(target, end, encodeEvent(event));
  return end;
}

function writeBytes(target: Uint8Array, at: number, bytes: Uint8Array): number {
  target.set(bytes, at);
  return at + bytes.length;
}
