/** Half-open byte ranges: pure arithmetic, no I/O. @module */

/** Bytes [start, end) of something; `start <= end`, both non-negative safe integers. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The range [start, end), checked. @throws RangeError on anything but 0 <= start <= end. */
export function byteRange(start: number, end: number): ByteRange {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
    throw new RangeError(`byte range: expected 0 <= start <= end, got ${start}..${end}`);
  }
  return { start, end };
}

/** The part of a range that lies within [0, size); empty when it lies beyond. */
export function clampRange(range: ByteRange, size: number): ByteRange {
  const start = Math.min(range.start, size);
  return { start, end: Math.max(start, Math.min(range.end, size)) };
}

export function rangeLength(range: ByteRange): number {
  return range.end - range.start;
}
