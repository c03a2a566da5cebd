/** One run: what is known of it, how far it was read, and the way to its history. @module */

import {
  type Clock,
  LogdirError,
  type RunFacts,
  type RunKey,
  type RunState,
  runKeyText,
  toLogdirError,
  within,
} from '../core/index.ts';
import type { Logger, Metrics } from '../observability/index.ts';
import type {
  OpenedSavedFile,
  RunFinder,
  RunListing,
  RunPreviewer,
  RunSource,
  SavedFile,
  SourcePolicy,
} from '../sources/index.ts';
import type { RefreshPolicy } from './freshness.ts';
import type { Commit, RunExit } from './log/commit.ts';
import { logIdText, type RunLogCache } from './log/log-cache.ts';
import type { LogUpdater } from './log/log-updater.ts';
import type { RowBlock } from './log/row-block.ts';
import type { RunLog } from './log/run-log.ts';
import type { Allocate, LogId } from './store/run-store.ts';
import { toldFacts } from './told-facts.ts';

/** Times that rows are read again because another process is rebuilding them: some five seconds. */
const READ_ATTEMPTS = 100;

/** What runs share. */
export interface RunContext {
  readonly logs: RunLogCache;
  readonly updater: LogUpdater;
  /** Told after each reading that brought something new. */
  readonly onGrown: (run: Run) => void;
  /** Told when its server refuses to tell of a run. */
  readonly onRefused: (run: Run) => void;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How far a run was read. `unread`: nothing that costs requests, as nobody asked for it. `behind`: not to its end. */
export type RunStatus = 'unread' | 'behind' | 'complete';

/** What listings tell of runs too. */
type ListedFact = keyof RunListing & keyof RunFacts;

export class Run {
  readonly key: RunKey;
  /** `runKeyText(key)`. */
  readonly id: string;
  /** Which log its history is in. */
  readonly logId: LogId;
  /** `logIdText(logId)`, put together once: a listing of a project asks for the logs of all its runs. */
  #logIdText: string | undefined;
  readonly #source: RunSource;
  readonly #context: RunContext;
  #listing: RunListing;
  #reading: Promise<void> | undefined;
  /** Monotonic milliseconds of the end of the last look at the source, and whether it went well. */
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  /** Monotonic milliseconds of its beginning. */
  #lookBeganAtMs = Number.NEGATIVE_INFINITY;
  #isUpToDate = false;
  /** Whether the reading under way is of what is at hand alone. */
  #isPeeking = false;
  /** Monotonic milliseconds of the end of the last look at what is at hand alone. */
  #peekedAtMs = Number.NEGATIVE_INFINITY;
  #failure: LogdirError | null = null;
  #state: RunState | null = null;

  constructor(listing: RunListing, source: RunSource, context: RunContext) {
    this.key = listing.key;
    this.id = runKeyText(listing.key);
    this.logId = { key: listing.key, origin: source.origin };
    this.#listing = listing;
    this.#source = source;
    this.#context = context;
  }

  /** As its sources list it now. */
  get listing(): RunListing {
    return this.#listing;
  }

  /** How its source wants to be used. */
  get policy(): SourcePolicy {
    return this.#source.policy;
  }

  /** Whether its history is, in part or whole, of a source's origin. */
  isOf(origin: string): boolean {
    return this.#source.origins?.includes(origin) ?? this.#source.origin === origin;
  }

  /** Tells of many runs at a time without reading them; absent where reading costs no more. */
  get previewer(): RunPreviewer | undefined {
    return this.#source.previewer;
  }

  /** Tells which runs are meant without reading them; absent where reading costs no more. */
  get finder(): RunFinder | undefined {
    return this.#source.finder;
  }

  /** Its log, if it is open. */
  get log(): RunLog | undefined {
    this.#logIdText ??= logIdText(this.logId);
    return this.#context.logs.peekNamed(this.#logIdText);
  }

  /**
   * What the run says of itself, the newest word on each: its log's where reading is eager, its listing's where the
   * log is only as new as the last reading.
   */
  get facts(): RunFacts {
    return this.factsWith(this.log?.ledger.facts ?? {});
  }

  /** The same where the log is not open, from what the catalogue keeps of it. */
  factsWith(logged: RunFacts): RunFacts {
    const { displayName, group, jobType, startTime } = this.#listing;
    const listed: RunFacts = {
      ...(displayName !== null && { displayName }),
      ...(group !== null && { group }),
      ...(jobType !== null && { jobType }),
      ...(startTime !== null && { startTime }),
      ...toldFacts(this.#listing),
    };
    return this.policy.reading === 'eager' ? { ...listed, ...logged } : { ...logged, ...listed };
  }

  /** One of them, without the rest. */
  factWith<Name extends ListedFact>(name: Name, logged: RunFacts): RunFacts[Name] | undefined {
    const listed = (this.#listing[name] ?? undefined) as RunFacts[Name] | undefined;
    return this.policy.reading === 'eager' ? (logged[name] ?? listed) : (listed ?? logged[name]);
  }

  /** When the run last changed, as far as is known: Unix milliseconds. */
  get modifiedAtMs(): number {
    const lastTimestamp = this.log?.ledger.progress.lastTimestamp ?? 0;
    const seenAtMs = this.#source.modifiedAtMs?.(this.key) ?? 0;
    return Math.max(this.#listing.modifiedAtMs, seenAtMs, Math.floor(1000 * lastTimestamp));
  }

  /** What the last look at its source met with; null when it went well. */
  get failure(): LogdirError | null {
    return this.#failure;
  }

  /** Judged by the log, which must be open. A look that found nothing new does not change it. */
  get status(): RunStatus {
    if (this.#isUpToDate) return 'complete';
    return this.#isUnread && this.#failure === null ? 'unread' : 'behind';
  }

  /** Whether it is read without anybody asking for it, be it in part. */
  get isReadAhead(): boolean {
    return this.policy.reading === 'eager' || this.#source.atHand !== undefined;
  }

  /** Whether what is read ahead of it has not been read yet since the program started, and is not in the cache either. */
  get isFirstReadingDue(): boolean {
    if (!this.isReadAhead || Math.max(this.#lookedAtMs, this.#peekedAtMs) > Number.NEGATIVE_INFINITY)
      return false;
    return this.#reading !== undefined || (this.log?.ledger.commits ?? 0) === 0;
  }

  /** As its source said when last asked; before that, as its listing or its exit have it. */
  get state(): RunState {
    const exit = this.log?.ledger.exit ?? null;
    const ended = exit === null ? 'running' : exit.exitCode === 0 ? 'finished' : 'failed';
    return this.#state ?? this.#listing.state ?? ended;
  }

  /** Takes in a newer listing. */
  relist(listing: RunListing): void {
    this.#listing = listing;
  }

  /** The log, opened if need be, as it is. */
  async open(): Promise<RunLog> {
    return this.log ?? (await this.#context.logs.get(this.logId));
  }

  /**
   * Asks the source for the state. Trouble with it is no reason not to serve a run: then the last one holds. `exit`: as
   * the catalogue keeps it, where the log is not open.
   */
  async refreshState(options: {
    readonly signal: AbortSignal;
    readonly exit?: RunExit | null;
  }): Promise<RunState> {
    try {
      const exit = this.log === undefined ? options.exit : this.log.ledger.exit;
      const exitCode = exit?.exitCode ?? null;
      this.#state = await this.#source.state(this.key, exitCode, options);
    } catch {
      options.signal.throwIfAborted();
    }
    return this.state;
  }

  /** Whether a policy is content with the last look. */
  isFresh({ maxAgeMs, endedMaxAgeMs, readsUnread }: RefreshPolicy): boolean {
    const nowMs = this.#context.clock.monotonic();
    const ageMs = nowMs - this.#lookedAtMs;
    if (ageMs < maxAgeMs) return true;
    // Of an unread run such a policy reads what is at hand alone.
    if (!readsUnread && nowMs - this.#peekedAtMs < maxAgeMs && this.#isUnread) return true;
    return ageMs < endedMaxAgeMs && this.#isUpToDate && (this.log?.ledger.exit ?? null) !== null;
  }

  /**
   * Reads the run on as far as a policy asks, waiting no longer than it says. Trouble with the source is noted
   * (`failure`), not thrown: what is cached goes on being served.
   */
  async refresh(policy: RefreshPolicy, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    if (this.isFresh(policy)) return;
    const log = await this.open();
    const isEmpty = log.ledger.commits === 0;
    if (!policy.readsUnread && this.status === 'unread') {
      const waitMs = isEmpty ? policy.firstWaitMs : policy.newsWaitMs.eager;
      await within(waitMs, this.readAhead(), signal, this.#context.clock);
      return;
    }
    const waitMs = isEmpty ? policy.firstWaitMs : policy.newsWaitMs[this.policy.reading];
    await within(waitMs, this.update(), signal, this.#context.clock);
  }

  /** Whether a look at all of its source began at or after a time, in monotonic milliseconds, and is over. */
  wasLookedAt(sinceMs: number): boolean {
    return this.#lookBeganAtMs >= sinceMs;
  }

  /** Reads on what can be read without asking anybody's server; nothing where that is none of it. */
  async readAhead(): Promise<void> {
    const { atHand } = this.#source;
    if (atHand === undefined) {
      if (this.policy.reading === 'eager') await this.update();
      return;
    }
    await this.#reading;
    if (this.#reading === undefined) {
      this.#isPeeking = true;
      this.#reading = this.#peek(atHand).finally(() => {
        this.#isPeeking = false;
        this.#reading = undefined;
      });
    }
    await this.#reading;
  }

  /** Up to date as of the moment of the call: a look already under way may have been before it. */
  async update(): Promise<void> {
    await this.#reading;
    // Others may have begun to read what is at hand alone.
    while (this.#isPeeking) await this.#reading;
    this.#reading ??= this.#look().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  /** Resolves when nobody is reading it on any more. */
  async idle(): Promise<void> {
    await this.#reading;
  }

  /**
   * Adjacent blocks of its log, in memory of their own or that `allocate` gives. Rows that were evicted are rebuilt
   * first.
   * @throws LogdirError `not-found` when the source no longer yields them: the run goes on as its next generation.
   */
  async readBlocks(
    log: RunLog,
    first: number,
    count: number,
    allocate?: Allocate,
  ): Promise<readonly RowBlock[]> {
    for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      const blocks = await log.readBlocks(first, count, allocate);
      if (blocks !== undefined) return blocks;
      await this.#context.updater.rebuild(log, this.#source);
    }
    throw new LogdirError(
      'unavailable',
      `cached rows of run ${this.key.runId} can't be read back; try again later`,
    );
  }

  /**
   * Every commit of its log, again.
   * @throws LogdirError `not-found` when storage has lost them; the log is opened anew then.
   */
  async readCommits(log: RunLog): Promise<readonly Commit[]> {
    try {
      return await log.readCommits();
    } catch (error) {
      this.#context.logs.forget(log);
      throw error;
    }
  }

  /** Files that were saved with the run. @throws LogdirError */
  async listFiles(options: { readonly signal: AbortSignal }): Promise<readonly SavedFile[]> {
    return await this.#source.listFiles(this.key, options);
  }

  /** Those of some names that are there. @throws LogdirError */
  async statFiles(
    names: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly SavedFile[]> {
    return await this.#source.statFiles(this.key, names, options);
  }

  /** Opens one of them. @throws LogdirError */
  async openFile(name: string, options: { readonly signal: AbortSignal }): Promise<OpenedSavedFile> {
    return await this.#source.openFile(this.key, name, options);
  }

  get #isUnread(): boolean {
    const cursor = this.log?.ledger.cursor ?? null;
    return this.policy.reading === 'on-demand' && (this.#source.isUnread?.(cursor) ?? cursor === null);
  }

  async #look(): Promise<void> {
    const beganAtMs = this.#context.clock.monotonic();
    await this.#readOn(this.#source, (failure) => {
      this.#isUpToDate = failure === null;
      this.#failure = failure;
      this.#lookedAtMs = this.#context.clock.monotonic();
      this.#lookBeganAtMs = beganAtMs;
    });
  }

  /** Trouble with what is at hand is noted by the next look at all of it. */
  async #peek(atHand: RunSource): Promise<void> {
    await this.#readOn(atHand, () => {
      this.#peekedAtMs = this.#context.clock.monotonic();
    });
  }

  /** Reads on what a source has, and tells what that failed with; null when it went well. */
  async #readOn(source: RunSource, settle: (failure: LogdirError | null) => void): Promise<void> {
    const { updater, metrics, clock, onGrown, signal } = this.#context;
    // The program is ending: nothing more is written.
    if (signal.aborted) return;
    const startedMs = clock.monotonic();
    const before = this.#amount();
    let outcome: 'grown' | 'unchanged' | 'failed' = 'failed';
    try {
      outcome = await updater.update(this.logId, source, () => {
        this.#isUpToDate = false;
      });
      settle(null);
    } catch (error) {
      settle(this.#failureOf(error));
    }
    metrics.increment('history_refreshes_total', { outcome });
    if (outcome !== 'grown') return;
    const ms = clock.monotonic() - startedMs;
    metrics.observe('history_refresh_duration_seconds', ms / 1000);
    this.#logGrowth(before, ms);
    onGrown(this);
  }

  /** Rows read so far, and what they take. */
  #amount(): { readonly rows: number; readonly bytes: number } {
    const { rowCount = 0, rowsBytes = 0 } = this.log?.ledger ?? {};
    return { rows: rowCount, bytes: rowsBytes };
  }

  /** A look that finds nothing is not logged: polls make several in a second. */
  #logGrowth(before: { readonly rows: number; readonly bytes: number }, ms: number): void {
    const { rows, bytes } = this.#amount();
    const read = { rows: rows - before.rows, bytes: bytes - before.bytes, ms: Math.round(ms) };
    this.#context.logger.debug({ run: this.id, ...read }, 'run read');
  }

  /** Tells of a failure once. */
  #failureOf(error: unknown): LogdirError | null {
    const { signal, logger, onRefused } = this.#context;
    const failure = toLogdirError(error, `read run ${this.id}`);
    // The program is ending.
    if (signal.aborted) return failure;
    const level = this.#failure?.message === failure.message ? 'debug' : 'warn';
    logger[level]({ run: this.id, err: failure }, 'run not readable');
    if (failure.code === 'permission-denied' && this.policy.reading === 'on-demand') onRefused(this);
    return failure;
  }
}
