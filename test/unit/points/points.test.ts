/** Points of single series: growing, thinned, and how many an answer may hold. @module */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { downsample, PointBuffer, type ScalarPoints, ThinnedList } from '../../../src/points/index.ts';
import { pointsAllowed } from '../../../src/series/scalars/scalar-reader.ts';

function pointsOf(values: readonly number[]): ScalarPoints {
  return {
    steps: Float64Array.from(values.keys()),
    wallTimes: Float64Array.from(values.keys(), (step) => 1.7e9 + step),
    values: Float32Array.from(values),
  };
}

const anyValue = fc.oneof(fc.float(), fc.constantFrom(Number.NaN, Infinity, -Infinity, 0));

describe('PointBuffer', () => {
  it('lets what was logged last hold from its step on', () => {
    const buffer = new PointBuffer();
    for (const [step, value] of [
      [0, 1],
      [1, 2],
      [5, 3],
      [1, 4],
      [1, 5],
      [9, 6],
    ] as const)
      buffer.push(step, step, value);
    expect([...buffer.points().steps]).toEqual([0, 1, 9]);
    expect([...buffer.points().values]).toEqual([1, 5, 6]);
  });

  it('is strictly ascending, never empties, and ends with the newest, whatever the steps', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 600 }), { minLength: 1, maxLength: 900 }), (steps) => {
        const buffer = new PointBuffer();
        for (const [i, step] of steps.entries()) buffer.push(step, i, i);
        const shown = [...buffer.points().steps];
        expect(shown.every((step, i) => i === 0 || step > shown[i - 1]!)).toBe(true);
        expect([shown.at(-1), buffer.points().values.at(-1)]).toEqual([
          steps.at(-1),
          Math.fround(steps.length - 1),
        ]);
      }),
    );
  });
});

describe('downsample', () => {
  it('keeps first, newest and both extremes, in order, and no more than asked', () => {
    fc.assert(
      fc.property(
        fc.array(anyValue, { minLength: 1, maxLength: 500 }),
        fc.integer({ min: 4, max: 60 }),
        (values, max) => {
          const all = pointsOf(values);
          const some = downsample(all, max);
          const steps = [...some.steps];
          expect(steps.length).toBe(values.length <= max ? values.length : steps.length);
          expect(steps.length).toBeLessThanOrEqual(max);
          expect([steps[0], steps.at(-1)]).toEqual([0, values.length - 1]);
          expect(steps.every((step, i) => i === 0 || step > steps[i - 1]!)).toBe(true);
          const numbers = [...all.values].filter((value) => !Number.isNaN(value));
          if (numbers.length === 0) return;
          expect(some.values).toContain(Math.max(...numbers));
          if (numbers.length === values.length) expect(some.values).toContain(Math.min(...numbers));
          else expect([...some.values].some(Number.isNaN)).toBe(true);
        },
      ),
    );
  });

  it('gives the newest alone, the two ends, or nothing, when that is what is asked', () => {
    const points = pointsOf([5, 6, 7, 8]);
    expect([...downsample(points, 1).values]).toEqual([8]);
    expect([...downsample(points, 2).values]).toEqual([5, 8]);
    expect([...downsample(points, 3).values]).toEqual([5, 8]);
    expect([...downsample(points, 0).values]).toEqual([]);
  });

  it('loses no spike of a long series', () => {
    const values = Array.from({ length: 100_000 }, () => 0);
    values[31_337] = 1;
    values[70_001] = Number.NaN;
    const { steps } = downsample(pointsOf(values), 100);
    expect([...steps]).toEqual(expect.arrayContaining([31_337, 70_001]));
  });

  it('copies, so that what was given does not change when the series grows', () => {
    const buffer = new PointBuffer();
    buffer.push(0, 0, 1);
    const given = downsample(buffer.points(), 10);
    buffer.push(0, 0, 2);
    expect([...given.values]).toEqual([1]);
  });
});

describe('pointsAllowed', () => {
  it.each([
    [1, 1000],
    [50, 1000],
    [100, 500],
    [500, 100],
    [1000, 50],
    [10_000, 20],
  ])('of %i series %i points each', (series, points) => {
    expect(pointsAllowed(1000, series, 50_000)).toBe(points);
  });

  it('never gives more than asked', () => {
    expect(pointsAllowed(1, 10_000, 50_000)).toBe(1);
    expect(pointsAllowed(0, 1, 50_000)).toBe(0);
  });
});

describe('ThinnedList', () => {
  const listOf = (steps: readonly number[], max: number) => {
    const list = new ThinnedList<{ step: number; wallTime: number }>(max);
    for (const step of steps) list.push({ step, wallTime: step });
    return list.points().map(({ step }) => step);
  };

  it('keeps all of a short series', () => {
    expect(listOf([0, 1, 2], 5)).toEqual([0, 1, 2]);
    expect(listOf([], 5)).toEqual([]);
    expect(listOf([4], 1)).toEqual([4]);
    expect(listOf([4, 5], 1)).toEqual([5]);
  });

  it('keeps first and newest of a long one, evenly between, within its bound', () => {
    const steps = listOf(
      Array.from({ length: 10_000 }, (_, i) => i),
      100,
    );
    expect(steps.length).toBeGreaterThan(40);
    expect(steps.length).toBeLessThanOrEqual(100);
    expect([steps[0], steps.at(-1)]).toEqual([0, 9999]);
    const gaps = steps.slice(1, -1).map((step, i) => step - steps[i]!);
    expect(new Set(gaps).size).toBe(1);
  });

  it('ascends and ends with the newest, wherever history goes back to', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 30 }),
        (steps, max) => {
          const shown = listOf(steps, max);
          expect(shown.length).toBeLessThanOrEqual(max);
          expect(shown.at(-1)).toBe(steps.at(-1));
          expect(shown.every((step, i) => i === 0 || step > shown[i - 1]!)).toBe(true);
        },
      ),
    );
  });
});
