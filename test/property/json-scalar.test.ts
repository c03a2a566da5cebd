import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readScalar } from '../../src/sources/json-scalar.ts';

const out = new Float64Array(3);

/** What readScalar makes of a text that stands between other bytes; undefined when it declines. */
function read(text: string): number | undefined {
  const bytes = Buffer.from(`7${text}9`);
  return readScalar(bytes, 1, bytes.length - 1, out, 1) ? out[1] : undefined;
}

const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });
const digits = (maxLength: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${maxLength}}$`));

describe('readScalar', () => {
  it('reads what JavaScript, Go or Python prints for a double as that double', () => {
    fc.assert(
      fc.property(doubles, (value) => {
        expect(read(String(value))).toBe(Number(String(value)));
        expect(read(value.toExponential())).toBe(Number(value.toExponential()));
        expect(read(value.toPrecision(17))).toBe(Number(value.toPrecision(17)));
        expect(read(value.toExponential(20))).toBe(Number(value.toExponential(20)));
      }),
      { numRuns: 20_000 },
    );
  });

  it('agrees with Number for values of everyday size, where the fast way is taken', () => {
    const everyday = fc.tuple(doubles, fc.integer({ min: -18, max: 3 })).map(([value, power]) => {
      const mantissa = Number(`0.${String(Math.abs(value)).replace(/\D/g, '').slice(0, 17)}`);
      return String(mantissa * 10 ** power);
    });
    fc.assert(
      fc.property(everyday, (text) => {
        expect(read(text)).toBe(Number(text));
      }),
      { numRuns: 50_000 },
    );
  });

  it('agrees with Number for any digits, fraction and exponent', () => {
    const text = fc
      .tuple(
        fc.constantFrom('', '-'),
        digits(25),
        fc.option(digits(25)),
        fc.option(fc.integer({ min: -400, max: 400 })),
      )
      .map(([sign, whole, fraction, power]) => {
        return `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${power === null ? '' : `e${power}`}`;
      });
    fc.assert(
      fc.property(text, (number) => {
        expect(read(number)).toBe(Number(number));
      }),
      { numRuns: 20_000 },
    );
  });

  it('agrees with Number beside and on the borders between doubles', () => {
    // Midpoints of neighbouring doubles below 2^60, with and without a fraction: the hardest cases of rounding.
    const midpoint = fc.tuple(fc.bigInt({ min: 2n ** 53n, max: 2n ** 59n }), fc.integer({ min: 0, max: 17 }));
    fc.assert(
      fc.property(midpoint, ([integer, decimals]) => {
        for (const nearby of [integer - 1n, integer, integer + 1n]) {
          const text = String(nearby);
          const number =
            decimals === 0 ? text : `${text.slice(0, -decimals) || '0'}.${text.slice(-decimals)}`;
          expect(read(number)).toBe(Number(number));
        }
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ['true', 1],
    ['false', 0],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['-0.0', -0],
    ['1152921504606846979', 2 ** 60],
    ['5e-324', 5e-324],
    ['1e400', Number.POSITIVE_INFINITY],
    ['1.7954401917570307e+09', 1795440191.7570307],
  ])('reads %s', (text, value) => {
    expect(read(text)).toBe(value);
  });

  it.each([
    '',
    '-',
    '.',
    '-.',
    '-.e5',
    'e5',
    '1e',
    '1e+',
    '"1"',
    'null',
    '[1]',
    '{}',
    'nan',
    'True',
    '1 2',
    '0x10',
    '--1',
  ])('declines %j', (text) => {
    expect(read(text)).toBeUndefined();
  });
});
