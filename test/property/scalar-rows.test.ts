import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeScalarsPlainly, ScalarRowEncoder } from '../../src/tfevents/index.ts';

const tag = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constant(''),
);
const value = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0, 1e-45, 1.4e-45, 3.5e38, -3.5e38, 2 ** -149),
);
const step = fc.oneof(
  fc.nat(2 ** 28 - 1),
  fc.constantFrom(
    0,
    1,
    127,
    128,
    16383,
    16384,
    2097151,
    2097152,
    2 ** 28 - 1,
    2 ** 28,
    2 ** 31,
    2 ** 40,
    -1,
    -(2 ** 40),
  ),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
);
/** Of every varint length, so that rows alike and unlike stand side by side. */
const coveredStep = fc.oneof(
  ...[0, 2 ** 7 - 1, 2 ** 14 - 1, 2 ** 21 - 1, 2 ** 28 - 1].map((max) => fc.nat(max)),
);
const wallTime = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 1.7e9, 1700000000.123456));

describe('a row of scalars', () => {
  it('is byte for byte what protobufjs writes, and as long as was said', () => {
    fc.assert(
      fc.property(
        fc.array(tag, { minLength: 1, maxLength: 12 }),
        fc.infiniteStream(value),
        step,
        wallTime,
        (tags, values, step, wallTime) => {
          const row = Float64Array.from([...values.take(tags.length)]);
          const expected = encodeScalarsPlainly(tags, step, wallTime, row);
          const encoder = new ScalarRowEncoder(tags);
          expect(encoder.recordLength(step, wallTime)).toBe(expected.length);
          if (!encoder.covers(step, wallTime)) return;
          const target = new Uint8Array(expected.length + 5);
          const columns = {
            steps: Float64Array.of(step),
            timestamps: Float64Array.of(wallTime),
            values: row,
          };
          const end = encoder.writeRows(target, new DataView(target.buffer), 3, columns, 0, 1, 0);
          expect(end).toBe(expected.length + 3);
          expect(Buffer.from(target.subarray(3, end)).equals(expected)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('reuses its templates from row to row without a trace of the row before', () => {
    const tags = ['loss', 'acc', 'x'.repeat(200)];
    const encoder = new ScalarRowEncoder(tags);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(coveredStep, value, value, value), { minLength: 1, maxLength: 20 }),
        fc.nat(),
        (rows, cut) => {
          const target = new Uint8Array(64 * 1024);
          const view = new DataView(target.buffer);
          const columns = {
            steps: Float64Array.from(rows, ([step]) => step),
            timestamps: Float64Array.from(rows, ([step]) => 1.7e9 + step),
            values: Float64Array.from(rows.flatMap(([, ...values]) => values)),
          };
          const middle = encoder.writeRows(target, view, 0, columns, 0, cut % rows.length, 0);
          const rest = 3 * (cut % rows.length);
          const at = encoder.writeRows(target, view, middle, columns, cut % rows.length, rows.length, rest);
          const expected = rows.map(([step, ...values]) =>
            encodeScalarsPlainly(tags, step, 1.7e9 + step, values),
          );
          expect(Buffer.from(target.subarray(0, at)).equals(Buffer.concat(expected))).toBe(true);
        },
      ),
    );
  });

  it('leaves to protobufjs exactly what a template cannot hold', () => {
    const encoder = new ScalarRowEncoder(['loss']);
    expect([0, 1, 2 ** 28 - 1].map((step) => encoder.covers(step, 1))).toEqual([true, true, true]);
    expect([-1, 2 ** 28, 2 ** 53].map((step) => encoder.covers(step, 1))).toEqual([false, false, false]);
    expect([encoder.covers(1, 0), encoder.covers(1, -0)]).toEqual([false, false]);
    expect(new ScalarRowEncoder(['loss', 'x'.repeat(2000)]).covers(1, 1)).toBe(false);
  });
});
