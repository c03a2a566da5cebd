import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byteRange,
  clampRange,
  ERROR_CODES,
  errnoOf,
  LogdirError,
  rangeLength,
  runKey,
  runKeyText,
  toLogdirError,
} from '../../../src/core/index.ts';

describe('a byte range', () => {
  it.each([
    [-1, 0],
    [2, 1],
    [0.5, 1],
    [0, Number.NaN],
    [0, 2 ** 53],
  ])('refuses %d..%d', (start, end) => {
    expect(() => byteRange(start, end)).toThrow(RangeError);
  });

  it('clamped to a size lies within it and keeps what it can', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), fc.nat(100), (start, length, size) => {
        const clamped = clampRange(byteRange(start, start + length), size);
        expect(clamped.start).toBeLessThanOrEqual(clamped.end);
        expect(clamped.end).toBeLessThanOrEqual(size);
        expect(rangeLength(clamped)).toBe(Math.max(0, Math.min(start + length, size) - start));
      }),
    );
  });
});

describe('a run key', () => {
  it('takes the local defaults where a run names none', () => {
    expect(runKey(null, '', 'id')).toEqual({ entity: 'local', project: 'uncategorized', runId: 'id' });
  });

  it('needs an id', () => {
    expect(() => runKey('e', 'p', '')).toThrow(/run id/);
  });

  it('has a text of its own, whatever its parts hold', () => {
    const part = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(fc.tuple(part, part, part), fc.tuple(part, part, part), (a, b) => {
        expect(runKeyText(runKey(...a)) === runKeyText(runKey(...b))).toBe(
          JSON.stringify(a) === JSON.stringify(b),
        );
      }),
    );
  });
});

describe('an error', () => {
  const system = (code: string) => Object.assign(new Error(`${code}: oops`), { code });

  it.each([
    ['ENOENT', 'not-found'],
    ['ENOTDIR', 'not-found'],
    ['EACCES', 'permission-denied'],
    ['EROFS', 'read-only'],
    ['ENOSPC', 'exhausted'],
    ['EMFILE', 'exhausted'],
    ['EIO', 'unavailable'],
    ['EWHATEVER', 'internal'],
  ])('of the system, %s, is %s', (errno, code) => {
    const error = toLogdirError(system(errno), 'read x');
    expect(error).toMatchObject({ code, message: `read x: ${errno}: oops` });
    expect(errnoOf(error.cause)).toBe(errno);
  });

  it('of our own stays what it is, and an abort is a cancellation', () => {
    const own = new LogdirError('corrupt', 'bad');
    expect(toLogdirError(own, 'read')).toBe(own);
    expect(toLogdirError(AbortSignal.abort().reason, 'read').code).toBe('cancelled');
    expect(toLogdirError('a string', 'read')).toMatchObject({ code: 'internal', message: 'read: a string' });
  });

  it('has one of a closed set of codes', () => {
    expect(new Set(ERROR_CODES).size).toBe(10);
    for (const code of ERROR_CODES) expect(new LogdirError(code, 'm').code).toBe(code);
  });

  it('without an errno has none', () => {
    expect([errnoOf(null), errnoOf(new Error('x')), errnoOf({ code: 5 })]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
