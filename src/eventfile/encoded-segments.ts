/** Encoded segments of event files, the most recently used kept in memory up to a bound. @module */

import { LRUCache } from 'lru-cache';
import { LogdirError, NEVER_ABORTED } from '../core/index.ts';
import type { RowBlock } from '../history/index.ts';
import type { Media } from '../media/index.ts';
import type { Metrics } from '../observability/index.ts';
import { type BlobReference, NO_CONTENTS } from '../plugins/index.ts';
import { lendRecordMemory } from '../tfevents/index.ts';
import { BlobsAhead } from './blobs-ahead.ts';
import { BLOCKS_PER_READ, BlockStream } from './block-stream.ts';
import type { EventView, ViewedRun } from './event-view.ts';
import { reusableMemory } from './reusable-memory.ts';
import { encodeSegment, encodeSegmentPieces, hasMediaIn, needsOfSegment } from './segment-encoder.ts';
import type { SegmentKeys } from './segment-keys.ts';
import type { Segment } from './segment-list.ts';

/** Files being streamed at a time that read so far ahead; each of further ones reads block by block, in a quarter of the memory. */
const MAX_STREAMS_AHEAD = 16;
/** A segment with media that is longer is made anew for each range of it that is read. */
const MAX_KEPT_SEGMENT_BYTES = 16 * 1024 * 1024;

export interface SegmentReadOptions {
  readonly signal: AbortSignal;
  /** The caller is done with a piece when it asks for the next, which may overwrite it. */
  readonly transient?: boolean;
  /** The caller has a use for `PiecesAtHand`. */
  readonly inPieces?: boolean;
}

export interface EncodedSegmentsOptions {
  /** Bound on the bytes kept. A segment is a few hundred KiB. */
  readonly maxBytes: number;
  /** Where files of media come from. */
  readonly files: Media;
  readonly metrics: Metrics;
}

export class EncodedSegments {
  readonly #metrics: Metrics;
  readonly #files: Media;
  readonly #ahead: BlobsAhead;
  readonly #cache: LRUCache<string, Uint8Array>;
  /** Files being streamed now: clients that have stopped reading are among them. */
  #streams = 0;

  constructor({ maxBytes, files, metrics }: EncodedSegmentsOptions) {
    this.#metrics = metrics;
    this.#files = files;
    this.#ahead = new BlobsAhead(files, maxBytes);
    this.#cache = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (segment) => Math.max(1, segment.length),
    });
    metrics.gauge('block_cache_bytes', () => this.#cache.calculatedSize);
  }

  /** The bytes of a segment if they are in memory. */
  peek(keys: SegmentKeys, index: number): Uint8Array | undefined {
    return this.#cache.get(keys.of(index));
  }

  /** The bytes of adjacent segments `[first, end)`, kept in memory from now on. */
  async *keep(viewed: ViewedRun, keys: SegmentKeys, first: number, end: number): AsyncGenerator<Uint8Array> {
    for (let index = first; index < end; index++) {
      const known = this.peek(keys, index);
      this.#metrics.increment('block_cache_lookups_total', { outcome: known === undefined ? 'miss' : 'hit' });
      if (known !== undefined) {
        yield known;
        continue;
      }
      const { run, view } = viewed;
      const segment = view.fold.segments.get(index);
      const block =
        segment.kind === 'markers' ? undefined : (await run.readBlocks(view.log, segment.block, 1))[0];
      if (hasMediaIn(segment, block, view.fold)) {
        if (segment.bytes > MAX_KEPT_SEGMENT_BYTES) {
          yield* this.#pieces(viewed, segment, block);
          continue;
        }
        const bytes = await joined(this.#pieces(viewed, segment, block), segment.bytes);
        this.#cache.set(keys.of(index), bytes);
        yield bytes;
        continue;
      }
      const bytes = this.#encode(view, segment, block, allocate);
      this.#cache.set(keys.of(index), bytes);
      yield bytes;
    }
  }

  /**
   * The same one after the other, leaving the cache as it is: a file read from end to end would push everything else
   * out and not be asked for again.
   */
  async *stream(
    viewed: ViewedRun,
    first: number,
    end: number,
    options: SegmentReadOptions,
  ): AsyncGenerator<Uint8Array> {
    const { view } = viewed;
    using reused = options.transient ? reusableMemory(lendRecordMemory()) : null;
    const memory = reused?.allocate ?? allocate;
    const { segments } = view.fold;
    using rows = new BlockStream(viewed, first, end, this.#streams < MAX_STREAMS_AHEAD ? BLOCKS_PER_READ : 1);
    this.#streams++;
    try {
      for (let index = first; index < end; index++) {
        options.signal.throwIfAborted();
        const segment = segments.get(index);
        const block = segment.kind === 'markers' ? undefined : await rows.block(segment.block, index);
        if (hasMediaIn(segment, block, view.fold)) yield* this.#pieces(viewed, segment, block);
        else yield this.#encode(view, segment, block, memory);
      }
    } finally {
      this.#streams--;
    }
  }

  async *#pieces(
    viewed: ViewedRun,
    segment: Segment,
    block: RowBlock | undefined,
  ): AsyncGenerator<Uint8Array> {
    const { run, view } = viewed;
    const target = { run, log: view.log };
    const files = this.#files;
    if (block !== undefined) void this.#ahead.fetchFrom(run, view, segment, block).catch(() => undefined);
    const needs = needsOfSegment(segment, block, view.fold, view.encoders);
    const waiting = { maxWaitMs: Number.POSITIVE_INFINITY, signal: NEVER_ABORTED };
    const contents = needs.length === 0 ? NO_CONTENTS : await files.decide(target, needs, waiting);
    // Its values came to other bytes when it was folded.
    const expectCurrent = () => {
      if (view.isStale)
        throw new LogdirError('not-found', `the event file of run ${run.key.runId} has another name now`);
    };
    expectCurrent();
    const fetchBlob = async function* (blob: BlobReference) {
      const bytes = await files.blob(target, blob);
      expectCurrent();
      yield bytes;
    };
    const pieces = encodeSegmentPieces(segment, block, view.fold, view.encoders, { contents, fetchBlob });
    yield* exactly(segment.bytes, pieces);
  }

  #encode(
    view: EventView,
    segment: Segment,
    block: RowBlock | undefined,
    memory: (bytes: number) => Uint8Array,
  ): Uint8Array {
    const bytes = memory(segment.bytes);
    const startedMs = performance.now();
    encodeSegment(segment, block, view.fold, view.encoders, bytes);
    this.#metrics.observe('encode_duration_seconds', (performance.now() - startedMs) / 1000);
    this.#metrics.increment('encoded_bytes_total', {}, bytes.length);
    return bytes;
  }
}

/** @throws LogdirError `internal` where pieces come to other than the bytes that a segment was folded with. */
async function* exactly(bytes: number, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let made = 0;
  for await (const piece of pieces) {
    made += piece.length;
    if (made > bytes) break;
    yield piece;
  }
  if (made !== bytes)
    throw new LogdirError('internal', `event segment with media: expected ${bytes} bytes, made ${made}`);
}

async function joined(pieces: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  const bytes = allocate(length);
  let at = 0;
  for await (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Not from Node's shared pool, which a cached segment would keep alive whole. */
function allocate(bytes: number): Uint8Array {
  return Buffer.allocUnsafeSlow(bytes);
}
