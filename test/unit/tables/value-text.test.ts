/** Values as text: numbers that read back, and JSON that any reader takes. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonCell } from '../../../src/tables/columns.ts';
import { jsonText, numberText } from '../../../src/tables/value-text.ts';

describe('a number', () => {
  it('reads back as the same float64', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Object.is(Number(numberText(value)), value)).toBe(true);
        expect(Object.is(JSON.parse(jsonText(value)), value)).toBe(true);
      }),
    );
  });

  it.each([
    [Number.NaN, 'NaN', '"NaN"'],
    [Number.POSITIVE_INFINITY, 'inf', '"Infinity"'],
    [Number.NEGATIVE_INFINITY, '-inf', '"-Infinity"'],
    [-0, '-0.0', '-0.0'],
    [2 ** 53, '9007199254740992', '9007199254740992'],
  ])('that is %s is told in the words of its readers', (value, text, json) => {
    expect([numberText(value), jsonText(value)]).toEqual([text, json]);
  });
});

describe('a value of W&B', () => {
  it.each([
    ['{"a": [1, 2]}', '{"a": [1, 2]}'],
    ['[12345678901234567890, 1.50]', '[12345678901234567890, 1.50]'],
    ['{"a":\r\n1}', '{"a":  1}'],
    ['[NaN, -Infinity, 1]', '["NaN","-Infinity",1]'],
    ['{"NaN": NaN}', '{"NaN":"NaN"}'],
    ['["not \\"NaN\\""]', '["not \\"NaN\\""]'],
    ['{"a": 1', '"{\\"a\\": 1"'],
    ['null', 'null'],
  ])('%j is strict JSON on one line', (text, json) => {
    const told = jsonText(new JsonCell(text));
    expect(told).toBe(json);
    expect(() => JSON.parse(told)).not.toThrow();
  });
});
