import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bracketed,
  byteRange,
  clampRange,
  ERROR_CODES,
  errnoOf,
  isLoopback,
  LogdirError,
  rangeLength,
  runKey,
  runKeyText,
  shellWord,
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

describe('a host', () => {
  it.each(['localhost', 'box.localhost', '127.0.0.1', '127.3.2.1', '::1', '::ffff:127.0.0.1'])(
    '%s is this machine alone',
    (host) => expect(isLoopback(host)).toBe(true),
  );
  it.each(['0.0.0.0', '::', '10.0.0.1', 'localhost.example.com', '127.example.com', '::2', ''])(
    '%j is not, or may be another',
    (host) => expect(isLoopback(host)).toBe(false),
  );
  it('stands in brackets before a port where it has colons', () => {
    expect(['::1', '10.0.0.1', 'box'].map(bracketed)).toEqual(['[::1]', '10.0.0.1', 'box']);
  });
});

it('a word for a shell is quoted where a shell would read more into it', () => {
  expect(shellWord('webhdfs://127.0.0.1:7070/a/b')).toBe('webhdfs://127.0.0.1:7070/a/b');
  expect(shellWord('a/b-c.d')).toBe('a/b-c.d');
  expect(shellWord("it's $HOME")).toBe(`'it'\\''s $HOME'`);
  expect(shellWord('')).toBe("''");
});
