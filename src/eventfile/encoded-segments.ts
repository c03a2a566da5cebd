/** Encoded segments of event files, the most recently used kept in memory up to a bound. @module */

import { LRUCache } from 'lru-cache';
import { LogdirError, NEVER_ABORTED } from '../core/index.ts';
import type { Allocate, RowBlock, Run } from '../history/index.ts';
import type { Media } from '../media/index.ts';
import type { Metrics } from '../observability/index.ts';
import { type BlobReference, NO_CONTENTS } from '../plugins/index.ts';
import { lendRecordMemory } from '../tfevents/index.ts';
import { BlobsAhead } from './blobs-ahead.ts';
import { type EventView, reusable } from './event-view.ts';
import { encodeSegment, encodeSegmentPieces, hasMediaIn, needsOfSegment } from './segment-encoder.ts';
import type { SegmentKeys } from './segment-keys.ts';
import type { Segment } from './segment-list.ts';

/** Blocks whose rows are read from disk in one go: some 700 KiB. */
const BLOCKS_PER_READ = 8;
/** Files being streamed at a time that read so far ahead; each of further ones reads block by block, in a quarter of the memory. */
const MAX_STREAMS_AHEAD = 16;
/** A segment with media that is longer is made anew for each range of it that is read. */
const MAX_KEPT_SEGMENT_BYTES = 16 * 1024 * 1024;

export interface SegmentReadOptions {
  readonly signal: AbortSignal;
  /** The caller is done with a piece when it asks for the next, which may overwrite it. */
  readonly transient?: boolean;
}

export interface EncodedSegmentsOptions {
  /** Bound on the bytes kept. A segment is a few hundred KiB. */
  readonly maxBytes: number;
  /** Where files of media come from. */
  readonly files: Media;
  readonly metrics: Metrics;
}

/** A run with the view of its event file. */
export interface ViewedRun {
  readonly run: Run;
  readonly view: EventView;
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
    using lent = options.transient ? lendRecordMemory() : null;
    const plain = options.transient ? reusable() : allocate;
    const memory = (bytes: number) => lent?.take(bytes) ?? plain(bytes);
    const { segments } = view.fold;
    const rows = new BlockStream(viewed, first, end, this.#streams < MAX_STREAMS_AHEAD ? BLOCKS_PER_READ : 1);
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

/** Blocks for segments in order: adjacent ones are read together, the next ones while these are encoded. */
class BlockStream {
  readonly #viewed: ViewedRun;
  readonly #end: number;
  readonly #blocksPerRead: number;
  /** Memory for rows being encoded and for rows being read, over and over. */
  #memory: readonly [Allocate, Allocate] = [reusable(), reusable()];
  #first = 0;
  #blocks: readonly RowBlock[] = [];
  #pending: { readonly first: number; readonly blocks: Promise<readonly RowBlock[]> } | undefined;

  constructor(viewed: ViewedRun, first: number, end: number, blocksPerRead: number) {
    this.#viewed = viewed;
    this.#end = end;
    this.#blocksPerRead = blocksPerRead;
    const block = this.#blockFrom(first);
    if (block !== undefined) this.#ask(block, first);
  }

  /** The block of a segment; `index` is the segment's. */
  async block(wanted: number, index: number): Promise<RowBlock> {
    let known = this.#blocks[wanted - this.#first];
    if (known === undefined || wanted < this.#first) {
      if (this.#pending !== undefined && this.#pending.first !== wanted) this.#abandon();
      if (this.#pending === undefined) this.#ask(wanted, index);
      const { first, blocks } = this.#pending!;
      this.#blocks = await blocks;
      this.#first = first;
      this.#pending = undefined;
      this.#memory = [this.#memory[1], this.#memory[0]];
      known = this.#blocks[0]!;
      this.#askNext(index);
    }
    return known;
  }

  /** Leaves a reading alone that is not needed after all, with the memory it goes on writing into. */
  #abandon(): void {
    this.#pending = undefined;
    this.#memory = [this.#memory[0], reusable()];
  }

  /** Asks for the blocks after the ones in hand, if a later segment goes on with them. */
  #askNext(index: number): void {
    const next = this.#first + this.#blocks.length;
    const { segments } = this.#viewed.view.fold;
    for (let i = index; i < this.#end; i++) {
      const { kind, block } = segments.get(i);
      if (kind === 'markers' || block < next) continue;
      if (block === next) this.#ask(next, i);
      return;
    }
  }

  #ask(first: number, index: number): void {
    const { run, view } = this.#viewed;
    const count = this.#adjacentBlocks(first, index);
    const blocks = run.readBlocks(view.log, first, count, this.#memory[1]);
    blocks.catch(() => undefined); // A failure is met when these blocks are due.
    this.#pending = { first, blocks };
  }

  /** How many blocks from `first` on the segments from `index` on go through one after the other. */
  #adjacentBlocks(first: number, index: number): number {
    const { segments } = this.#viewed.view.fold;
    let last = first;
    for (let i = index; i < this.#end && last - first < this.#blocksPerRead - 1; i++) {
      const { kind, block } = segments.get(i);
      if (kind === 'markers') continue;
      if (block !== last && block !== last + 1) break;
      last = block;
    }
    return last - first + 1;
  }

  /** The block of the first segment from `index` on that has one. */
  #blockFrom(index: number): number | undefined {
    const { segments } = this.#viewed.view.fold;
    for (let i = index; i < this.#end; i++) {
      const { kind, block } = segments.get(i);
      if (kind !== 'markers') return block;
    }
    return undefined;
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
