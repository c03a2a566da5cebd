/** The query of a WebHDFS request: an operation and where to read. @module */

import { LogdirError } from '../../core/index.ts';

export interface WebHdfsQuery {
  /** In upper case; '' when absent. */
  readonly op: string;
  /** Bytes; undefined when absent. */
  readonly offset: number | undefined;
  readonly length: number | undefined;
}

/**
 * Parses `op`, `offset` and `length`; `user.name`, `doas`, `buffersize` and the rest are ignored.
 * @throws LogdirError `invalid-argument` when offset or length is not a non-negative integer.
 */
export function parseWebHdfsQuery(query: string): WebHdfsQuery {
  let op = '';
  let offset: number | undefined;
  let length: number | undefined;
  for (let from = 0; from < query.length; ) {
    const ampersand = query.indexOf('&', from);
    const to = ampersand < 0 ? query.length : ampersand;
    const equals = query.indexOf('=', from);
    if (equals >= 0 && equals < to) {
      const key = query.slice(from, equals).toLowerCase();
      const value = query.slice(equals + 1, to);
      if (key === 'op') op = value.toUpperCase();
      else if (key === 'offset') offset = byteCount(key, value);
      else if (key === 'length') length = byteCount(key, value);
    }
    from = to + 1;
  }
  return { op, offset, length };
}

function byteCount(key: string, value: string): number {
  const count = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  throw new LogdirError('invalid-argument', `${key}: expected a number of bytes, 0 or more, got "${value}"`);
}
