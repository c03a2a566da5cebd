/** The history of every run, kept: which runs there are, what was read of them, and what keeps it up to date. @module */

import { setMaxListeners } from 'node:events';
import { type Clock, mapLimit, within } from '../core/index.ts';
import type { Logger, Metrics } from '../observability/index.ts';
import type { RunListing, RunSource } from '../sources/index.ts';
import { BackgroundReader } from './background-reader.ts';
import { Catalogue } from './catalogue/catalogue.ts';
import type { RefreshPolicy } from './freshness.ts';
import { RunLogCache } from './log/log-cache.ts';
import { LogUpdater } from './log/log-updater.ts';
import type { CommitListener } from './log/reading.ts';
import { Run } from './run.ts';
import { MemoryStore } from './store/memory-store.ts';
import type { RunStore } from './store/run-store.ts';

/** Runs read at a time for a look at many: while one waits for its disk or server, others are worked on. */
const RUNS_AT_A_TIME = 8;

export interface HistoryOptions {
  readonly sources: readonly RunSource[];
  /** Where history is kept; disposed of with this object. */
  readonly store: RunStore;
  /** Whether runs whose logs name no owner are taken for those of a server that look like them. Default: true. */
  readonly assumesOwners?: boolean;
  /** Whether the catalogue keeps an entry of each run that was read, for queries. Default: true. */
  readonly keepsEntries?: boolean;
  /** Bound on rows kept in memory when the store takes no more. */
  readonly memoryMaxBytes: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

export class History implements AsyncDisposable {
  readonly catalogue: Catalogue;
  readonly background: BackgroundReader;
  readonly store: RunStore;
  /** A run besides those of the catalogue: who has it made keeps it, and waits for it to be idle before the end. */
  readonly createRun: (listing: RunListing, source: RunSource) => Run;
  readonly #sources: readonly RunSource[];
  readonly #clock: Clock;
  readonly #keepsEntries: boolean;
  readonly #updater: LogUpdater;
  readonly #growthListeners = new Set<(run: Run) => void>();
  readonly #commitListeners = new Set<CommitListener>();
  readonly #ending = new AbortController();
  #watchers: readonly AsyncDisposable[] = [];

  constructor({ sources, store, memoryMaxBytes, metrics, clock, ...options }: HistoryOptions) {
    const { assumesOwners = true, keepsEntries = true } = options;
    const logger = options.logger.child({ room: 'history' });
    const { signal } = this.#ending;
    // Every reading under way listens for the end of the program.
    setMaxListeners(0, signal);
    this.store = store;
    this.#sources = sources;
    this.#clock = clock;
    this.#keepsEntries = keepsEntries;
    const logs = new RunLogCache({ store, logger, metrics });
    const spill = new MemoryStore({ maxBytes: memoryMaxBytes });
    const onCommit: CommitListener = (log, prepared, before) => {
      for (const listener of this.#commitListeners) listener(log, prepared, before);
    };
    this.#updater = new LogUpdater({ logs, store, spill, onCommit, logger, metrics, clock, signal });
    const onGrown = (run: Run) => this.#announceGrowth(run);
    const onRefused = ({ key }: Run) =>
      void this.catalogue.refreshProject(key, { signal }).catch(() => undefined);
    const context = { logs, updater: this.#updater, onGrown, onRefused, logger, metrics, clock, signal };
    this.createRun = (listing, source) => new Run(listing, source, context);
    const { createRun } = this;
    this.catalogue = new Catalogue({ sources, store, createRun, assumesOwners, logger, clock });
    this.background = new BackgroundReader({ catalogue: this.catalogue, clock, signal });
    metrics.gauge('runs', () => this.catalogue.runs.size);
    metrics.gauge('runs_open', () => logs.size);
  }

  /** Watches the sources and the size of the store; runs that come or grow are read in the background. */
  watch(): void {
    // The first look at the sources may have taken longer than the program.
    if (this.#ending.signal.aborted) return;
    this.store.checkBound();
    this.#watchers = this.#sources.map((source) =>
      source.watch((change) => {
        if (change.kind === 'growth') this.background.enqueue(this.catalogue.idOf(source, change.key));
        else void this.relist();
      }),
    );
  }

  /** Lists the sources again; runs that are new or changed are read in the background. Trouble is logged and kept in the catalogue. */
  async relist(): Promise<void> {
    const before = new Map([...this.catalogue.runs].map(([id, { listing }]) => [id, listing.modifiedAtMs]));
    try {
      await this.catalogue.refresh({ signal: this.#ending.signal });
    } catch {
      return; // Only an abort gets here: the program is ending.
    }
    for (const { id, listing, isReadAhead } of this.catalogue.runs.values()) {
      if (isReadAhead && before.get(id) !== listing.modifiedAtMs) this.background.enqueue(id);
    }
  }

  /**
   * Reads many runs on as far as a policy asks. Waits for them together, no longer than it says for one, and no longer
   * than `maxWaitMs`; the rest comes by itself.
   */
  async refreshAll(
    runs: readonly Run[],
    policy: RefreshPolicy,
    options: { readonly signal: AbortSignal; readonly maxWaitMs?: number },
  ): Promise<void> {
    const due = runs.filter((run) => !run.isFresh(policy));
    if (due.length === 0) return;
    const isFirst = due.some((run) => run.isReadAhead && run.status !== 'complete');
    const waitMs = isFirst ? policy.firstWaitMs : Math.max(...Object.values(policy.newsWaitMs));
    const { signal } = this.#ending;
    const patient = { ...policy, firstWaitMs: Number.POSITIVE_INFINITY, newsWaitMs: FOREVER };
    const reading = mapLimit(due, { limit: RUNS_AT_A_TIME, signal }, (run) =>
      run.refresh(patient, { signal }),
    );
    await within(Math.min(waitMs, options.maxWaitMs ?? waitMs), reading, options.signal, this.#clock);
  }

  /** Calls back with each run that has grown, until disposed. */
  watchGrowth(listener: (run: Run) => void): Disposable {
    this.#growthListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#growthListeners.delete(listener) };
  }

  /** Calls back with each commit of a run as it is made, until disposed. */
  watchCommits(listener: CommitListener): Disposable {
    this.#commitListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#commitListeners.delete(listener) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#watchers.map((watcher) => watcher[Symbol.asyncDispose]()));
    const reading = [...this.catalogue.runs.values()].map((run) => run.idle());
    await Promise.allSettled([this.background.idle(), this.#updater.idle(), ...reading]);
    await this.catalogue[Symbol.asyncDispose]();
    await this.store[Symbol.asyncDispose]();
  }

  #announceGrowth(run: Run): void {
    if (this.#keepsEntries && run.log !== undefined) this.catalogue.record(run.log);
    for (const listener of this.#growthListeners) listener(run);
  }
}

const FOREVER = { eager: Number.POSITIVE_INFINITY, 'on-demand': Number.POSITIVE_INFINITY };
