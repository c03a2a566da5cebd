/** Encoded blocks of event files, the most recently used kept in memory up to a bound. @module */

import { LRUCache } from 'lru-cache';
import type { History, RunLog } from '../history/index.ts';
import type { Metrics } from '../observability/index.ts';
import type { EventSynthesis } from './event-synthesis.ts';

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

  /**
   * The events of adjacent blocks `[first, first + count)`. `keep: false` leaves the cache as it is: a file read
   * from end to end would push everything else out and not be asked for again.
   */
  async read(
    log: RunLog,
    first: number,
    count: number,
    { keep }: { readonly keep: boolean },
  ): Promise<Uint8Array[]> {
    const { history, synthesis, metrics } = this.#options;
    const encoded = Array.from({ length: count }, (_, i) => this.peek(log, first + i));
    const from = encoded.indexOf(undefined);
    metrics.increment('block_cache_lookups_total', { outcome: 'hit' }, from < 0 ? count : from);
    if (from < 0) return encoded as Uint8Array[];
    const blocks = await history.readBlocks(log, first + from, count - from);
    const { dictionary } = log.ledger;
    let bytes = 0;
    blocks.forEach((block, i) => {
      const index = first + from + i;
      const size = log.ledger.block(index).eventsBytes;
      const events = synthesis.encode(block, dictionary, size);
      bytes += events.length;
      encoded[from + i] = events;
      if (keep) this.#cache.set(cacheKey(log, index), events);
    });
    metrics.increment('block_cache_lookups_total', { outcome: 'miss' }, blocks.length);
    metrics.increment('encoded_bytes_total', {}, bytes);
    return encoded as Uint8Array[];
  }
}

/** The row file's path names the run and its generation. */
function cacheKey(log: RunLog, index: number): string {
  return `${log.paths.rows} ${index}`;
}
