/** The RunSource over local `wandb/` directories. @module */

import { resolve } from 'node:path';
import {
  type Adjustable,
  type Clock,
  countRecords,
  LogdirError,
  NEVER_ABORTED,
  type RunKey,
  type RunRecord,
  type RunState,
  SingleFlight,
  systemClock,
  toLogdirError,
} from '../../core/index.ts';
import type { Logger, Metrics } from '../../observability/index.ts';
import type { OpenedSavedFile, SavedFile } from '../saved-files.ts';
import { ShapeRegistry } from '../shape-registry.ts';
import type {
  Cursor,
  ProjectListing,
  ReadRunOptions,
  RecordBatch,
  RunListing,
  RunSource,
  SourceChange,
} from '../source.ts';
import type { WatchMode } from './discovery/index.ts';
import { LogEnds } from './log-ends.ts';
import { changeSince, isWithoutRows, parseCursor, readRun, traitsOf } from './read/index.ts';
import { RunWatches } from './run-watches.ts';
import {
  folderVersion,
  type IndexedRun,
  LogConsoles,
  listingOf,
  newestChange,
  openSavedFile,
  RunIndex,
  type RunTitle,
  runState,
  type Segment,
  savedFiles,
  statSavedFiles,
} from './runs/index.ts';

export interface WandbLocalOptions {
  /** A wandb folder, a folder that contains one, a run directory, or one `.wandb` file. */
  readonly path: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock?: Clock;
  /**
   * A run without an exit record counts as crashed when its log has not grown for this long. wandb-core writes
   * whole blocks of 32 KiB, so the log of a slow run may be quiet for hours while it is alive. Default 5 minutes.
   */
  readonly quietAfterMs?: number;
  /** How to notice changes. Default `events`; `polling` where the file system has none: NFS, FUSE, some containers. */
  readonly watch?: WatchMode;
  /** How often to look when polling. Default 5 seconds. */
  readonly pollIntervalMs?: Adjustable;
  /** Entity and project shown for runs whose log names none. */
  readonly entity?: string;
  readonly project?: string;
}

const DEFAULT_QUIET_AFTER_MS = 5 * 60_000;
const DEFAULT_POLL_INTERVAL_MS = 5_000;

/** Of this source's metrics. */
const LABELS = { source: 'local' } as const;

export function createWandbLocalSource(options: WandbLocalOptions): RunSource {
  return new WandbLocalSource(options);
}

class WandbLocalSource implements RunSource {
  readonly name: string;
  readonly origin = 'local';
  readonly policy = { listing: 'all', reading: 'eager' } as const;

  readonly #options: WandbLocalOptions;
  readonly #clock: Clock;
  readonly #quietAfterMs: number;
  readonly #index: RunIndex;
  readonly #registry = new ShapeRegistry();
  readonly #ends = new LogEnds();
  readonly #consoles = new LogConsoles();
  /** Logs that were seen to grow after another had gone on for them. */
  readonly #growing = new Set<string>();
  readonly #watches: RunWatches;
  readonly #refreshing = new SingleFlight<'all', readonly IndexedRun[]>();

  constructor(options: WandbLocalOptions) {
    this.name = options.path;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#quietAfterMs = options.quietAfterMs ?? DEFAULT_QUIET_AFTER_MS;
    const path = resolve(options.path);
    this.#index = new RunIndex({ ...options, path });
    const { watch: mode = 'events', pollIntervalMs = DEFAULT_POLL_INTERVAL_MS, logger } = options;
    const refresh = () => this.#refresh(NEVER_ABORTED);
    this.#watches = new RunWatches({ path, mode, pollIntervalMs, logger, index: this.#index, refresh });
  }

  async listProjects(): Promise<readonly ProjectListing[]> {
    return [];
  }

  async listRuns({ signal }: { readonly signal: AbortSignal }): Promise<readonly RunListing[]> {
    const runs = await this.#refresh(signal);
    return runs.map(listingOf);
  }

  modifiedAtMs(key: RunKey): number | null {
    const run = this.#index.get(key);
    return run === undefined ? null : newestChange(run.segments);
  }

  async state(
    key: RunKey,
    exitCode: number | null,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<RunState> {
    const current = await this.#restatAll(await this.#find(key, signal));
    const times = { nowMs: this.#clock.now(), quietAfterMs: this.#quietAfterMs };
    return runState(current, exitCode, times).catch((error: unknown) => {
      throw toLogdirError(error, `run ${key.runId}`);
    });
  }

  async hasNews(
    key: RunKey,
    after: Cursor | null,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<boolean> {
    const run = await this.#find(key, signal);
    const cursor = parseCursor(after);
    if (changeSince(run, cursor, traitsOf(run, this.#growing)) !== null) return true;
    for (const segment of (await this.#restatAll(run)).segments) {
      const mark = cursor.marks.find(({ segmentId }) => segmentId === segment.segmentId);
      const seenBytes = this.#ends.seenBytes(segment, mark?.position.offset ?? 0);
      // A log that shrank is news too: reading it says what happened.
      if (segment.sizeBytes > seenBytes || (mark !== undefined && segment.sizeBytes < seenBytes)) return true;
    }
    if (!isWithoutRows(cursor)) return false;
    return (await folderVersion(run.segments.at(-1)!.path)) !== cursor.folder;
  }

  async *read(key: RunKey, options: ReadRunOptions): AsyncGenerator<RecordBatch> {
    const found = await this.#find(key, options.signal);
    const run = options.stopAt === undefined ? await this.#restatAll(found).catch(() => found) : found;
    const { logger, metrics } = this.#options;
    let current = run.segments[0]!;
    const batches = readRun({
      ...options,
      run,
      logger,
      registry: this.#registry,
      growing: this.#growing,
      isRead: (segment, offset) => segment.sizeBytes === this.#ends.seenBytes(segment, offset),
      onRead: (segment, bytes) => {
        current = segment;
        metrics.increment('source_read_bytes_total', LABELS, bytes);
      },
      onEnd: (segment, offset, seenBytes) => this.#ends.note(segment, offset, seenBytes),
      onGrowing: ({ path }) => this.#growing.add(path),
    });
    try {
      for await (const batch of batches) {
        metrics.increment('source_records_total', LABELS, countRecords(batch.records));
        metrics.increment('source_skipped_bytes_total', LABELS, batch.skippedBytes);
        if (options.stopAt === undefined) this.#noteRecords(run, current, batch);
        yield batch;
      }
    } catch (error) {
      throw this.#noteFailure(toLogdirError(error, `run ${key.runId}`));
    }
  }

  async listFiles(key: RunKey, { signal }: { readonly signal: AbortSignal }): Promise<readonly SavedFile[]> {
    return await savedFiles(await this.#find(key, signal));
  }

  async statFiles(
    key: RunKey,
    names: readonly string[],
    { signal }: { readonly signal: AbortSignal },
  ): Promise<readonly SavedFile[]> {
    return await statSavedFiles(await this.#find(key, signal), names, this.#consoles);
  }

  async openFile(
    key: RunKey,
    name: string,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<OpenedSavedFile> {
    return await openSavedFile(await this.#find(key, signal), name, this.#consoles);
  }

  #noteRecords(run: IndexedRun, segment: Segment, { records }: RecordBatch): void {
    if (records.some(({ kind }) => kind === 'exit')) this.#ends.noteExit(segment);
    if (segment.segmentId === run.segments.at(-1)!.segmentId) this.#noteTitle(run.key, records);
  }

  /** What the newest log calls its run, it is called from now on. */
  #noteTitle(key: RunKey, records: readonly RunRecord[]): void {
    const title: { -readonly [Word in keyof RunTitle]?: string } = {};
    for (const record of records) {
      if (record.kind !== 'facts') continue;
      const { displayName, group, jobType } = record.facts;
      if (displayName !== undefined) title.displayName = displayName;
      if (group !== undefined) title.group = group;
      if (jobType !== undefined) title.jobType = jobType;
    }
    if (Object.keys(title).length === 0) return;
    if (this.#index.retitle(key, title)) this.#watches.tellOfListing();
  }

  #noteFailure(failure: LogdirError): LogdirError {
    const { code } = failure;
    if (code !== 'cancelled') this.#options.metrics.increment('source_errors_total', { ...LABELS, code });
    return failure;
  }

  watch(onChange: (change: SourceChange) => void): AsyncDisposable {
    return this.#watches.begin(onChange);
  }

  /** One look at the disk at a time; those who ask meanwhile share it. */
  async #refresh(signal: AbortSignal): Promise<readonly IndexedRun[]> {
    signal.throwIfAborted();
    this.#options.metrics.increment('source_listings_total', LABELS);
    return await this.#refreshing.run('all', () => this.#look());
  }

  async #look(): Promise<readonly IndexedRun[]> {
    try {
      const runs = await this.#index.refresh(NEVER_ABORTED);
      this.#watches.follow(this.#index.discovery!);
      const isThere = (path: string) => this.#index.ownerOf(path) !== undefined;
      this.#ends.keepOnly(isThere);
      for (const path of this.#growing) if (!isThere(path)) this.#growing.delete(path);
      return runs;
    } catch (error) {
      throw this.#noteFailure(toLogdirError(error, `local runs in ${this.name}`));
    }
  }

  async #find(key: RunKey, signal: AbortSignal): Promise<IndexedRun> {
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    await this.#refresh(signal);
    const run = this.#index.get(key);
    if (run !== undefined) return run;
    throw new LogdirError(
      'not-found',
      `run ${key.runId} of ${key.entity}/${key.project}: no log of it in ${this.name}`,
    );
  }

  /** The logs of a run as they are now, those that can have changed. */
  async #restatAll(run: IndexedRun): Promise<IndexedRun> {
    const newest = run.segments.at(-1)!;
    const segments: Segment[] = [];
    for (const segment of run.segments) {
      if (segment === newest) segments.push(await this.#restat(segment));
      else if (this.#ends.isOver(segment)) segments.push(segment);
      // One that has gone since leaves what was read of it.
      else segments.push(await this.#index.restat(segment).catch(() => segment));
    }
    return { ...run, segments };
  }

  async #restat(segment: Segment): Promise<Segment> {
    try {
      return await this.#index.restat(segment);
    } catch (error) {
      throw toLogdirError(error, `log ${segment.path}`);
    }
  }
}
