/** Powers that the scanner in WebAssembly makes numbers with. @module */

/** Powers of ten from -MAX_EXPONENT to MAX_EXPONENT, as in assembly/scan-log.ts. */
const MAX_EXPONENT = 80;
const WORD = 1n << 64n;
const TWO_WORDS = 1n << 128n;

/**
 * The first 128 bits of each power of five, the upper word first: truncated from 5^0 on, below that the next larger, as in the
 * table of Daniel Lemire's fast_float (script/table_generation.py).
 */
export function powersOfFive(): BigUint64Array {
  const powers = new BigUint64Array(2 * (2 * MAX_EXPONENT + 1));
  for (let exponent = -MAX_EXPONENT; exponent <= MAX_EXPONENT; exponent++) {
    const bits =
      exponent < 0 ? reciprocal(5n ** BigInt(-exponent), exponent) : normal(5n ** BigInt(exponent));
    const at = 2 * (exponent + MAX_EXPONENT);
    powers[at] = bits / WORD;
    powers[at + 1] = bits % WORD;
  }
  return powers;
}

function normal(power: bigint): bigint {
  const shift = BigInt(128 - power.toString(2).length);
  return shift >= 0n ? power << shift : power >> -shift;
}

function reciprocal(power: bigint, exponent: number): bigint {
  const length = BigInt((power - 1n).toString(2).length);
  // From 5^-28 on two words are not enough to divide exactly.
  const shift = exponent >= -27 ? length + 127n : 2n * length + 128n;
  const quotient = (1n << shift) / power + 1n;
  return quotient < TWO_WORDS ? quotient : normal(quotient);
}
