/** Run logs that are open: one per run, the least recently used closed when there are too many. @module */

import { LRUCache } from 'lru-cache';
import { runKeyText, SingleFlight } from '../../core/index.ts';
import type { Logger, Metrics } from '../../observability/index.ts';
import type { LogId, RunStore } from '../store/run-store.ts';
import { RunLog } from './run-log.ts';

/** Bound on what open ledgers take together, in bytes by `weight`: some 15,000 ordinary runs. */
const MAX_WEIGHT = 128 * 1024 * 1024;

/**
 * Roughly the bytes a ledger keeps alive: a block map entry takes about 150, maps included, a config or summary value
 * somewhat more; keys and shapes the same, unless it has them in common with others.
 */
function weight({ ledger }: RunLog): number {
  const { dictionary, config, summary, blockCount, commits } = ledger;
  const words = dictionary.keys.length + dictionary.shapes.length;
  const own = dictionary.hasCompany ? dictionary.shapes.length : words;
  return 6144 + 150 * (blockCount + own) + 400 * (config.size + summary.size) + 8 * commits;
}

export interface RunLogCacheOptions {
  readonly store: RunStore;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export class RunLogCache {
  readonly #options: RunLogCacheOptions;
  readonly #logs = new LRUCache<string, RunLog>({ maxSize: MAX_WEIGHT, sizeCalculation: weight });
  /** Logs whose newest commits are in memory alone: opened anew they would be shorter. Bounded by that memory. */
  readonly #pinned = new Map<string, RunLog>();
  readonly #opening = new SingleFlight<string, RunLog>();

  constructor(options: RunLogCacheOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#logs.size;
  }

  /** The log of a run, if it is open. */
  peek(id: LogId): RunLog | undefined {
    return this.peekNamed(logIdText(id));
  }

  /** The same by `logIdText`, for who asks time and again. */
  peekNamed(text: string): RunLog | undefined {
    return this.#pinned.get(text) ?? this.#logs.get(text);
  }

  /** The log of a run, opened if need be. A log of another version or a damaged one is dealt with, and reported. */
  async get(id: LogId): Promise<RunLog> {
    const text = logIdText(id);
    return (
      this.peek(id) ??
      (await this.#opening.run(text, async () => {
        const log = await this.#open(id);
        log.ledger.dictionary.share();
        this.#logs.set(text, log);
        return log;
      }))
    );
  }

  /**
   * Begins the next generation of a run: its source no longer yields what was read before. That is recorded before this
   * returns. The old generation stays until the new one was read to its end (`settle`).
   */
  async nextGeneration(old: RunLog, reason: unknown): Promise<RunLog> {
    const { store, logger, metrics } = this.#options;
    const known = this.peek(old.id);
    // Whoever reads an older generation finds out late: the next one has begun.
    if (known !== undefined && known.generation > old.generation) return known;
    const { log, condition } = await RunLog.open(old.id, store.log(old.id, old.generation + 1), true);
    if (old.isDurable) await log.exclusively(async () => {});
    this.#keep(log);
    // One that begins a second time was given up in between, and told of the first time.
    if (condition !== 'absent') return log;
    metrics.increment('cache_set_aside_total', { reason: 'source' });
    logger.warn(
      { run: runName(old.id), generation: log.generation, err: reason },
      'the source no longer holds what was read before; a new event file begins',
    );
    return log;
  }

  /** A generation that has nothing and can get nothing gives way to the one before, which is kept until then. */
  revert(log: RunLog): void {
    if (log.ledger.commits > 0 || !log.hasPredecessors) return;
    this.forget(log);
  }

  /** A log was read to its end: it is weighed again, and older generations go. */
  async settle(log: RunLog): Promise<void> {
    this.#keep(log);
    if (!log.hasPredecessors || !log.isDurable || log.ledger.commits === 0) return;
    await this.#options.store.dropBefore(log.id, log.generation);
    log.hasPredecessors = false;
  }

  /** Keeps a log for good: its commits are in memory from now on. */
  pin(log: RunLog): void {
    this.#pinned.set(logIdText(log.id), log);
  }

  /** The next `get` opens the log of its run anew. */
  forget(log: RunLog): void {
    const text = logIdText(log.id);
    if (this.#logs.peek(text) === log) this.#logs.delete(text);
  }

  /** Keeps a log as the one of its run, at the weight it has now: lru-cache weighs the same value only once. */
  #keep(log: RunLog): void {
    const text = logIdText(log.id);
    log.ledger.dictionary.share();
    if (this.#pinned.get(text) !== log) this.#pinned.delete(text);
    this.#logs.delete(text);
    this.#logs.set(text, log);
  }

  /** The newest generation that has anything; the newest of all, or the first, when none has. */
  async #open(id: LogId): Promise<RunLog> {
    const { store } = this.#options;
    const generations = await store.generations(id);
    let empty: RunLog | undefined;
    for (const { generation, isOurs } of generations.toReversed()) {
      const hasPredecessors = generation > generations[0]!.generation;
      const { log, condition } = await RunLog.open(id, store.log(id, generation), hasPredecessors);
      if (condition === 'damaged') this.#warnOfDamage(log);
      if (condition === 'foreign' || (condition === 'absent' && !isOurs))
        return empty ?? (await this.#replaceForeign(id, generation));
      if (condition !== 'empty' && condition !== 'absent') return log;
      empty ??= log;
    }
    return empty ?? (await RunLog.open(id, store.log(id, 1), false)).log;
  }

  async #replaceForeign(id: LogId, generation: number): Promise<RunLog> {
    const { store, logger, metrics } = this.#options;
    metrics.increment('cache_set_aside_total', { reason: 'version' });
    logger.warn(
      { run: runName(id) },
      'cached history is of another version; it is read again, and kept until that is done',
    );
    return (await RunLog.open(id, store.log(id, generation + 1), true)).log;
  }

  #warnOfDamage(log: RunLog): void {
    const { logger, metrics } = this.#options;
    metrics.increment('cache_set_aside_total', { reason: 'damaged' });
    logger.warn(
      { run: runName(log.id), index: log.location },
      'cached history damaged; what is missing is read again',
    );
  }
}

/** A run has a log of its own for each set of sources that it is read from. */
export function logIdText({ key, origin }: LogId): string {
  return `${origin} ${runKeyText(key)}`;
}

function runName({ key }: LogId): string {
  return `${key.entity}/${key.project}/${key.runId}`;
}
