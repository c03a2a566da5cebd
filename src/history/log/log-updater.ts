/** Brings the log of a run up to its source, whatever is in the way: other writers, a full disk, a source that changed. @module */

import { type Clock, errnoOf, LogdirError, SingleFlight } from '../../core/index.ts';
import type { Logger, Metrics } from '../../observability/index.ts';
import type { RunSource } from '../../sources/index.ts';
import type { MemoryStore } from '../store/memory-store.ts';
import type { LogId, RunStore } from '../store/run-store.ts';
import type { RunLogCache } from './log-cache.ts';
import { type CommitListener, readOn, rebuildRows } from './reading.ts';
import type { RunLog } from './run-log.ts';

/** How long to wait while another process makes the progress asked for. */
const BUSY_RETRY_MS = 50;

export interface LogUpdaterOptions {
  readonly logs: RunLogCache;
  readonly store: RunStore;
  /** Where commits go that the store refuses. */
  readonly spill: MemoryStore;
  /** Told of each commit, after it was made. */
  readonly onCommit: CommitListener;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export class LogUpdater {
  readonly #options: LogUpdaterOptions;
  readonly #rebuilds = new SingleFlight<RunLog, void>();
  #spills = 0;

  constructor(options: LogUpdaterOptions) {
    this.#options = options;
  }

  /**
   * Reads a run on to what its source holds now. `onReading` is told once there is something to read.
   * @throws LogdirError what the source or the storage failed with; what was committed before stands.
   */
  async update(id: LogId, source: RunSource, onReading: () => void): Promise<'grown' | 'unchanged'> {
    const { logs, signal, clock } = this.#options;
    for (;;) {
      const log = await logs.get(id);
      const commitsBefore = log.ledger.commits;
      await log.follow();
      try {
        if (!(await source.hasNews(id.key, log.ledger.cursor, { signal }))) {
          await logs.settle(log);
          // Nothing is there in place of what was: what was is served.
          logs.revert(log);
          return log.ledger.commits > commitsBefore ? 'grown' : 'unchanged';
        }
        onReading();
        if ((await this.#readOn(log, source)) === 'done') return 'grown';
        await clock.wait(BUSY_RETRY_MS, { signal });
      } catch (error) {
        await this.#recover(error, log);
      }
    }
  }

  /**
   * Brings evicted rows back, once however many ask.
   * @throws LogdirError `not-found` when the source no longer yields them: the run goes on as its next generation.
   */
  async rebuild(log: RunLog, source: RunSource): Promise<void> {
    await this.#rebuilds.run(log, async () => {
      const { logs, clock, signal } = this.#options;
      const outcome = await rebuildRows(log, source, { signal }).catch((error: unknown) => {
        if (error instanceof LogdirError && error.code === 'not-found') logs.forget(log);
        throw error;
      });
      if (outcome === 'busy') await clock.wait(BUSY_RETRY_MS, { signal });
      if (outcome !== 'changed') return;
      const { generation } = await logs.nextGeneration(log, 'evicted rows cannot be rebuilt');
      const run = log.key.runId;
      throw new LogdirError(
        'not-found',
        `the source of run ${run} changed; its events go on under generation ${generation}`,
      );
    });
  }

  async idle(): Promise<void> {
    await this.#rebuilds.idle();
  }

  async #readOn(log: RunLog, source: RunSource): Promise<'done' | 'busy'> {
    const { logs, signal, metrics, onCommit } = this.#options;
    const { rowsBytes, rowCount } = log.ledger;
    const outcome = await readOn(log, source, { signal, onCommit });
    metrics.increment('history_rows_total', {}, log.ledger.rowCount - rowCount);
    metrics.increment('cache_written_bytes_total', {}, log.ledger.rowsBytes - rowsBytes);
    if (outcome === 'done') await logs.settle(log);
    return outcome;
  }

  /** Does what lets the next attempt succeed, or rejects. */
  async #recover(error: unknown, log: RunLog): Promise<void> {
    const { logs, store } = this.#options;
    if (log.isDurable && store.isRefusal(error)) return this.#spill(log, error);
    const isChanged = error instanceof LogdirError && error.code === 'corrupt';
    // Of a source that is changed from its very start there is nothing to begin anew.
    if (!isChanged || log.ledger.cursor === null) {
      logs.revert(log);
      throw error;
    }
    await logs.nextGeneration(log, error);
  }

  /** Commits go to memory from now on; memory of an earlier spill of the run is given back. */
  #spill(log: RunLog, error: unknown): void {
    const { logs, spill, logger, metrics } = this.#options;
    metrics.increment('cache_refusals_total');
    if (this.#spills === 0) {
      logger.warn(
        { cache: log.location, err: error },
        `${spillReason(error)}; serving goes on from memory, and what was read is gone at the end`,
      );
    }
    const generation = ++this.#spills;
    void spill.dropBefore(log.id, generation);
    log.spillTo(spill.log(log.id, generation));
    logs.pin(log);
  }
}

function spillReason(error: unknown): string {
  const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(errnoOf(error) ?? '');
  return isFull
    ? 'cache disk takes no more: free space or choose another --cache-dir, then restart'
    : 'cache cannot be written: make it writable or choose another --cache-dir, then restart';
}
