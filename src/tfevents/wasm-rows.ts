/**
 * Rows become records in WebAssembly: columns are copied into its memory, and records out of it, where they are not in memory that
 * was lent from there. @module
 */

import {
  type EncoderOf,
  javaScriptRows,
  type RecordTarget,
  type RowCursor,
  type RowWriter,
  type ShapedRows,
} from './row-writer.ts';
import type { ScalarRowEncoder } from './scalar-rows.ts';
import { WasmLoans } from './wasm-loans.ts';
import { loadWasmModule, MODULE_BYTES, type WasmModule } from './wasm-module.ts';
import { WasmPlans } from './wasm-plans.ts';

/** Fewer rows cost less in JavaScript than to copy them. */
const LEAST_ROWS = 4;
/** Beyond these, filling an array by a call is faster than by a loop. */
const FEW_ROWS = 16;
/** Rows and values that are copied at a time: those of a block. */
const MAX_ROWS = 4096;
const MAX_VALUES = 16 * 1024;

const PLANS_BYTES = 8 * 1024 * 1024;
/** A segment of an event file, unless a single row is longer. */
const RECORDS_BYTES = 256 * 1024;
/** Segments in memory that is lent: as many as are streamed at full speed at a time. */
const RECORD_LOANS = 16;
/** Eight blocks of rows, which are read in one go. */
const ROWS_BYTES = 1280 * 1024;
/** Four streams read rows, and have some in hand. */
const ROW_LOANS = 8;

const PLANS_AT = MODULE_BYTES;
const ROW_PLANS_AT = PLANS_AT + PLANS_BYTES;
const STEPS_AT = ROW_PLANS_AT + 4 * MAX_ROWS;
const TIMES_AT = STEPS_AT + 8 * MAX_ROWS;
const VALUES_AT = TIMES_AT + 8 * MAX_ROWS;
/** Values are read in pairs: one more than there are. */
const RECORDS_AT = VALUES_AT + 8 * MAX_VALUES + 64;
const LOANS_AT = RECORDS_AT + RECORDS_BYTES;
const ROW_LOANS_AT = LOANS_AT + RECORD_LOANS * RECORDS_BYTES;
const END = ROW_LOANS_AT + ROW_LOANS * ROWS_BYTES;

/** Rows that lie in the memory: how many, and the addresses of their columns. */
interface PlacedRows {
  readonly count: number;
  readonly steps: number;
  readonly times: number;
  readonly values: number;
}

export class WasmRows implements RowWriter {
  readonly #module: WasmModule;
  readonly #plans: WasmPlans;
  readonly #rowPlans: Uint32Array;
  readonly #steps: Float64Array;
  readonly #times: Float64Array;
  readonly #values: Float64Array;
  readonly #records: Uint8Array;
  /** Memory for a segment's records. */
  readonly recordLoans: WasmLoans;
  /** Memory for rows. */
  readonly rowLoans: WasmLoans;

  /** @throws Error as `loadWasmModule` */
  constructor() {
    this.#module = loadWasmModule(END);
    const { memory } = this.#module;
    this.#plans = new WasmPlans(memory, PLANS_AT, ROW_PLANS_AT);
    this.#rowPlans = new Uint32Array(memory, ROW_PLANS_AT, MAX_ROWS);
    this.#steps = new Float64Array(memory, STEPS_AT, MAX_ROWS);
    this.#times = new Float64Array(memory, TIMES_AT, MAX_ROWS);
    this.#values = new Float64Array(memory, VALUES_AT, MAX_VALUES);
    this.#records = new Uint8Array(memory, RECORDS_AT, RECORDS_BYTES);
    this.recordLoans = new WasmLoans(memory, LOANS_AT, RECORDS_BYTES, RECORD_LOANS);
    this.rowLoans = new WasmLoans(memory, ROW_LOANS_AT, ROWS_BYTES, ROW_LOANS);
  }

  write(rows: ShapedRows, encoderOf: EncoderOf, cursor: RowCursor, to: number, target: RecordTarget): void {
    while (to - cursor.row >= LEAST_ROWS) {
      const { row } = cursor;
      const placed = this.#place(rows, encoderOf, cursor, to);
      if (placed !== null) this.#encode(cursor, placed, target);
      if (cursor.row > row || this.#complete(rows, encoderOf, cursor.row)) continue;
      // Not covered, or too long for this memory.
      javaScriptRows.write(rows, encoderOf, cursor, row + 1, target);
      if (cursor.row === row) return;
    }
    javaScriptRows.write(rows, encoderOf, cursor, to, target);
  }

  /** Places rows from the cursor's on that are covered, as many as there is room for. */
  #place(
    rows: ShapedRows,
    encoderOf: EncoderOf,
    { row, valuesAt }: RowCursor,
    to: number,
  ): PlacedRows | null {
    const { shapeIds, steps, timestamps } = rows;
    const { epoch } = this.#plans;
    const last = Math.min(to, row + MAX_ROWS);
    let values = 0;
    let end = row;
    while (end < last) {
      const encoder = encoderOf(shapeIds[end]!);
      if (encoder === null) break;
      const count = encoder.tags.length;
      let next = this.#coveredUntil(rows, encoder, end, last);
      if (values + (next - end) * count > MAX_VALUES) next = end + Math.floor((MAX_VALUES - values) / count);
      if (next === end) break;
      this.#setPlans(this.#plans.of(encoder), end - row, next - row);
      values += (next - end) * count;
      end = next;
    }
    // In another epoch, plans of rows before were forgotten.
    if (end === row || this.#plans.epoch !== epoch) return null;
    return {
      count: end - row,
      steps: this.#addressOf(steps, row, end, this.#steps),
      times: this.#addressOf(timestamps, row, end, this.#times),
      values: this.#addressOf(rows.values, valuesAt, valuesAt + values, this.#values),
    };
  }

  /**
   * The end of the rows from `row` on that are of its shape, and covered as far as is looked: those that lie in the memory cost
   * nothing where they are not.
   */
  #coveredUntil(
    { shapeIds, steps, timestamps }: ShapedRows,
    encoder: ScalarRowEncoder,
    row: number,
    to: number,
  ): number {
    const shapeId = shapeIds[row]!;
    const isEmpty = encoder.tags.length === 0;
    if (!isEmpty && !encoder.covers(steps[row]!, timestamps[row]!)) return row;
    let end = row + 1;
    if (end === to || shapeIds[end] !== shapeId) return end;
    const isLooked = !isEmpty && steps.buffer !== this.#module.memory;
    while (end < to && shapeIds[end] === shapeId) {
      if (isLooked && !encoder.covers(steps[end]!, timestamps[end]!)) break;
      end++;
    }
    return end;
  }

  #setPlans(plan: number, from: number, to: number): void {
    if (to - from > FEW_ROWS) this.#rowPlans.fill(plan, from, to);
    else for (let row = from; row < to; row++) this.#rowPlans[row] = plan;
  }

  /** Where a stretch of a column is in the memory: it is copied to `staging` unless it is there already. */
  #addressOf(column: Float64Array, from: number, to: number, staging: Float64Array): number {
    if (column.buffer === this.#module.memory) return column.byteOffset + 8 * from;
    staging.set(column.subarray(from, to));
    return staging.byteOffset;
  }

  /** Encodes rows until one lacks its layout or does not fit, and moves the cursor past them. */
  #encode(cursor: RowCursor, placed: PlacedRows, { target }: RecordTarget): void {
    const { memory, encodeRows } = this.#module;
    const isDirect = target.buffer === memory;
    let done = 0;
    let { values } = placed;
    for (;;) {
      const out = isDirect ? target.byteOffset + cursor.at : RECORDS_AT;
      const limit = isDirect ? target.byteOffset + target.length : LOANS_AT;
      if (out >= limit) break;
      const { steps, times, count } = placed;
      const next = encodeRows(ROW_PLANS_AT, steps, times, values, done, count, out, limit);
      if (next === done) break;
      const length = this.#module.recordsEnd() - out;
      if (!isDirect) target.set(this.#records.subarray(0, length), cursor.at);
      cursor.at += length;
      values = this.#module.valuesEnd();
      done = next;
    }
    cursor.row += done;
    cursor.valuesAt += (values - placed.values) / 8;
  }

  /** Gives a row what it lacked to be encoded here; false where it is of those that are not. */
  #complete({ shapeIds, steps, timestamps }: ShapedRows, encoderOf: EncoderOf, row: number): boolean {
    const encoder = encoderOf(shapeIds[row]!);
    const step = steps[row]!;
    if (encoder === null || encoder.tags.length === 0 || !encoder.covers(step, timestamps[row]!))
      return false;
    return this.#plans.complete(encoder, step);
  }
}
