/** The history of every run, kept: opens logs, brings them up to date, reads their blocks. @module */

import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, LogdirError, type RunState, runKeyText, within } from '../core/index.ts';
import type { Logger, Metrics } from '../observability/index.ts';
import type { RunSource } from '../sources/index.ts';
import { BackgroundReader } from './background-reader.ts';
import type { BlockSynthesis } from './block-sealer.ts';
import { Catalogue, type CatalogueRun } from './catalogue.ts';
import { DiskBudget } from './disk-budget.ts';
import { FilePool } from './file-pool.ts';
import { LogShelf } from './log-shelf.ts';
import { openFilesAllowed } from './open-files.ts';
import { rebuildRows } from './rebuild-rows.ts';
import type { RowBlock } from './row-block.ts';
import { type Allocate, RowFile } from './row-file.ts';
import type { RunLog } from './run-log.ts';
import { RunUpdater } from './run-updater.ts';

/** A run asked about more often than this is not looked at again: one poll of a reader makes several requests. */
const RECHECK_MS = 200;
/** How long to wait while another process rebuilds the same rows, and how often to look. */
const BUSY_RETRY_MS = 50;
const READ_ATTEMPTS = 100;

export interface HistoryOptions {
  readonly sources: readonly RunSource[];
  readonly cacheDir: string;
  /** Bound on rows kept on disk; indexes, a few percent of that, are kept for good. */
  readonly cacheMaxBytes: number;
  /** Bound on rows kept in memory when the disk takes no more. */
  readonly memoryMaxBytes: number;
  readonly synthesis: BlockSynthesis;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

export class History implements AsyncDisposable {
  readonly catalogue: Catalogue;
  readonly background: BackgroundReader;
  readonly #options: HistoryOptions;
  readonly #pool = new FilePool(openFilesAllowed());
  readonly #shelf: LogShelf;
  readonly #budget: DiskBudget;
  readonly #updater: RunUpdater;
  readonly #rebuilds = new Map<string, Promise<void>>();
  readonly #states = new Map<string, RunState>();
  readonly #growthListeners = new Set<(run: CatalogueRun) => void>();
  readonly #ending = new AbortController();
  #watchers: readonly AsyncDisposable[] = [];

  constructor(options: HistoryOptions) {
    const logger = options.logger.child({ room: 'history' });
    this.#options = { ...options, logger };
    const { cacheDir, synthesis, metrics, clock } = options;
    const signal = this.#ending.signal;
    this.catalogue = new Catalogue({ sources: options.sources, cacheDir, logger, clock });
    this.#shelf = new LogShelf({
      cacheDir,
      pool: this.#pool,
      synthesisVersion: synthesis.version,
      logger,
      metrics,
    });
    const onEvicted = (path: string) => this.#pool.forget(path);
    this.#budget = new DiskBudget({
      cacheDir,
      maxBytes: options.cacheMaxBytes,
      clock,
      logger,
      metrics,
      onEvicted,
    });
    this.#updater = new RunUpdater({
      ...{ shelf: this.#shelf, budget: this.#budget, synthesis, cacheDir, logger, metrics, clock, signal },
      memoryMaxBytes: options.memoryMaxBytes,
      rebuild: (log, run) => this.#rebuild(log, run),
      onGrown: (run) => {
        for (const listener of this.#growthListeners) listener(run);
      },
    });
    const read = (run: CatalogueRun) => this.update(run);
    this.background = new BackgroundReader({ catalogue: this.catalogue, read, signal });
    metrics.gauge('runs', () => this.catalogue.runs.size);
    metrics.gauge('runs_open', () => this.#shelf.size);
  }

  /** Watches the sources and the size of the cache; runs that come or grow are read in the background. */
  watch(): void {
    this.#budget.check();
    this.#watchers = this.#options.sources.map((source) =>
      source.watch((change) => {
        if (change.kind === 'growth') this.background.enqueue(runKeyText(change.key));
        else void this.relist();
      }),
    );
  }

  /** Lists the sources again; runs that are new or changed are read in the background. Trouble is logged and kept in the catalogue. */
  async relist(): Promise<void> {
    const before = this.catalogue.runs;
    try {
      await this.catalogue.refresh({ signal: this.#ending.signal });
    } catch {
      return; // Only an abort gets here: the house is closing.
    }
    for (const { id, listing, source } of this.catalogue.runs.values()) {
      const isChanged = before.get(id)?.listing.modifiedAtMs !== listing.modifiedAtMs;
      if (isChanged && source.policy.reading === 'eager') this.background.enqueue(id);
    }
  }

  /** Calls back with each run that has grown, until disposed. */
  watchGrowth(listener: (run: CatalogueRun) => void): Disposable {
    this.#growthListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#growthListeners.delete(listener) };
  }

  /** The log of a run if it is open. */
  openLog(id: string): RunLog | undefined {
    return this.#shelf.peek(id);
  }

  /** The log of a run, without bringing it up to date. */
  async log({ key, source }: CatalogueRun): Promise<RunLog> {
    return await this.#shelf.get({ key, origin: source.origin });
  }

  /** The log of a run if it is open and was brought up to date a moment ago. */
  freshLog(id: string): RunLog | undefined {
    const checkedAtMs = this.#updater.checkedAtMs(id);
    if (checkedAtMs === undefined || this.#options.clock.monotonic() - checkedAtMs > RECHECK_MS)
      return undefined;
    return this.#shelf.peek(id);
  }

  /** Whether all that the source held when last asked has been read, and nobody is reading. */
  hasReadAll(id: string): boolean {
    return this.#updater.isUpToDate(id);
  }

  /** What reading a run last failed with; null when it went well. */
  failure(id: string): LogdirError | null {
    return this.#updater.failure(id);
  }

  /** As its source says, or last said: trouble with the source is no reason not to serve a run. */
  async state(run: CatalogueRun, log: RunLog, options: { readonly signal: AbortSignal }): Promise<RunState> {
    const exitCode = log.ledger.exit?.exitCode ?? null;
    try {
      const state = await run.source.state(run.key, exitCode, options);
      this.#states.set(run.id, state);
      return state;
    } catch {
      options.signal.throwIfAborted();
      const ended = exitCode === 0 ? 'finished' : 'failed';
      return this.#states.get(run.id) ?? run.listing.state ?? (exitCode === null ? 'running' : ended);
    }
  }

  /**
   * Brings a run up to date as of the moment of the call. Trouble with the source is noted (`failure`), not
   * thrown: what is cached goes on being served.
   */
  async update(run: CatalogueRun): Promise<void> {
    await this.#updater.update(run);
  }

  /** The same, waiting at most `maxWaitMs`; what is still missing then goes on arriving. */
  async updateWithin(run: CatalogueRun, maxWaitMs: number): Promise<void> {
    if (this.freshLog(run.id) !== undefined) return;
    if (maxWaitMs === 0) return void this.update(run);
    await within(maxWaitMs, this.update(run));
  }

  /**
   * Adjacent blocks of a log, in memory of their own or that `allocate` gives. Rows that were evicted are rebuilt
   * first.
   * @throws LogdirError `not-found` when the source no longer yields them: the run goes on under a new name.
   */
  async readBlocks(
    log: RunLog,
    first: number,
    count: number,
    allocate?: Allocate,
  ): Promise<readonly RowBlock[]> {
    this.#budget.touch(log.paths.rows);
    for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      const blocks = await log.readBlocks(first, count, allocate);
      if (blocks !== undefined) return blocks;
      await this.#rebuild(log, this.#runOf(log));
    }
    throw new LogdirError(
      'unavailable',
      `cached rows of run ${log.key.runId} can't be read back; try again later`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#watchers.map((watcher) => watcher[Symbol.asyncDispose]()));
    await Promise.allSettled([this.background.idle(), this.#updater.idle(), ...this.#rebuilds.values()]);
    this.#pool.close();
  }

  #runOf(log: RunLog): CatalogueRun {
    const run = this.catalogue.runs.get(runKeyText(log.key));
    if (run === undefined) throw new LogdirError('not-found', `run ${log.key.runId} is gone from its source`);
    return run;
  }

  async #rebuild(log: RunLog, run: CatalogueRun): Promise<void> {
    let rebuild = this.#rebuilds.get(run.id);
    if (rebuild === undefined) {
      rebuild = this.#rebuildOnce(log, run).finally(() => this.#rebuilds.delete(run.id));
      this.#rebuilds.set(run.id, rebuild);
    }
    await rebuild;
  }

  async #rebuildOnce(log: RunLog, run: CatalogueRun): Promise<void> {
    const { synthesis, logger } = this.#options;
    const rowFile = (path: string) => new RowFile(path, this.#pool);
    const outcome = await rebuildRows(log, run.source, { synthesis, signal: this.#ending.signal, rowFile });
    if (outcome === 'rebuilt') this.#budget.grew(log.paths.rows, log.ledger.rowsBytes);
    if (outcome === 'busy') await delay(BUSY_RETRY_MS, undefined, { signal: this.#ending.signal });
    if (outcome !== 'changed') return;
    const next = await this.#shelf.nextGeneration(log);
    logger.warn(
      { run: run.id, generation: next.generation },
      'evicted rows can not be rebuilt: the source changed; a new event file begins',
    );
    throw new LogdirError(
      'not-found',
      `the source of run ${run.key.runId} changed; its events go on under generation ${next.generation}`,
    );
  }
}
