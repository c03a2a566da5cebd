/**
 * A stretch of a run's history in memory and on disk: rows in the order they were logged, with notes between.
 *
 * Bytes of a block, little-endian, every section 8-byte aligned:
 *
 *     rowCount u32 | valueCount u32 | noteCount u32 | noteTextBytes u32
 *     steps f64[rowCount] | timestamps f64[rowCount] | values f64[valueCount], row after row
 *     shape ids u32[rowCount], padded
 *     per note: step f64 | timestamp f64 | before u32 | kind u32 | shape u32 | textBytes u32
 *     note texts, UTF-8, end to end
 * @module
 */

import { LogdirError } from '../core/index.ts';

/**
 * What stands between rows. `begin`: the log begins, once. `start`: what was known of the run then, text is JSON
 * (StandingFacts). `config`: the config, which held nothing at the start, holds something; likewise. `end`: it exited;
 * likewise. `restart`: history goes back to `step`; rows logged before from that step on no longer hold. `string`,
 * `json`: a value of the row just before the note.
 */
export type NoteKind = 'begin' | 'start' | 'end' | 'restart' | 'string' | 'json' | 'config';

const NOTE_KINDS: readonly NoteKind[] = ['begin', 'start', 'end', 'restart', 'string', 'json', 'config'];

/** Notes about the run itself: they have steps of their own, and outlive a restart. */
export function isStanding(kind: NoteKind): boolean {
  return kind === 'start' || kind === 'config' || kind === 'end';
}

export interface Note {
  readonly kind: NoteKind;
  /** The note stands before the row with this index; `rowCount` puts it after the last. */
  readonly before: number;
  readonly step: number;
  /** Unix seconds. */
  readonly timestamp: number;
  /** Index into the run's shapes; 0 where the kind has none. */
  readonly shapeId: number;
  readonly text: string;
}

export interface RowBlock {
  readonly rowCount: number;
  /** `_step` of history rows; whole seconds since the run's start for system rows. Integers. */
  readonly steps: Float64Array;
  /** Unix seconds. */
  readonly timestamps: Float64Array;
  /** Index into the run's shapes, per row. */
  readonly shapeIds: Uint32Array;
  /** All values, row after row; a row has as many as its shape has keys. */
  readonly values: Float64Array;
  /** In order of position. */
  readonly notes: readonly Note[];
}

const HEADER_BYTES = 16;
const NOTE_BYTES = 32;

function align8(bytes: number): number {
  return (bytes + 7) & ~7;
}

export function encodeBlock(block: RowBlock): Uint8Array {
  const texts = block.notes.map((note) => Buffer.from(note.text, 'utf8'));
  const textBytes = texts.reduce((sum, text) => sum + text.length, 0);
  const { rowCount, values } = block;
  const shapesAt = HEADER_BYTES + 8 * (2 * rowCount + values.length);
  const notesAt = shapesAt + align8(4 * rowCount);
  const textsAt = notesAt + NOTE_BYTES * block.notes.length;
  const bytes = new Uint8Array(align8(textsAt + textBytes));
  new Uint32Array(bytes.buffer, 0, 4).set([rowCount, values.length, block.notes.length, textBytes]);
  const numbers = new Float64Array(bytes.buffer, HEADER_BYTES, 2 * rowCount + values.length);
  numbers.set(block.steps);
  numbers.set(block.timestamps, rowCount);
  numbers.set(values, 2 * rowCount);
  new Uint32Array(bytes.buffer, shapesAt, rowCount).set(block.shapeIds);

  const view = new DataView(bytes.buffer);
  let textAt = textsAt;
  block.notes.forEach((note, i) => {
    writeNote(view, notesAt + NOTE_BYTES * i, note, texts[i]!.length);
    bytes.set(texts[i]!, textAt);
    textAt += texts[i]!.length;
  });
  return bytes;
}

function writeNote(view: DataView, at: number, note: Note, textBytes: number): void {
  view.setFloat64(at, note.step, true);
  view.setFloat64(at + 8, note.timestamp, true);
  view.setUint32(at + 16, note.before, true);
  view.setUint32(at + 20, NOTE_KINDS.indexOf(note.kind), true);
  view.setUint32(at + 24, note.shapeId, true);
  view.setUint32(at + 28, textBytes, true);
}

/**
 * The block in these bytes; its arrays are views of them where alignment allows.
 * @throws LogdirError `corrupt` when the sections do not add up. Callers check the checksum first.
 */
export function decodeBlock(input: Uint8Array): RowBlock {
  const bytes = input.byteOffset % 8 === 0 ? input : input.slice();
  if (bytes.length < HEADER_BYTES) throw malformed(bytes.length);
  const [rowCount, valueCount, noteCount, textBytes] = new Uint32Array(
    bytes.buffer,
    bytes.byteOffset,
    4,
  ) as unknown as [number, number, number, number];
  const shapesAt = HEADER_BYTES + 8 * (2 * rowCount + valueCount);
  const notesAt = shapesAt + align8(4 * rowCount);
  const textsAt = notesAt + NOTE_BYTES * noteCount;
  if (align8(textsAt + textBytes) !== bytes.length) throw malformed(bytes.length);
  const at = bytes.byteOffset + HEADER_BYTES;
  return {
    rowCount,
    steps: new Float64Array(bytes.buffer, at, rowCount),
    timestamps: new Float64Array(bytes.buffer, at + 8 * rowCount, rowCount),
    values: new Float64Array(bytes.buffer, at + 16 * rowCount, valueCount),
    shapeIds: new Uint32Array(bytes.buffer, bytes.byteOffset + shapesAt, rowCount),
    notes: readNotes(bytes, notesAt, noteCount, textsAt),
  };
}

function readNotes(bytes: Uint8Array, notesAt: number, count: number, textsAt: number): Note[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const notes: Note[] = [];
  let textAt = textsAt;
  for (let i = 0; i < count; i++) {
    const at = notesAt + NOTE_BYTES * i;
    const textEnd = textAt + view.getUint32(at + 28, true);
    const kind = NOTE_KINDS[view.getUint32(at + 20, true)];
    if (kind === undefined || textEnd > bytes.length) throw malformed(bytes.length);
    notes.push({
      kind,
      before: view.getUint32(at + 16, true),
      step: view.getFloat64(at, true),
      timestamp: view.getFloat64(at + 8, true),
      shapeId: view.getUint32(at + 24, true),
      text: text.toString('utf8', textAt, textEnd),
    });
    textAt = textEnd;
  }
  return notes;
}

function malformed(length: number): LogdirError {
  return new LogdirError(
    'corrupt',
    `cached history block of ${length} bytes is malformed; it is rebuilt from its source`,
  );
}
