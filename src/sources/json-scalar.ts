/** Reads numbers and booleans from the bytes of a `value_json` without making strings. @module */

/** Powers of ten that are exact in a double. */
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const MAX_EXACT_INTEGER = 2 ** 53;
/** Splits a double into two halves of 26 bits each (Veltkamp). */
const SPLITTER = 2 ** 27 + 1;
/** Far above the error of the correction term (about 2^-49 of it), far below what matters. */
const DOUBT = 2 ** -40;

const NUMBER = /^-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/;

/**
 * Puts the number or boolean that `bytes[start, end)` spells into `out[index]` and says whether there was one.
 * The number is the very double that `Number(text)` gives; NaN, Infinity and -Infinity may stand bare; booleans
 * are 0 and 1. Anything else (strings, null, lists, objects, malformed text) leaves `out` alone.
 */
export function readScalar(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Float64Array,
  index: number,
): boolean {
  const first = start < end ? bytes[start]! : 0;
  if (first === 0x2d || (first >= 0x30 && first <= 0x39)) return readNumber(bytes, start, end, out, index);
  const word = wordValue(bytes, start, end);
  if (word === undefined) return false;
  out[index] = word;
  return true;
}

function wordValue(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start < 3 || end - start > 9) return undefined;
  switch (ascii(bytes, start, end)) {
    case 'true':
      return 1;
    case 'false':
      return 0;
    case 'NaN':
      return Number.NaN;
    case 'Infinity':
      return Number.POSITIVE_INFINITY;
    case '-Infinity':
      return Number.NEGATIVE_INFINITY;
    default:
      return undefined;
  }
}

/** Up to 18 digits as `high * 10^lowDigits + low`, both halves small integers; more digits go to `Number`. */
function readNumber(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Float64Array,
  index: number,
): boolean {
  const negative = bytes[start] === 0x2d;
  let at = negative ? start + 1 : start;
  if (at >= end || bytes[at]! < 0x30 || bytes[at]! > 0x39) return readSlowly(bytes, start, end, out, index);
  let high = 0;
  let low = 0;
  let lowDigits = 0;
  let point = -1;
  for (; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit >= 0 && digit <= 9) {
      if (high < 1e8) high = high * 10 + digit;
      else if (++lowDigits <= 9) low = low * 10 + digit;
      else return readSlowly(bytes, start, end, out, index);
    } else if (digit === -2 && point < 0) point = at;
    else break;
  }
  let exponent = point < 0 ? 0 : point + 1 - at;
  if (at < end) exponent += readExponent(bytes, at, end);
  // Also when the exponent is no number.
  if (!(exponent >= -22 && exponent <= 22) || bytes[end - 1] === 0x2e) {
    return readSlowly(bytes, start, end, out, index);
  }
  const value = scale(lowDigits === 0 ? high : high * POWERS[lowDigits]!, low, exponent);
  if (Number.isNaN(value)) return readSlowly(bytes, start, end, out, index);
  out[index] = negative ? -value : value;
  return true;
}

/** The value of `e+05` and the like; NaN when it is not one, or too long to matter. */
function readExponent(bytes: Uint8Array, start: number, end: number): number {
  if ((bytes[start]! | 0x20) !== 0x65) return Number.NaN;
  let at = start + 1;
  const sign = bytes[at];
  if (sign === 0x2d || sign === 0x2b) at++;
  if (at >= end || end - at > 4) return Number.NaN;
  let value = 0;
  for (; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return sign === 0x2d ? -value : value;
}

/**
 * `(high + low) * 10^exponent` correctly rounded, or NaN when rounding is in doubt. `high + low` has at most 18
 * digits, both parts are exact. Sums below 2^53 need one rounding only; a longer one is divided in
 * double-double arithmetic (Dekker), and the answer holds if the doubt does not reach a rounding boundary.
 */
function scale(high: number, low: number, exponent: number): number {
  const sum = high + low;
  if (sum < MAX_EXACT_INTEGER) return exponent < 0 ? sum / POWERS[-exponent]! : sum * POWERS[exponent]!;
  if (exponent >= 0) return exponent === 0 ? sum : Number.NaN;
  const rest = low - (sum - high);
  const divisor = POWERS[-exponent]!;
  const quotient = sum / divisor;
  const product = quotient * divisor;
  const correction = (sum - product - productError(quotient, divisor, product) + rest) / divisor;
  const doubt = Math.abs(correction) * DOUBT;
  const value = quotient + (correction + doubt);
  return value === quotient + (correction - doubt) ? value : Number.NaN;
}

/** `a * b - product` exactly, where product is the rounded `a * b`. */
function productError(a: number, b: number, product: number): number {
  const aSplit = a * SPLITTER;
  const aHigh = aSplit - (aSplit - a);
  const aLow = a - aHigh;
  const bSplit = b * SPLITTER;
  const bHigh = bSplit - (bSplit - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

function readSlowly(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Float64Array,
  index: number,
): boolean {
  const text = ascii(bytes, start, end);
  if (text === '-Infinity') out[index] = Number.NEGATIVE_INFINITY;
  else if (NUMBER.test(text)) out[index] = Number(text);
  else return false;
  return true;
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
