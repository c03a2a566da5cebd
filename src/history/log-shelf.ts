/** Run logs that are open: one per run, the least recently used closed when there are too many. @module */

import { LRUCache } from 'lru-cache';
import { runKeyText } from '../core/index.ts';
import type { Logger, Metrics } from '../observability/index.ts';
import type { FilePool } from './file-pool.ts';
import { RunDirectory } from './run-directory.ts';
import { RunLog, type RunLogOptions } from './run-log.ts';

/** Bound on what open ledgers take together, in bytes by `weight`: some 5,000 ordinary runs. */
const MAX_WEIGHT = 128 * 1024 * 1024;

/**
 * Roughly the bytes a ledger keeps alive: a block map entry and a key take about 150 each, maps included, a
 * config or summary value somewhat more.
 */
function weight({ ledger }: RunLog): number {
  const { keys, shapes } = ledger.dictionary;
  const values = ledger.config.size + ledger.summary.size;
  return 8192 + 150 * (ledger.blockCount + keys.length + shapes.length) + 400 * values;
}

export interface LogShelfOptions {
  readonly cacheDir: string;
  readonly pool: FilePool;
  readonly synthesisVersion: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Which log: of a run, as one origin tells it. */
export type RunOrigin = Pick<RunLog, 'key' | 'origin'>;

export class LogShelf {
  readonly #options: LogShelfOptions;
  readonly #logs = new LRUCache<string, RunLog>({ maxSize: MAX_WEIGHT, sizeCalculation: weight });
  readonly #opening = new Map<string, Promise<RunLog>>();

  constructor(options: LogShelfOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#logs.size;
  }

  /** The log of a run, if it is open. */
  peek(id: string): RunLog | undefined {
    return this.#logs.get(id);
  }

  /** The log of a run, opened if need be. A log of another version or a damaged one is dealt with, and said. */
  async get(run: RunOrigin): Promise<RunLog> {
    const id = runKeyText(run.key);
    const known = this.#logs.get(id);
    if (known !== undefined) return known;
    let opening = this.#opening.get(id);
    if (opening === undefined) {
      opening = this.#open(run).finally(() => this.#opening.delete(id));
      this.#opening.set(id, opening);
    }
    return await opening;
  }

  /** Begins the next generation of a run: its source no longer yields what was read before. */
  async nextGeneration(old: RunLog): Promise<RunLog> {
    const options = this.#logOptions(old);
    const { log } = await RunLog.open(options, old.generation + 1);
    old.forgetRows();
    this.#logs.set(runKeyText(old.key), log);
    await options.directory.dropBefore(log.generation);
    return log;
  }

  /** The next `get` reads the index again: this log's memory may be ahead of its disk. */
  drop(log: RunLog): void {
    const id = runKeyText(log.key);
    if (this.#logs.peek(id) === log && log.isOnDisk) this.#logs.delete(id);
  }

  /** A log grew: weigh it again. */
  settle(log: RunLog): void {
    this.#logs.set(runKeyText(log.key), log);
  }

  async #open(of: RunOrigin): Promise<RunLog> {
    const { key } = of;
    const options = this.#logOptions(of);
    const { log, condition } = await RunLog.open(options);
    const { logger, metrics } = this.#options;
    const run = `${key.entity}/${key.project}/${key.runId}`;
    if (condition === 'damaged') {
      metrics.increment('cache_set_aside_total', { reason: 'damaged' });
      logger.warn(
        { run, setAside: log.paths.damaged },
        'cached history damaged; what is missing is read again',
      );
    }
    if (condition === 'foreign') {
      metrics.increment('cache_set_aside_total', { reason: 'version' });
      logger.warn(
        { run, cache: options.directory.path },
        'cached history is of another version; it is read again',
      );
      return await this.nextGeneration(log);
    }
    this.#logs.set(runKeyText(key), log);
    return log;
  }

  #logOptions({ key, origin }: RunOrigin): RunLogOptions {
    const { cacheDir, pool, synthesisVersion } = this.#options;
    return { key, origin, directory: new RunDirectory(cacheDir, key, origin), pool, synthesisVersion };
  }
}
