/** Rows that do not fit the memory of WebAssembly, and a machine that has none. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ScalarRowEncoder } from '../../../src/tfevents/index.ts';
import { javaScriptRows, type RowWriter } from '../../../src/tfevents/row-writer.ts';
import { WasmRows } from '../../../src/tfevents/wasm-rows.ts';

/** One row of each encoder, twice. */
function recordsOf(writer: RowWriter, encoders: readonly ScalarRowEncoder[]): Buffer {
  const rows = [...encoders, ...encoders];
  const shapeIds = Uint32Array.from(rows, (_, i) => i % encoders.length);
  const steps = Float64Array.from(rows, (_, i) => i);
  const timestamps = Float64Array.from(rows, (_, i) => 1.7e9 + i);
  const values = Float64Array.from(rows.flatMap(({ tags }) => tags.map((_, i) => i / 3)));
  const size = rows.reduce((sum, encoder, i) => sum + encoder.recordLength(steps[i]!, timestamps[i]!), 0);
  const target = Buffer.alloc(size);
  const view = new DataView(target.buffer, target.byteOffset, size);
  const cursor = { row: 0, valuesAt: 0, at: 0 };
  const columns = { steps, timestamps, values, shapeIds };
  writer.write(columns, (shapeId) => encoders[shapeId]!, cursor, rows.length, { target, view });
  expect(cursor).toEqual({ row: rows.length, valuesAt: values.length, at: size });
  return target;
}

function encoderOf(tagCount: number, tagLength: number, first: number): ScalarRowEncoder {
  const tags = Array.from({ length: tagCount }, (_, i) => `${first}/${i}`.padEnd(tagLength, 'x'));
  return new ScalarRowEncoder(tags);
}

it('more templates than the memory holds are made again as they are needed', () => {
  const encoders = Array.from({ length: 500 }, (_, i) => encoderOf(20, 900 + (i % 50), i));
  expect(recordsOf(new WasmRows(), encoders).equals(recordsOf(javaScriptRows, encoders))).toBe(true);
});

it('rows that are longer than the memory for them are written by JavaScript, those around them are not', () => {
  const encoders = [
    encoderOf(3, 10, 0),
    encoderOf(400, 900, 1),
    encoderOf(20_000, 20, 2),
    encoderOf(2, 5, 3),
  ];
  expect(recordsOf(new WasmRows(), encoders).equals(recordsOf(javaScriptRows, encoders))).toBe(true);
});

it('lends each piece of its memory once, and what was given back again', () => {
  const { recordLoans } = new WasmRows();
  const loans = Array.from({ length: 16 }, () => recordLoans.lend()!);
  expect(recordLoans.lend()).toBeNull();
  const places = loans.map((loan) => loan.take(256 * 1024)!.byteOffset).sort((a, b) => a - b);
  for (const [i, at] of places.slice(1).entries()) expect(at - places[i]!).toBe(256 * 1024);
  expect(loans[0]!.take(256 * 1024 + 1)).toBeNull();
  const given = loans[5]!.take(1)!.byteOffset;
  loans[5]![Symbol.dispose]();
  expect(recordLoans.lend()!.take(1)!.byteOffset).toBe(given);
});

it('JavaScript writes all rows where memory is refused', async () => {
  const index = fileURLToPath(new URL('../../../dist/tfevents/index.js', import.meta.url));
  const script = `
    WebAssembly.Memory = function () { throw new RangeError('could not allocate memory'); };
    const { lendRecordMemory, rowWriter, ScalarRowEncoder } = await import(${JSON.stringify(index)});
    const encoder = new ScalarRowEncoder(['loss', 'accuracy']);
    const rows = {
      steps: Float64Array.from({ length: 40 }, (_, i) => i),
      timestamps: new Float64Array(40).fill(1.7e9),
      values: Float64Array.from({ length: 80 }, (_, i) => i / 7),
      shapeIds: new Uint32Array(40),
    };
    const target = Buffer.alloc(10_000);
    const view = new DataView(target.buffer);
    const cursor = { row: 0, valuesAt: 0, at: 0 };
    rowWriter().write(rows, () => encoder, cursor, 40, { target, view });
    console.log(JSON.stringify({ ...cursor, lent: lendRecordMemory() }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  const encoder = new ScalarRowEncoder(['loss', 'accuracy']);
  const at = Array.from({ length: 40 }, (_, step) => encoder.recordLength(step, 1)).reduce((a, b) => a + b);
  expect(JSON.parse(stdout)).toEqual({ row: 40, valuesAt: 80, at, lent: null });
});
