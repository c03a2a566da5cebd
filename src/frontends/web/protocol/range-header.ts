/** The `Range` header (RFC 9110 §14): one byte range of a file of known size. @module */

import rangeParser from 'range-parser';
import type { ByteRange } from '../../../core/index.ts';

/** `whole`: answer as if there were no Range header. `unsatisfiable`: 416. */
export type RangeAnswer = ByteRange | 'whole' | 'unsatisfiable';

/** What nearly every reader sends. Of 15 digits each, the positions are exact as numbers, also with one added. */
const FIRST_TO_LAST = /^bytes=(\d{1,15})-(\d{1,15})$/;
const UNIT = 'bytes=';
/** A suffix of at least one byte. */
const SUFFIX = /^bytes=\s*-\s*0*[1-9]\d*\s*$/i;

/**
 * Which bytes to send. Several ranges at once, and units other than bytes, are answered with the whole file,
 * as the RFC allows; a malformed or reversed byte range is refused.
 */
export function parseRange(header: string, size: number): RangeAnswer {
  const match = FIRST_TO_LAST.exec(header);
  if (match === null) return parseUncommonRange(header, size);
  const start = Number(match[1]);
  const end = Math.min(Number(match[2]) + 1, size);
  return start < end ? { start, end } : 'unsatisfiable';
}

function parseUncommonRange(header: string, size: number): RangeAnswer {
  if (header.length < UNIT.length || header.slice(0, UNIT.length).toLowerCase() !== UNIT) return 'whole';
  if (header.includes(',')) return 'whole';
  const ranges = rangeParser(size, header);
  const range = typeof ranges === 'number' ? undefined : ranges[0];
  if (range !== undefined) return { start: range.start, end: range.end + 1 };
  // range-parser refuses a suffix longer than the file, which selects all of it (RFC 9110 §14.1.2).
  return size > 0 && SUFFIX.test(header) ? { start: 0, end: size } : 'unsatisfiable';
}

/** The Content-Range of a 206 reply. */
export function contentRange(range: ByteRange, size: number): string {
  return `bytes ${range.start}-${range.end - 1}/${size}`;
}
