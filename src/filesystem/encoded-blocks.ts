/** Encoded blocks of event files, the most recently used kept in memory up to a bound. @module */

import { LRUCache } from 'lru-cache';
import type { History, RowBlock, RunLog } from '../history/index.ts';
import type { Metrics } from '../observability/index.ts';
import type { EventSynthesis } from './event-synthesis.ts';
import type { ReadOptions } from './tree.ts';

/** Blocks whose rows are read from disk in one go: some 700 KiB. */
const BLOCKS_PER_READ = 8;

export interface EncodedBlocksOptions {
  readonly history: History;
  readonly synthesis: EventSynthesis;
  /** Bound on the bytes kept. A block is a few hundred KiB. */
  readonly maxBytes: number;
  readonly metrics: Metrics;
}

export class EncodedBlocks {
  readonly #options: EncodedBlocksOptions;
  readonly #cache: LRUCache<string, Uint8Array>;

  constructor(options: EncodedBlocksOptions) {
    this.#options = options;
    this.#cache = new LRUCache({
      maxSize: options.maxBytes,
      sizeCalculation: (block) => Math.max(1, block.length),
    });
    options.metrics.gauge('block_cache_bytes', () => this.#cache.calculatedSize);
  }

  /** The events of a block if they are in memory. */
  peek(log: RunLog, index: number): Uint8Array | undefined {
    return this.#cache.get(cacheKey(log, index));
  }

  /** The events of adjacent blocks `[first, first + count)`, kept in memory from now on. */
  async read(log: RunLog, first: number, count: number): Promise<Uint8Array[]> {
    const { history, metrics } = this.#options;
    const encoded = Array.from({ length: count }, (_, i) => this.peek(log, first + i));
    const from = encoded.indexOf(undefined);
    metrics.increment('block_cache_lookups_total', { outcome: 'hit' }, from < 0 ? count : from);
    if (from < 0) return encoded as Uint8Array[];
    const blocks = await history.readBlocks(log, first + from, count - from);
    blocks.forEach((block, i) => {
      const index = first + from + i;
      const events = this.#encode(log, index, block, allocate);
      encoded[from + i] = events;
      this.#cache.set(cacheKey(log, index), events);
    });
    metrics.increment('block_cache_lookups_total', { outcome: 'miss' }, blocks.length);
    return encoded as Uint8Array[];
  }

  /**
   * The events of adjacent blocks `[first, end)`, one after the other, leaving the cache as it is: a file read
   * from end to end would push everything else out and not be asked for again. `transient`: each block may
   * overwrite the one before.
   */
  async *stream(
    log: RunLog,
    first: number,
    end: number,
    { signal, transient = false }: ReadOptions,
  ): AsyncGenerator<Uint8Array> {
    const memory = transient ? reusable() : allocate;
    // Rows being encoded and rows being read: memory for each, over and over.
    let [rowMemory, nextRowMemory] = [reusable(), reusable()];
    const rowsFrom = (index: number) =>
      this.#options.history.readBlocks(log, index, Math.min(BLOCKS_PER_READ, end - index), rowMemory);
    let pending = rowsFrom(first);
    for (let index = first; index < end; ) {
      const blocks = await pending;
      const next = index + blocks.length;
      [rowMemory, nextRowMemory] = [nextRowMemory, rowMemory];
      // The next rows are read while the consumer is busy with these; a failure is met when they are due.
      if (next < end) pending = rowsFrom(next);
      pending.catch(() => undefined);
      for (const block of blocks) {
        signal.throwIfAborted();
        yield this.#encode(log, index++, block, memory);
      }
    }
  }

  #encode(log: RunLog, index: number, block: RowBlock, memory: (bytes: number) => Uint8Array): Uint8Array {
    const { synthesis, metrics } = this.#options;
    const events = memory(log.ledger.block(index).eventsBytes);
    const started = performance.now();
    synthesis.encode(block, log.ledger.dictionary, events);
    metrics.observe('encode_duration_seconds', (performance.now() - started) / 1000);
    metrics.increment('encoded_bytes_total', {}, events.length);
    return events;
  }
}

/** Not from Node's shared pool, which a cached block would keep alive whole. */
function allocate(bytes: number): Uint8Array {
  return Buffer.allocUnsafeSlow(bytes);
}

/** The same memory each time, as long as it is large enough: fresh pages cost more than filling them. */
function reusable(): (bytes: number) => Uint8Array {
  let memory = allocate(0);
  return (bytes) => {
    if (memory.length < bytes) memory = allocate(bytes);
    return memory.subarray(0, bytes);
  };
}

/** The row file's path names the run and its generation. */
function cacheKey(log: RunLog, index: number): string {
  return `${log.paths.rows} ${index}`;
}
