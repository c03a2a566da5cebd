/** By which power of a size costs grow. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fittedExponent, type GrowthCurve, growthTable, lastExponent } from '../../../bench/growth-table.ts';

const SIZES = [100, 1000, 10_000, 100_000];

function curve(costOf: (size: number) => number): GrowthCurve {
  return { what: 'a look', unit: 'µs', sizes: SIZES, costs: SIZES.map(costOf) };
}

describe('the exponent of a cost', () => {
  it('is the power that it grows by', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.integer({ min: 1, max: 1e6 }),
        (power, factor) => {
          const grown = curve((size) => factor * size ** power);
          expect(fittedExponent(grown)).toBeCloseTo(power, 6);
          expect(lastExponent(grown)).toBeCloseTo(power, 6);
        },
      ),
    );
  });

  it('of the last step is hardly less than one for what costs something even without any', () => {
    const grown = curve((size) => 10_000 + 5 * size);
    expect(lastExponent(grown)).toBeGreaterThan(0.9);
    expect(fittedExponent(grown)).toBeLessThan(lastExponent(grown));
  });

  it('leaves out what was not measured', () => {
    expect(
      lastExponent({ ...curve((size) => size), costs: [Number.NaN, 1000, 10_000, Number.NaN] }),
    ).toBeCloseTo(1);
    expect(
      lastExponent({ ...curve((size) => size), costs: [1, Number.NaN, Number.NaN, Number.NaN] }),
    ).toBeNaN();
  });
});

it('a table has a row for each curve, with the cost of one unit at each size', () => {
  expect(growthTable('run', [curve((size) => 3 * size)])).toBe(
    [
      '| of each run | 100 | 1,000 | 10,000 | 100,000 | fitted | last step |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      '| a look | 3.00 µs | 3.00 µs | 3.00 µs | 3.00 µs | 1.00 | 1.00 |',
    ].join('\n'),
  );
});
