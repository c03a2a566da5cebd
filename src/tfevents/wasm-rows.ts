/**
 * Rows become records in WebAssembly: columns are copied into its memory, and records out of it, unless they are wanted in memory
 * that was lent from there (`lend`). @module
 */

import {
  alikeUntil,
  type EncoderOf,
  javaScriptRows,
  type RecordTarget,
  type RowCursor,
  type RowWriter,
  type ShapedRows,
} from './row-writer.ts';
import { loadWasmModule, MODULE_BYTES, type WasmModule } from './wasm-module.ts';
import { WasmPlans } from './wasm-plans.ts';

/** Fewer rows cost less in JavaScript than to copy them. */
const LEAST_ROWS = 4;
/** Rows and values that are copied at a time: those of a block. */
const MAX_ROWS = 4096;
const MAX_VALUES = 16 * 1024;

const PLANS_BYTES = 8 * 1024 * 1024;
/** A segment of an event file, unless a single row is longer. */
const RECORDS_BYTES = 256 * 1024;
/** Segments in memory that is lent: as many as are streamed at full speed at a time. */
const LOANS = 16;

const PLANS_AT = MODULE_BYTES;
const ROW_PLANS_AT = PLANS_AT + PLANS_BYTES;
const STEPS_AT = ROW_PLANS_AT + 4 * MAX_ROWS;
const TIMES_AT = STEPS_AT + 8 * MAX_ROWS;
const VALUES_AT = TIMES_AT + 8 * MAX_ROWS;
/** Values are read in pairs: one more than there are. */
const RECORDS_AT = VALUES_AT + 8 * MAX_VALUES + 64;
const LOANS_AT = RECORDS_AT + RECORDS_BYTES;
const END = LOANS_AT + LOANS * RECORDS_BYTES;

/** Memory for records that are encoded one segment after the other, each over the one before. */
export interface RecordMemory extends Disposable {
  /** Null where it has not so many bytes. */
  take(bytes: number): Uint8Array | null;
}

export class WasmRows implements RowWriter {
  readonly #module: WasmModule;
  readonly #plans: WasmPlans;
  readonly #rowPlans: Uint32Array;
  readonly #steps: Float64Array;
  readonly #times: Float64Array;
  readonly #values: Float64Array;
  readonly #records: Uint8Array;
  readonly #loans: number[] = Array.from(
    { length: LOANS },
    (_, i) => LOANS_AT + (LOANS - 1 - i) * RECORDS_BYTES,
  );

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
  }

  write(rows: ShapedRows, encoderOf: EncoderOf, cursor: RowCursor, to: number, target: RecordTarget): void {
    while (to - cursor.row >= LEAST_ROWS) {
      const { row } = cursor;
      const count = this.#copyIn(rows, encoderOf, cursor, to);
      if (count > 0) this.#encode(cursor, count, target);
      if (cursor.row > row || this.#complete(rows, encoderOf, cursor.row)) continue;
      // Not covered, or too long for this memory.
      javaScriptRows.write(rows, encoderOf, cursor, row + 1, target);
      if (cursor.row === row) return;
    }
    javaScriptRows.write(rows, encoderOf, cursor, to, target);
  }

  /** Lends memory for records that are to be written without a copy; null where all is lent. */
  lend(): RecordMemory | null {
    const at = this.#loans.pop();
    if (at === undefined) return null;
    const { memory } = this.#module;
    return {
      take: (bytes) => (bytes > RECORDS_BYTES ? null : new Uint8Array(memory, at, bytes)),
      [Symbol.dispose]: () => void this.#loans.push(at),
    };
  }

  /** Copies rows from the cursor's on that are covered, as many as there is room for. */
  #copyIn(rows: ShapedRows, encoderOf: EncoderOf, { row, valuesAt }: RowCursor, to: number): number {
    const plans = this.#plans;
    const { epoch } = plans;
    const last = Math.min(to, row + MAX_ROWS);
    let end = row;
    let values = 0;
    while (end < last) {
      const encoder = encoderOf(rows.shapeIds[end]!);
      if (encoder === null) break;
      const plan = plans.of(encoder);
      // Plans of rows before are forgotten.
      if (plans.epoch !== epoch) return 0;
      const count = encoder.tags.length;
      const room = count === 0 ? MAX_ROWS : Math.floor((MAX_VALUES - values) / count);
      const alike = alikeUntil(rows, end, Math.min(last, end + room), encoder);
      if (alike === end) break;
      this.#rowPlans.fill(plan, end - row, alike - row);
      values += (alike - end) * count;
      end = alike;
    }
    this.#steps.set(rows.steps.subarray(row, end));
    this.#times.set(rows.timestamps.subarray(row, end));
    this.#values.set(rows.values.subarray(valuesAt, valuesAt + values));
    return end - row;
  }

  /** Encodes rows that were copied in, until one lacks its layout or does not fit, and moves the cursor past them. */
  #encode(cursor: RowCursor, count: number, { target }: RecordTarget): void {
    const { memory, encodeRows } = this.#module;
    const isDirect = target.buffer === memory;
    let done = 0;
    let values = VALUES_AT;
    for (;;) {
      const out = isDirect ? target.byteOffset + cursor.at : RECORDS_AT;
      const limit = isDirect ? target.byteOffset + target.length : LOANS_AT;
      const next = encodeRows(ROW_PLANS_AT, STEPS_AT, TIMES_AT, values, done, count, out, limit);
      if (next === done) break;
      const length = this.#module.recordsEnd() - out;
      if (!isDirect) target.set(this.#records.subarray(0, length), cursor.at);
      cursor.at += length;
      values = this.#module.valuesEnd();
      done = next;
    }
    cursor.row += done;
    cursor.valuesAt += (values - VALUES_AT) / 8;
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
