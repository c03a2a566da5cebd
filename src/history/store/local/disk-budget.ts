/** Keeps the row files of a cache under a bound by removing those of runs used longest ago. @module */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { type Adjustable, adjusted, type Clock, type FolderLooks } from '../../../core/index.ts';
import type { Logger, Metrics } from '../../../observability/index.ts';
import { isUnreachable } from './cache-errors.ts';
import { RUNS_FOLDER } from './run-directory.ts';
import { withRunLock } from './run-lock.ts';

/** Rows read this recently are not evicted: somebody is in the middle of the file. */
const IN_USE_MS = 10_000;
/** Row files whose last use is remembered: more than are used within `IN_USE_MS`. */
const MAX_USES = 20_000;
/** Counting takes as long as looking at all runs, which is what somebody waits for when the program has started. */
const FIRST_COUNT_AFTER_MS = 15_000;
/** Eviction goes on to this share of the bound, so that it is not needed again at the next commit. */
const LOW_WATER = 0.9;
/** `st_blocks` counts units of 512 bytes, whatever the file system's block size. */
const STAT_BLOCK_BYTES = 512;

interface RowFileUse {
  readonly path: string;
  readonly bytes: number;
  readonly lastUsedMs: number;
}

export interface DiskBudgetOptions {
  readonly cacheDir: string;
  readonly maxBytes: Adjustable;
  readonly clock: Clock;
  readonly looks: FolderLooks;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told after a row file was removed. */
  readonly onEvicted: (path: string) => void;
}

export class DiskBudget {
  readonly #options: DiskBudgetOptions;
  /** By path, for files used since the last count; older uses are in the file's own times. */
  readonly #lastUsedMs = new LRUCache<string, number>({ max: MAX_USES });
  #bytes = 0;
  #grownSinceCount = Number.POSITIVE_INFINITY;
  #enforcing: Promise<void> | undefined;
  readonly #ending = new AbortController();

  constructor(options: DiskBudgetOptions) {
    this.#options = options;
    options.metrics.gauge('cache_disk_bytes', () => this.#knownBytes);
    options.metrics.gauge('cache_disk_max_bytes', () => adjusted(options.maxBytes));
  }

  /** Notes that rows are being read or written. */
  touch(path: string): void {
    this.#lastUsedMs.set(path, this.#options.clock.now());
  }

  /** Notes growth; evicts when the bound may be passed. */
  grew(path: string, bytes: number): void {
    this.touch(path);
    this.#grownSinceCount += bytes;
    this.check();
  }

  /** `check`, once whoever started the program has seen something. */
  checkLater(): void {
    const { clock } = this.#options;
    clock.wait(FIRST_COUNT_AFTER_MS, { signal: this.#ending.signal }).then(
      () => this.check(),
      () => undefined, // The end came first.
    );
  }

  /** Nothing is counted any more that was put off. */
  end(): void {
    this.#ending.abort();
  }

  /** Evicts in the background if the bound may be passed; not yet counted, it may. */
  check(): void {
    if (this.#isOver()) this.#enforcing ??= this.#enforceUntilWithin();
  }

  /** As last counted, with what was added since; 0 before the first count. */
  get #knownBytes(): number {
    return Number.isFinite(this.#grownSinceCount) ? this.#bytes + this.#grownSinceCount : 0;
  }

  #isOver(): boolean {
    return this.#bytes + this.#grownSinceCount > adjusted(this.#options.maxBytes);
  }

  /** Goes on while rows grow during an eviction; ends when all that is left is in use. */
  async #enforceUntilWithin(): Promise<void> {
    try {
      for (let before = Number.POSITIVE_INFINITY; this.#isOver() && this.#bytes < before; ) {
        before = this.#bytes + this.#grownSinceCount;
        await this.enforce();
      }
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'cache could not be kept within its bound');
    } finally {
      this.#enforcing = undefined;
    }
  }

  /** Counts what is there and evicts down to the low-water mark if it passes the bound. */
  async enforce(): Promise<void> {
    const { clock, logger } = this.#options;
    const maxBytes = adjusted(this.#options.maxBytes);
    this.#grownSinceCount = 0;
    const files = await this.#rowFiles();
    this.#bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    if (this.#bytes <= maxBytes) return;
    files.sort((a, b) => a.lastUsedMs - b.lastUsedMs);
    for (const file of files) {
      if (this.#bytes <= maxBytes * LOW_WATER) return;
      if (clock.now() - file.lastUsedMs < IN_USE_MS) break;
      await this.#evict(file);
    }
    if (this.#bytes > maxBytes) {
      logger.debug({ bytes: this.#bytes, maxBytes }, 'cache over its bound: all rows are in use');
    }
  }

  async #evict(file: RowFileUse): Promise<void> {
    const index = file.path.replace(/\.rows$/, '.index');
    const outcome = await withRunLock(index, () => rm(file.path, { force: true }));
    if (outcome.kind === 'busy') return;
    this.#bytes -= file.bytes;
    this.#options.onEvicted(file.path);
    this.#options.metrics.increment('cache_evictions_total', { cache: 'disk' });
    this.#options.logger.debug({ path: file.path, bytes: file.bytes }, 'rows evicted');
  }

  async #rowFiles(): Promise<RowFileUse[]> {
    const root = join(this.#options.cacheDir, RUNS_FOLDER);
    const files: RowFileUse[] = [];
    for (const fan of await this.#namesIn(root)) {
      for (const run of await this.#namesIn(join(root, fan))) {
        const newest = newestRows(await this.#namesIn(join(root, fan, run)));
        if (newest !== undefined) files.push(...(await this.#use(join(root, fan, run, newest))));
      }
    }
    return files;
  }

  async #namesIn(path: string): Promise<readonly string[]> {
    try {
      return await this.#options.looks.names(path);
    } catch (error) {
      if (isUnreachable(error)) return [];
      throw error;
    }
  }

  async #use(path: string): Promise<RowFileUse[]> {
    try {
      const { blocks, mtimeMs } = await this.#options.looks.stat(path);
      return [{ path, bytes: blocks * STAT_BLOCK_BYTES, lastUsedMs: this.#lastUsedMs.get(path) ?? mtimeMs }];
    } catch (error) {
      if (isUnreachable(error)) return [];
      throw error;
    }
  }
}

/**
 * The row file of a run's newest generation. Rows of an older one are there because the newest was not read to its end
 * yet: no source may have them any more, so they are not evicted.
 */
function newestRows(names: readonly string[]): string | undefined {
  const generations = names.map((name) => Number(/^h(\d+)\.(?:index|rows)$/.exec(name)?.[1] ?? 0));
  const rows = `h${Math.max(0, ...generations)}.rows`;
  return names.includes(rows) ? rows : undefined;
}
