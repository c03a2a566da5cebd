import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogdirError } from '../../src/core/index.ts';
import { ShapeRegistry } from '../../src/sources/shape-registry.ts';
import { rowsOfLines, rowsOfObjects } from '../../src/sources/wandb-cloud/rows/index.ts';
import { numericKeys } from '../support/cloud-rows.ts';

const registry = new ShapeRegistry();
const options = { registry, keyTypes: numericKeys('a', 'n') };

/** A double as some language prints it. */
const numberText = fc
  .tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 0, max: 4 }))
  .map(([value, form]) => {
    if (form === 1) return value.toExponential();
    if (form === 2) return value.toPrecision(17);
    if (form === 3) return value.toExponential(20).replace('e', 'E');
    return form === 4 ? JSON.stringify(Math.fround(value)) : JSON.stringify(value);
  });
const anyText = fc.oneof(
  { weight: 4, arbitrary: numberText },
  fc.constantFrom('"NaN"', '"-Inf"', 'null', 'true', 'false', '12345678901234567890', '-0', '-0.0', '1e400'),
  fc.string({ unit: 'binary' }).map((string) => JSON.stringify(string)),
  fc.json(),
);
const key = fc.oneof(
  fc.constantFrom('a', 'n', 'a.b', 'train/loss', '_runtime', 'ключ'),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const space = fc.constantFrom('', '', '', ' ', '\n\t', '\r');

/** The JSON of a row, its members in this order, keys perhaps twice. */
const line = fc
  .tuple(fc.array(fc.tuple(key, anyText, space, space), { maxLength: 8 }), fc.integer({ min: 0, max: 1e9 }))
  .map(([members, step]) => {
    const texts = members.map(
      ([name, value, before, after]) => `${before}${JSON.stringify(name)}${after}:${before}${value}${after}`,
    );
    return `{${[...texts, `"_step":${step}`].join(',')}}`;
  });

describe('rowsOfLines', () => {
  it('gives what JSON.parse makes of each line, to the last bit', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
        for (const text of lines) {
          const parsed = JSON.parse(text) as Record<string, unknown>;
          expect(rowsOfLines([text], options)).toEqual(rowsOfObjects([parsed], options));
        }
        const together = rowsOfLines(lines, options);
        const bySteps = new Map(lines.map((text) => [(JSON.parse(text) as { _step: number })._step, text]));
        const alone = [...bySteps]
          .sort(([a], [b]) => a - b)
          .map(([, text]) => rowsOfLines([text], options)[0]!);
        expect(together.map(({ values, cells }) => ({ values, cells }))).toEqual(
          alone.map(({ values, cells }) => ({ values, cells })),
        );
        expect(together.map(({ shape }) => shape)).toEqual(alone.map(({ shape }) => shape));
      }),
      { numRuns: 4000 },
    );
  });

  it('gives rows or says that the line is bad, whatever the line', () => {
    const broken = fc
      .tuple(line, fc.nat(), fc.nat(), fc.string({ unit: 'binary', maxLength: 2 }))
      .map(([text, at, cut, put]) => {
        const start = at % (text.length + 1);
        return text.slice(0, start) + put + text.slice(start + (cut % 5));
      });
    fc.assert(
      fc.property(fc.oneof(broken, fc.string({ unit: 'binary' })), (text) => {
        try {
          rowsOfLines([text], options);
        } catch (error) {
          expect(error).toBeInstanceOf(LogdirError);
          expect(error).toMatchObject({ code: 'unavailable' });
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it('refuses each line that is cut short', () => {
    fc.assert(
      fc.property(line, fc.nat(), (text, at) => {
        expect(() => rowsOfLines([text.slice(0, at % text.length)], options)).toThrow(LogdirError);
      }),
      { numRuns: 5000 },
    );
  });
});
