/** An event file frozen at its size, its bytes synthesized segment by segment as they are read. @module */

import { type ByteRange, clampRange, PiecesAtHand, rangeLength } from '../core/index.ts';
import type { EncodedSegments, SegmentReadOptions } from './encoded-segments.ts';
import type { ViewedRun } from './event-view.ts';
import { SegmentKeys } from './segment-keys.ts';

/**
 * Ranges longer than this go past the cache of segments: somebody reads the file from end to end, as TensorBoard does
 * once, and will not ask again. Below it, a range is a few segments, encoded in about a millisecond.
 */
const CACHED_RANGE_BYTES = 384 * 1024;
/** A range over several segments is given whole where they are at hand; beyond this, one after the other is the better way. */
const WHOLE_RANGE_BYTES = 1024 * 1024;

export class EventFile {
  /** Bytes. */
  readonly size: number;
  readonly #viewed: ViewedRun;
  readonly #keys: SegmentKeys;
  readonly #segments: EncodedSegments;

  constructor(viewed: ViewedRun, segments: EncodedSegments) {
    this.size = viewed.view.size;
    this.#viewed = viewed;
    this.#keys = new SegmentKeys(viewed.run, viewed.view);
    this.#segments = segments;
  }

  /**
   * The bytes of a range: at once where they are at hand, else in order, in pieces of at most a few hundred KiB. They may
   * be views of a shared cache: copy them to keep them, never write to them.
   */
  read(wanted: ByteRange, options: SegmentReadOptions): Uint8Array | AsyncIterable<Uint8Array> {
    const range = clampRange(wanted, this.size);
    return this.#atHand(range, options.inPieces === true) ?? this.#pieces(range, options);
  }

  #atHand(range: ByteRange, inPieces: boolean): Uint8Array | PiecesAtHand | undefined {
    const length = rangeLength(range);
    if (length === 0) return new Uint8Array(0);
    if (length > WHOLE_RANGE_BYTES) return undefined;
    const { segments } = this.#viewed.view.fold;
    const first = segments.indexAt(range.start);
    const firstBytes = this.#segments.peek(this.#keys, first);
    if (firstBytes === undefined) return undefined;
    const offset = range.start - segments.offsetOf(first);
    if (offset + length <= firstBytes.length) return firstBytes.subarray(offset, offset + length);
    const pieces = this.#piecesAtHand(first, range);
    if (pieces === undefined) return undefined;
    return inPieces ? new PiecesAtHand(pieces) : Buffer.concat(pieces, length);
  }

  #piecesAtHand(first: number, range: ByteRange): readonly Uint8Array[] | undefined {
    const pieces: Uint8Array[] = [];
    const { segments } = this.#viewed.view.fold;
    for (let index = first, at = range.start; at < range.end; index++) {
      const bytes = this.#segments.peek(this.#keys, index);
      if (bytes === undefined) return undefined;
      const part = partWithin(bytes, segments.offsetOf(index), range);
      pieces.push(part);
      at += part.length;
    }
    return pieces;
  }

  async *#pieces(range: ByteRange, options: SegmentReadOptions): AsyncGenerator<Uint8Array> {
    const { segments } = this.#viewed.view.fold;
    const first = segments.indexAt(range.start);
    const end = segments.indexAt(range.end - 1) + 1;
    const pieces =
      rangeLength(range) <= CACHED_RANGE_BYTES
        ? this.#segments.keep(this.#viewed, this.#keys, first, end)
        : this.#segments.stream(this.#viewed, first, end, options);
    let at = segments.offsetOf(first);
    for await (const bytes of pieces) {
      options.signal.throwIfAborted();
      const part = partWithin(bytes, at, range);
      at += bytes.length;
      if (part.length > 0) yield part;
    }
  }
}

/** The part of bytes at an offset of the file that lies in a range. */
function partWithin(bytes: Uint8Array, at: number, range: ByteRange): Uint8Array {
  return bytes.subarray(Math.max(0, range.start - at), Math.max(0, range.end - at));
}
