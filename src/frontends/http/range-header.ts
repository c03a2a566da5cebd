/** The `Range` header (RFC 9110 §14): one byte range of a file of known size. @module */

import type { ByteRange } from '../../core/index.ts';

/** `whole`: answer as if there were no Range header. `unsatisfiable`: 416. */
export type RangeAnswer = ByteRange | 'whole' | 'unsatisfiable';

const UNIT = 'bytes=';
const ZERO = 48;

/**
 * Which bytes to send. Several ranges at once, and units other than bytes, are answered with the whole file,
 * as the RFC allows; a malformed or reversed byte range is refused.
 */
export function parseRange(header: string, size: number): RangeAnswer {
  if (header.length < UNIT.length || header.slice(0, UNIT.length).toLowerCase() !== UNIT) return 'whole';
  if (header.includes(',')) return 'whole';
  const spec = header.slice(UNIT.length).trim();
  const dash = spec.indexOf('-');
  if (dash < 0) return 'unsatisfiable';
  const first = digits(spec, 0, dash);
  const last = digits(spec, dash + 1, spec.length);
  if (Number.isNaN(first) || Number.isNaN(last)) return 'unsatisfiable';
  if (first === null) return last === null ? 'unsatisfiable' : suffix(last, size);
  if (first >= size || (last !== null && last < first)) return 'unsatisfiable';
  return { start: first, end: last === null ? size : Math.min(last + 1, size) };
}

function suffix(length: number, size: number): RangeAnswer {
  if (length === 0 || size === 0) return 'unsatisfiable';
  return { start: Math.max(0, size - length), end: size };
}

/** A decimal number; null where there is none; NaN for anything else. Large numbers lose digits, not size. */
function digits(text: string, from: number, to: number): number | null {
  if (from === to) return null;
  let value = 0;
  for (let index = from; index < to; index++) {
    const digit = text.charCodeAt(index) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** The Content-Range of a 206 answer. */
export function contentRange(range: ByteRange, size: number): string {
  return `bytes ${range.start}-${range.end - 1}/${size}`;
}
