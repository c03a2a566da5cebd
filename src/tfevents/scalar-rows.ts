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

import { maskedCrc } from './crc32c.ts';
import { RECORD_OVERHEAD } from './record.ts';
import {
  ADVANCE,
  AFTER_WALL_TIME,
  buildLayout,
  type Layout,
  valuePrefix,
  WALL_TIME_AT,
} from './scalar-layout.ts';
import { int64Length, varintLength } from './varint.ts';

/** Steps from here on need a fifth varint byte: past what one 32-bit word holds, left to protobufjs. */
export const FAST_STEP_LIMIT = 2 ** 28;

/**
 * Rows with a longer tag are left to protobufjs: each distance between two values keeps a map of 4 KiB for good
 * (`ADVANCE`), which this bounds at some 4 MiB. Names of metrics are far shorter.
 */
const LONGEST_TAG_BYTES = 1000;

const FLOAT32 = new Float32Array(2);
const FLOAT32_BITS = new Int32Array(FLOAT32.buffer);
const FLOAT64 = new Float64Array(1);
const FLOAT64_BITS = new Int32Array(FLOAT64.buffer);

/** Rows as history holds them: a step and a wall time (Unix seconds) each, and the values of all, end to end. */
export interface ScalarColumns {
  readonly steps: Float64Array;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** Where a plan (`WasmPlans`) is; one of another epoch is not there any more. */
interface PlanPlace {
  epoch: number;
  at: number;
}

/** Encodes rows of one ordered list of tags. Make one per list and keep it: templates are built on first use. */
export class ScalarRowEncoder {
  readonly tags: readonly string[];
  /** For `WasmPlans`, which looks it up for each row. */
  readonly place: PlanPlace = { epoch: 0, at: 0 };
  /** Bytes of the Summary message of one row. */
  readonly #summaryLength: number;
  readonly #summary: Uint8Array;
  readonly #valueEnds: Int32Array;
  readonly #layouts: (Layout | undefined)[] = [];
  /** Steps from here on are not covered: none is, where a tag is too long. */
  readonly #stepLimit: number;

  constructor(tags: readonly string[]) {
    this.tags = tags;
    const parts = tags.map(valuePrefix);
    this.#summaryLength = parts.reduce((sum, part) => sum + part.length + 4, 0);
    this.#stepLimit = parts.some((part) => part.length > LONGEST_TAG_BYTES) ? 0 : FAST_STEP_LIMIT;
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

  /** Whether `writeRows` covers a row: a step of 0 to 2^28 - 1, a wall time (protobuf omits a zero), and no endless tag. */
  covers(step: number, wallTime: number): boolean {
    return step >= 0 && step < this.#stepLimit && wallTime !== 0;
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
      end = writeAlike({ layout: this.#layout(length), target, view, columns }, end, row, next, values);
      row = next;
    }
    return end;
  }

  /** What records of a covered step have in common. */
  layoutFor(step: number): Layout {
    return this.#layout(stepLength(step));
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

/** Rows to write, and where: what stays the same from one to the next. */
interface Writing {
  readonly layout: Layout;
  readonly target: Uint8Array;
  readonly view: DataView;
  readonly columns: ScalarColumns;
}

/** Writes rows whose records differ in nothing but wall time, step and values; returns the offset after them. */
function writeAlike(writing: Writing, at: number, from: number, to: number, first: number): number {
  const { template, valueAt } = writing.layout;
  tile(writing.target, at, template, to - from);
  let start = at;
  let value = first;
  let row = from;
  for (; row + 1 < to; row += 2) {
    writeTwoRows(writing, start, row, value);
    start += 2 * template.length;
    value += 2 * valueAt.length;
  }
  if (row < to) {
    writeRow(writing, start, row, value);
    start += template.length;
  }
  return start;
}

function writeRow(
  { layout, target, view, columns }: Writing,
  start: number,
  row: number,
  first: number,
): void {
  const { template, valueAt, advance, constant } = layout;
  const { values } = columns;
  const { maps } = ADVANCE;
  let crc = writePrefix(layout, target, view, start, columns, row);
  for (let i = 0; i < valueAt.length; i++) {
    FLOAT32[0] = values[first + i]!;
    const bits = FLOAT32_BITS[0]!;
    view.setInt32(start + valueAt[i]!, bits, true);
    crc = mapRegister(maps, advance[i]!, crc ^ bits) ^ constant[i]!;
  }
  view.setInt32(start + template.length - 4, maskedCrc(crc), true);
}

/**
 * The same for a row and the next. Each step of a register waits for the one before, but two registers do not
 * wait for each other: a quarter faster than one row after the other.
 */
function writeTwoRows(
  { layout, target, view, columns }: Writing,
  start: number,
  row: number,
  first: number,
): void {
  const { template, valueAt, advance, constant } = layout;
  const { values } = columns;
  const { maps } = ADVANCE;
  const next = start + template.length;
  const count = valueAt.length;
  let crc = writePrefix(layout, target, view, start, columns, row);
  let nextCrc = writePrefix(layout, target, view, next, columns, row + 1);
  for (let i = 0; i < count; i++) {
    FLOAT32[0] = values[first + i]!;
    FLOAT32[1] = values[first + count + i]!;
    const bits = FLOAT32_BITS[0]!;
    const nextBits = FLOAT32_BITS[1]!;
    view.setInt32(start + valueAt[i]!, bits, true);
    view.setInt32(next + valueAt[i]!, nextBits, true);
    crc = mapRegister(maps, advance[i]!, crc ^ bits) ^ constant[i]!;
    nextCrc = mapRegister(maps, advance[i]!, nextCrc ^ nextBits) ^ constant[i]!;
  }
  view.setInt32(next - 4, maskedCrc(crc), true);
  view.setInt32(next + template.length - 4, maskedCrc(nextCrc), true);
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

/**
 * Writes wall time and step of a row; returns the CRC register before its first value. What they add to it is looked
 * up for each on its own: none of the lookups waits for another.
 */
function writePrefix(
  layout: Layout,
  target: Uint8Array,
  view: DataView,
  start: number,
  columns: ScalarColumns,
  row: number,
): number {
  const { maps } = ADVANCE;
  const wallTime = columns.timestamps[row]!;
  FLOAT64[0] = wallTime;
  view.setFloat64(start + WALL_TIME_AT, wallTime, true);
  const wall =
    mapRegister(maps, layout.wallLowAdvance, FLOAT64_BITS[0]!) ^
    mapRegister(maps, layout.wallHighAdvance, FLOAT64_BITS[1]!);
  const { stepLength } = layout;
  if (stepLength === 0) return layout.headConstant ^ wall;
  const varint = varintWord(columns.steps[row]!, stepLength);
  for (let i = 0; i < stepLength; i++) target[start + AFTER_WALL_TIME + 1 + i] = varint >>> (8 * i);
  const step = mapRegister(maps, layout.stepAdvance, varint << (32 - 8 * stepLength));
  return layout.headConstant ^ wall ^ step;
}

/** The bytes of a covered step's varint, the first lowest. */
function varintWord(step: number, length: number): number {
  if (length === 1) return step;
  const two = (step & 0x7f) | 0x80 | ((step & 0x3f80) << 1);
  if (length === 2) return two;
  const three = two | 0x8000 | ((step & 0x1f_c000) << 2);
  return length === 3 ? three : three | 0x80_0000 | ((step & 0xfe0_0000) << 3);
}
