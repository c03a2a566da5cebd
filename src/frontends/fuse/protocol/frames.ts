/** Cuts what a descriptor delivers into requests. Pure. @module */

import { REQUEST_HEADER_BYTES } from './request.ts';

/**
 * Each request in a chunk, by the length its header gives. The kernel hands over whole requests only, usually one
 * at a time.
 * @throws RangeError when a request is cut short: the stream cannot be followed any further.
 */
export function eachFrame(chunk: Buffer, act: (frame: Buffer) => void): void {
  for (let at = 0; at < chunk.length; ) {
    const left = chunk.length - at;
    const length = left < REQUEST_HEADER_BYTES ? 0 : chunk.readUInt32LE(at);
    if (length < REQUEST_HEADER_BYTES || length > left) {
      throw new RangeError(`FUSE request: expected ${length || 'at least 40'} bytes, got ${left}`);
    }
    act(length === chunk.length ? chunk : chunk.subarray(at, at + length));
    at += length;
  }
}
