/**
 * The hot path: rows of scalars become framed Events, one Event per row, by template and incremental CRC.
 *
 * Bytes of one record (TFRecord framing, then `Event { wall_time = 1, step = 2, summary = 5 }`, where
 * `Summary { value = 1 }` and `Value { tag = 1, simple_value = 2 }`):
 *
 *     length u64le | masked crc of length u32le
 *     09 wall f64le  [10 step varint]  2a summary-length  ( 0a value-length [0a tag-length tag] 15 value f32le )*
 *     masked crc of data u32le
 *
 * Everything but wall time, step and values is constant for a list of tags and a step length, so it is copied
 * from a template. The CRC register is linear over GF(2): between two values it takes one table lookup per
 * register byte to pass over all the constant bytes, whatever their number (`advanceTable`).
 * @module
 */

import { advanceTable, CRC_START, crcByte, crcBytes, crcWord, maskedCrc } from './crc32c.ts';
import { RECORD_OVERHEAD } from './record.ts';
import { int64Length, varintLength } from './varint.ts';

/** Steps from here on need a fifth varint byte: past what one 32-bit word holds, left to protobufjs. */
export const FAST_STEP_LIMIT = 2 ** 28;

const LENGTH_HEADER = 12;
const WALL_TIME_AT = LENGTH_HEADER + 1;
const AFTER_WALL_TIME = LENGTH_HEADER + 9;

/**
 * Advance maps by distance, end to end in one array. Distances are tag lengths plus a few bytes, so there are
 * few of them and all rows share them.
 */
let MAPS = new Int32Array(0);
const MAP_AT = new Map<number, number>();
const MAP_SIZE = 1024;

function advanceMapAt(distance: number): number {
  const known = MAP_AT.get(distance);
  if (known !== undefined) return known;
  const at = MAP_AT.size * MAP_SIZE;
  if (at >= MAPS.length) {
    const grown = new Int32Array(Math.max(32 * MAP_SIZE, MAPS.length * 2));
    grown.set(MAPS);
    MAPS = grown;
  }
  MAPS.set(advanceTable(distance), at);
  MAP_AT.set(distance, at);
  return at;
}

const FLOAT32 = new Float32Array(1);
const FLOAT32_BITS = new Int32Array(FLOAT32.buffer);
const FLOAT64 = new Float64Array(1);
const FLOAT64_BITS = new Int32Array(FLOAT64.buffer);

/** Rows as history holds them: a step and a wall time (Unix seconds) each, and the values of all, end to end. */
export interface ScalarColumns {
  readonly steps: Float64Array;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** What is constant for a list of tags at one length of the step varint (0: step is 0 and not written). */
interface Layout {
  readonly stepLength: number;
  /** The whole record with zeros for what varies. */
  readonly template: Uint8Array;
  /** Offset of each value in the template. */
  readonly valueAt: Int32Array;
  /** Where in MAPS the map from (register before value i, xor the value) to the register before value i + 1 is. */
  readonly advance: Int32Array;
  /** What the constant bytes after value i add to that. */
  readonly constant: Int32Array;
  /** The same two for the stretch between the step and the first value. */
  readonly headAdvance: number;
  readonly headConstant: number;
}

/** Encodes rows of one ordered list of tags. Make one per list and keep it: templates are built on first use. */
export class ScalarRowEncoder {
  readonly tags: readonly string[];
  /** Bytes of the Summary message of one row. */
  readonly #summaryLength: number;
  readonly #summary: Uint8Array;
  readonly #valueEnds: Int32Array;
  readonly #layouts: (Layout | undefined)[] = [];

  constructor(tags: readonly string[]) {
    this.tags = tags;
    const parts = tags.map(valuePrefix);
    this.#summaryLength = parts.reduce((sum, part) => sum + part.length + 4, 0);
    this.#summary = new Uint8Array(this.#summaryLength);
    this.#valueEnds = new Int32Array(tags.length);
    let at = 0;
    parts.forEach((part, i) => {
      this.#summary.set(part, at);
      at += part.length + 4;
      this.#valueEnds[i] = at;
    });
  }

  /** Exact bytes of the record for a row, whether or not the fast path covers it. */
  recordLength(step: number, wallTime: number): number {
    const wall = Object.is(wallTime, 0) ? 0 : 9; // Protobuf omits zero, but not minus zero.
    const stepBytes = step === 0 ? 0 : 1 + int64Length(step);
    return wall + stepBytes + 1 + varintLength(this.#summaryLength) + this.#summaryLength + RECORD_OVERHEAD;
  }

  /** Whether `write` covers a row: a step of 0 to 2^28 - 1, and a wall time (protobuf omits a zero). */
  covers(step: number, wallTime: number): boolean {
    return step >= 0 && step < FAST_STEP_LIMIT && wallTime !== 0;
  }

  /**
   * Writes the records of rows `[from, to)`, all covered, at `at` and returns the offset after them. Values start
   * at `columns.values[first]`, row after row in the order of `tags`; they are rounded to float32 here and
   * nowhere else. `view` and `target` share a buffer.
   */
  writeRows(
    target: Uint8Array,
    view: DataView,
    at: number,
    columns: ScalarColumns,
    from: number,
    to: number,
    first: number,
  ): number {
    const { steps } = columns;
    let end = at;
    for (let row = from; row < to; ) {
      const length = stepLength(steps[row]!);
      let next = row + 1;
      while (next < to && stepLength(steps[next]!) === length) next++;
      const values = first + (row - from) * this.tags.length;
      end = writeAlike(this.#layout(length), target, view, end, columns, row, next, values);
      row = next;
    }
    return end;
  }

  #layout(stepLength: number): Layout {
    let layout = this.#layouts[stepLength];
    if (layout === undefined) {
      layout = buildLayout(this.#summary, this.#valueEnds, stepLength);
      this.#layouts[stepLength] = layout;
    }
    return layout;
  }
}

/** Writes rows whose records differ in nothing but wall time, step and values; returns the offset after them. */
function writeAlike(
  layout: Layout,
  target: Uint8Array,
  view: DataView,
  at: number,
  { steps, timestamps, values }: ScalarColumns,
  from: number,
  to: number,
  first: number,
): number {
  const { template, valueAt, advance, constant } = layout;
  const maps = MAPS;
  tile(target, at, template, to - from);
  let start = at;
  let value = first;
  for (let row = from; row < to; row++) {
    let crc = writePrefix(target, view, start, steps[row]!, timestamps[row]!, layout.stepLength);
    crc = mapRegister(maps, layout.headAdvance, crc) ^ layout.headConstant;
    for (let i = 0; i < valueAt.length; i++) {
      FLOAT32[0] = values[value++]!;
      const bits = FLOAT32_BITS[0]!;
      view.setInt32(start + valueAt[i]!, bits, true);
      crc = mapRegister(maps, advance[i]!, crc ^ bits) ^ constant[i]!;
    }
    start += template.length;
    view.setInt32(start - 4, maskedCrc(crc), true);
  }
  return start;
}

/** Lays copies of a template end to end: few long copies cost less than many short ones. */
function tile(target: Uint8Array, at: number, template: Uint8Array, count: number): void {
  target.set(template, at);
  const total = template.length * count;
  for (let filled = template.length; filled < total; ) {
    const length = Math.min(filled, total - filled);
    target.copyWithin(at + filled, at, at + length);
    filled += length;
  }
}

/** Bytes of the varint of a covered step; 0 for a step of 0, which is not written. */
function stepLength(step: number): number {
  if (step < 2 ** 14) return step < 2 ** 7 ? Number(step !== 0) : 2;
  return step < 2 ** 21 ? 3 : 4;
}

function mapRegister(maps: Int32Array, map: number, x: number): number {
  return (
    maps[map + (x & 0xff)]! ^
    maps[map + (256 | ((x >>> 8) & 0xff))]! ^
    maps[map + (512 | ((x >>> 16) & 0xff))]! ^
    maps[map + (768 | (x >>> 24))]!
  );
}

/** Writes wall time and step; returns the CRC register after them. */
function writePrefix(
  target: Uint8Array,
  view: DataView,
  at: number,
  step: number,
  wallTime: number,
  stepLength: number,
): number {
  FLOAT64[0] = wallTime;
  view.setFloat64(at + WALL_TIME_AT, wallTime, true);
  let crc = crcByte(CRC_START, 0x09);
  crc = crcWord(crc, FLOAT64_BITS[0]!);
  crc = crcWord(crc, FLOAT64_BITS[1]!);
  if (stepLength === 0) return crc;
  crc = crcByte(crc, 0x10);
  let rest = step;
  for (let i = 1; i <= stepLength; i++) {
    const byte = i < stepLength ? (rest & 0x7f) | 0x80 : rest;
    target[at + AFTER_WALL_TIME + i] = byte;
    crc = crcByte(crc, byte);
    rest >>>= 7;
  }
  return crc;
}

/** `0a value-length [0a tag-length tag] 15`: a Value up to its float. An empty tag is a default: not written. */
function valuePrefix(tag: string): Uint8Array {
  const text = new TextEncoder().encode(tag);
  const tagField = text.length === 0 ? [] : [0x0a, ...varintBytes(text.length), ...text];
  return Uint8Array.from([0x0a, ...varintBytes(tagField.length + 5), ...tagField, 0x15]);
}

function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 128; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  bytes.push(value);
  return bytes;
}

function buildLayout(summary: Uint8Array, valueEnds: Int32Array, stepLength: number): Layout {
  const prefixLength = 9 + (stepLength === 0 ? 0 : 1 + stepLength);
  const summaryHeader = Uint8Array.from([0x2a, ...varintBytes(summary.length)]);
  const summaryAt = LENGTH_HEADER + prefixLength + summaryHeader.length;
  const dataLength = summaryAt - LENGTH_HEADER + summary.length;
  const template = new Uint8Array(dataLength + RECORD_OVERHEAD);
  const view = new DataView(template.buffer);
  view.setUint32(0, dataLength, true);
  view.setInt32(8, maskedCrc(crcBytes(CRC_START, template, 0, 8)), true);
  template[LENGTH_HEADER] = 0x09;
  if (stepLength > 0) template[AFTER_WALL_TIME] = 0x10;
  template.set(summaryHeader, LENGTH_HEADER + prefixLength);
  template.set(summary, summaryAt);

  const valueAt = valueEnds.map((end) => summaryAt + end - 4);
  const dataEnd = LENGTH_HEADER + dataLength;
  const nextStop = (i: number) => (i + 1 < valueAt.length ? valueAt[i + 1]! : dataEnd);
  const headEnd = valueAt.length > 0 ? valueAt[0]! : dataEnd;
  const headAt = LENGTH_HEADER + prefixLength;
  return {
    stepLength,
    template,
    valueAt,
    advance: valueAt.map((at, i) => advanceMapAt(nextStop(i) - at)),
    constant: valueAt.map((at, i) => crcBytes(0, template, at, nextStop(i))),
    headAdvance: advanceMapAt(headEnd - headAt),
    headConstant: crcBytes(0, template, headAt, headEnd),
  };
}
