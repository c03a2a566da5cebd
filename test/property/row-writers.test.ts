import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeScalarsPlainly,
  type MemoryLoan,
  ScalarRowEncoder,
  type ShapedRows,
} from '../../src/tfevents/index.ts';
import { javaScriptRows, type RowCursor, type RowWriter } from '../../src/tfevents/row-writer.ts';
import { WasmRows } from '../../src/tfevents/wasm-rows.ts';
import { randomNumbers } from '../support/random.ts';

const wasmRows = new WasmRows();

const tag = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 }),
  fc.constantFrom('loss', 'x'.repeat(127), 'y'.repeat(128), 'z'.repeat(1100), ''),
);
const UNUSUAL = [Number.NaN, Infinity, -Infinity, -0, 0, 1e-45, 1.4e-45, 1e-320, 3.5e38, -3.5e38, 2 ** -149];
/** Of any size, from those that float32 has no bits for to those that it has no number for, and unusual ones among them. */
function value(random: () => number): number {
  if (random() < 0.2) return UNUSUAL[Math.floor(random() * UNUSUAL.length)]!;
  return (random() - 0.5) * 2 ** Math.floor(random() * 320 - 160);
}
/** Of every varint length, and those that no template covers. */
const step = fc.oneof(
  ...[0, 2 ** 7 - 1, 2 ** 14 - 1, 2 ** 21 - 1, 2 ** 28 - 1].map((max) => fc.nat(max)),
  fc.constantFrom(0, 1, 127, 128, 16383, 16384, 2097151, 2097152, 2 ** 28 - 1, 2 ** 28, 2 ** 40, -1),
);
const wallTime = fc.oneof(
  { arbitrary: fc.double({ min: 1.6e9, max: 1.8e9, noNaN: true }), weight: 8 },
  { arbitrary: fc.double({ noNaN: true }), weight: 1 },
  fc.constantFrom(0, -0),
);
/** Rows alike stand side by side in any number, which is how sixteen of them are encoded at once. */
const stretch = fc.record({
  shape: fc.nat(),
  firstStep: step,
  stride: fc.constantFrom(0, 1, 1, 1000),
  wallTimes: fc.array(wallTime, { minLength: 1, maxLength: 5 }),
  rows: fc.oneof(fc.constantFrom(1, 2, 3, 15, 16, 17, 33), fc.integer({ min: 1, max: 70 })),
});
const seriesOfRows = fc.record({
  tags: fc.array(tag, { minLength: 1, maxLength: 9 }),
  shapes: fc.array(fc.nat(2 ** 9 - 1), { minLength: 1, maxLength: 4 }),
  stretches: fc.array(stretch, { minLength: 1, maxLength: 6 }),
  /** Thousands of values are drawn faster by a seed. */
  seed: fc.nat(),
});

interface Made {
  readonly encoders: readonly ScalarRowEncoder[];
  readonly rows: ShapedRows;
}

type Described = typeof seriesOfRows extends fc.Arbitrary<infer T> ? T : never;

function made({ tags, shapes, stretches, seed }: Described): Made {
  const random = randomNumbers(seed);
  const encoders = shapes.map((chosen) => new ScalarRowEncoder(tags.filter((_, i) => chosen & (1 << i))));
  const [steps, timestamps, shapeIds, values]: number[][] = [[], [], [], []];
  for (const { shape, firstStep, stride, wallTimes, rows } of stretches) {
    for (let row = 0; row < rows; row++) {
      steps!.push(firstStep + stride * row);
      timestamps!.push(wallTimes[row % wallTimes.length]!);
      shapeIds!.push(shape % shapes.length);
      for (const _ of encoders[shape % shapes.length]!.tags) values!.push(value(random));
    }
  }
  const columns = [steps, timestamps, values].map((column) => Float64Array.from(column!));
  const rows = {
    steps: columns[0]!,
    timestamps: columns[1]!,
    values: columns[2]!,
    shapeIds: Uint32Array.from(shapeIds!),
  };
  return { encoders, rows };
}

/** The same rows in memory that WebAssembly reads. */
function placed(rows: ShapedRows, loan: MemoryLoan): ShapedRows {
  const columns = [rows.steps, rows.timestamps, rows.values];
  const { buffer, byteOffset } = loan.take(columns.reduce((sum, column) => sum + column.byteLength, 0))!;
  let at = byteOffset;
  const [steps, timestamps, values] = columns.map((column) => {
    const copy = new Float64Array(buffer, at, column.length);
    copy.set(column);
    at += column.byteLength;
    return copy;
  });
  return { steps: steps!, timestamps: timestamps!, values: values!, shapeIds: rows.shapeIds };
}

/** Records as protobufjs writes them, and which of them a writer left to it. */
function written(writer: RowWriter, { encoders, rows }: Made, target: Uint8Array) {
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  const cursor: RowCursor = { row: 0, valuesAt: 0, at: 0 };
  const left: number[] = [];
  while (cursor.row < rows.steps.length) {
    writer.write(rows, (shapeId) => encoders[shapeId]!, cursor, rows.steps.length, { target, view });
    if (cursor.row === rows.steps.length) break;
    left.push(cursor.row);
    const record = plainRecord({ encoders, rows }, cursor);
    target.set(record, cursor.at);
    cursor.at += record.length;
    cursor.valuesAt += encoders[rows.shapeIds[cursor.row]!]!.tags.length;
    cursor.row++;
  }
  return { bytes: Buffer.from(target.slice(0, cursor.at)), left, valuesAt: cursor.valuesAt };
}

function plainRecord({ encoders, rows }: Made, { row, valuesAt }: Omit<RowCursor, 'at'>): Uint8Array {
  const { tags } = encoders[rows.shapeIds[row]!]!;
  if (tags.length === 0) return new Uint8Array(0);
  return encodeScalarsPlainly(tags, rows.steps[row]!, rows.timestamps[row]!, rows.values.subarray(valuesAt));
}

function plainly(series: Made): Buffer {
  const records: Uint8Array[] = [];
  let valuesAt = 0;
  for (let row = 0; row < series.rows.steps.length; row++) {
    records.push(plainRecord(series, { row, valuesAt }));
    valuesAt += series.encoders[series.rows.shapeIds[row]!]!.tags.length;
  }
  return Buffer.concat(records);
}

describe('rows of many shapes', () => {
  it('are the same bytes from WebAssembly, JavaScript and protobufjs', () => {
    fc.assert(
      fc.property(seriesOfRows, (described) => {
        const series = made(described);
        const expected = plainly(series);
        const ours = new Uint8Array(expected.length);
        /** Buffers tell much faster whether they are equal than matchers do. */
        const bytesAside = (of: Made, writer: RowWriter, target: Uint8Array) => {
          const { bytes, ...rest } = written(writer, of, target.fill(0));
          expect(bytes.equals(expected)).toBe(true);
          return rest;
        };
        const byJavaScript = bytesAside(series, javaScriptRows, ours);
        expect(bytesAside(series, wasmRows, ours)).toEqual(byJavaScript);
        using records = wasmRows.recordLoans.lend();
        const memory = records?.take(expected.length) ?? null;
        expect(memory === null).toBe(expected.length > 256 * 1024);
        using values = wasmRows.rowLoans.lend();
        const lent = { encoders: series.encoders, rows: placed(series.rows, values!) };
        expect(bytesAside(lent, wasmRows, ours)).toEqual(byJavaScript);
        if (memory !== null) expect(bytesAside(lent, wasmRows, memory)).toEqual(byJavaScript);
      }),
      { numRuns: 300 },
    );
  });
});
