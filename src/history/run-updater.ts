/** Brings one run at a time up to date with its source, once however many ask. @module */

import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, LogdirError, toLogdirError } from '../core/index.ts';
import type { Logger, Metrics } from '../observability/index.ts';
import type { BlockSynthesis } from './block-sealer.ts';
import type { CatalogueRun } from './catalogue.ts';
import type { DiskBudget } from './disk-budget.ts';
import type { LogShelf } from './log-shelf.ts';
import { RowsMissing, readMore } from './read-more.ts';
import type { RunLog } from './run-log.ts';

/** How long to wait while another process makes the progress asked for. */
const BUSY_RETRY_MS = 50;

export interface RunUpdaterOptions {
  readonly shelf: LogShelf;
  readonly budget: DiskBudget;
  readonly synthesis: BlockSynthesis;
  /** Brings evicted rows back; may begin a new generation. */
  readonly rebuild: (log: RunLog, run: CatalogueRun) => Promise<void>;
  /** Told after each pass that brought something new. */
  readonly onGrown: (run: CatalogueRun) => void;
  readonly cacheDir: string;
  readonly memoryMaxBytes: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export class RunUpdater {
  readonly #options: RunUpdaterOptions;
  readonly #passes = new Map<string, Promise<void>>();
  /** Runs that have more than was read. */
  readonly #reading = new Set<string>();
  readonly #checkedAtMs = new Map<string, number>();
  readonly #failures = new Map<string, LogdirError>();
  #memoryBytes = 0;
  #diskFailed = false;

  constructor(options: RunUpdaterOptions) {
    this.#options = options;
  }

  /** Monotonic milliseconds of the last time a run was found up to date. */
  checkedAtMs(id: string): number | undefined {
    return this.#checkedAtMs.get(id);
  }

  /** Whether a run was found up to date when last looked at, and nothing of it is being read. */
  isUpToDate(id: string): boolean {
    return this.#checkedAtMs.has(id) && !this.#reading.has(id) && !this.#failures.has(id);
  }

  failure(id: string): LogdirError | null {
    return this.#failures.get(id) ?? null;
  }

  /** Up to date as of the moment of the call: a pass already under way may have looked before it. */
  async update(run: CatalogueRun): Promise<void> {
    await this.#passes.get(run.id);
    let pass = this.#passes.get(run.id);
    if (pass === undefined) {
      pass = this.#pass(run).finally(() => this.#passes.delete(run.id));
      this.#passes.set(run.id, pass);
    }
    await pass;
  }

  async idle(): Promise<void> {
    await Promise.allSettled(this.#passes.values());
  }

  async #pass(run: CatalogueRun): Promise<void> {
    const { metrics, clock } = this.#options;
    const started = clock.monotonic();
    let outcome: 'grown' | 'unchanged' | 'failed' = 'failed';
    try {
      outcome = await this.#catchUp(run);
      this.#failures.delete(run.id);
      this.#checkedAtMs.set(run.id, clock.monotonic());
    } catch (error) {
      this.#noteFailure(run, error);
    } finally {
      this.#reading.delete(run.id);
    }
    metrics.increment('history_refreshes_total', { outcome });
    if (outcome !== 'grown') return;
    metrics.observe('history_refresh_duration_seconds', (clock.monotonic() - started) / 1000);
    this.#options.onGrown(run);
  }

  async #catchUp(run: CatalogueRun): Promise<'grown' | 'unchanged'> {
    const { shelf, signal } = this.#options;
    for (;;) {
      const log = await shelf.get({ key: run.key, origin: run.source.origin });
      const commitsBefore = log.ledger.commits;
      await log.follow();
      try {
        if (!(await run.source.hasNews(run.key, log.ledger.cursor, { signal }))) {
          return log.ledger.commits > commitsBefore ? 'grown' : 'unchanged';
        }
        this.#reading.add(run.id);
        if ((await this.#readOn(log, run)) === 'done') return 'grown';
        await delay(BUSY_RETRY_MS, undefined, { signal });
      } catch (error) {
        await this.#recover(error, log, run);
      }
    }
  }

  async #readOn(log: RunLog, run: CatalogueRun): Promise<'done' | 'busy'> {
    const { shelf, budget, synthesis, signal, metrics } = this.#options;
    const { rowsBytes, progress } = log.ledger;
    const outcome = await readMore(log, run.source, {
      synthesis,
      signal,
      onDiskFailure: (error) => this.#noteDiskFailure(error),
      mayKeepInMemory: (bytes) => this.#takeMemory(bytes),
    });
    shelf.settle(log);
    const grownBytes = log.ledger.rowsBytes - rowsBytes;
    budget.grew(log.paths.rows, grownBytes);
    const rows = (of: typeof progress) => of.rows + of.systemRows;
    metrics.increment('history_rows_total', {}, rows(log.ledger.progress) - rows(progress));
    metrics.increment('cache_written_bytes_total', {}, grownBytes);
    return outcome;
  }

  /** Does what lets the next attempt succeed, or rejects. */
  async #recover(error: unknown, log: RunLog, run: CatalogueRun): Promise<void> {
    const { shelf, logger, metrics } = this.#options;
    // The ledger may have taken in keys of a commit that was never made: its index on disk is the truth.
    shelf.drop(log);
    if (error instanceof RowsMissing) return await this.#options.rebuild(log, run);
    if (!(error instanceof LogdirError) || error.code !== 'corrupt') throw error;
    const next = await shelf.nextGeneration(log);
    metrics.increment('cache_set_aside_total', { reason: 'source' });
    logger.warn(
      { run: run.id, generation: next.generation, err: error },
      'the source no longer holds what was read before; a new event file begins',
    );
  }

  #noteFailure(run: CatalogueRun, error: unknown): void {
    if (this.#options.signal.aborted) return;
    const failure = toLogdirError(error, `read run ${run.id}`);
    const known = this.#failures.get(run.id);
    this.#failures.set(run.id, failure);
    const level = known?.message === failure.message ? 'debug' : 'warn';
    this.#options.logger[level]({ run: run.id, err: failure }, 'run not readable; what is cached is served');
  }

  #noteDiskFailure(error: unknown): void {
    if (this.#diskFailed) return;
    this.#diskFailed = true;
    this.#options.logger.warn(
      { cacheDir: this.#options.cacheDir, err: error },
      'cache disk takes no more; serving goes on from memory. Free space or choose another --cache-dir, then restart',
    );
  }

  #takeMemory(bytes: number): boolean {
    if (this.#memoryBytes + bytes > this.#options.memoryMaxBytes) return false;
    this.#memoryBytes += bytes;
    return true;
  }
}
