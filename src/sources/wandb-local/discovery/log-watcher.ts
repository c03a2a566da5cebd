/** Notices new runs and growing logs, by file system events or by looking again and again. @module */

import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Adjustable, adjusted, errnoOf } from '../../../core/index.ts';
import type { Logger } from '../../../observability/index.ts';
import { isLogName, isRunDirectoryName, passedOver } from './directory-names.ts';
import { type DirectoryEvent, DirectoryWatches, WatchesExhausted } from './directory-watches.ts';
import type { Discovery } from './log-finder.ts';

/** Several blocks of a busy log, or the many entries of a new run directory, become one report. */
const DEBOUNCE_MS = 200;
/** More new names at a time are not looked at one by one: the runs are listed again. */
const MAX_NEW_NAMES = 256;
/** A look at a large tree takes at most this share of the time. */
const POLLING_SHARE = 1 / 5;

/** `events`: inotify and the like. `polling`: for file systems without events (NFS, FUSE, containers). */
export type WatchMode = 'events' | 'polling' | 'off';

/** What a watcher watches: as a walk found it. */
export type Watched = Pick<Discovery, 'directories' | 'logs'>;

export interface LogWatcherOptions {
  /** For people. */
  readonly path: string;
  readonly mode: WatchMode;
  readonly pollIntervalMs: Adjustable;
  readonly logger: Logger;
  /** Called with the logs that grew, and whether anything came or went. Never concurrently. */
  readonly onChange: (grown: ReadonlySet<string>, listingChanged: boolean) => Promise<void>;
  /** Looks at the disk and tells of what is new; used when polling. */
  readonly poll: () => Promise<void>;
  readonly maxWatches?: number;
}

/** Watches until disposed: by events, what `follow` was called with last. */
export class LogWatcher implements AsyncDisposable {
  readonly #options: LogWatcherOptions;
  readonly #grown = new Set<string>();
  readonly #newNames = new Set<string>();
  #listingChanged = false;
  /** Null when polling. */
  #watches: DirectoryWatches | null = null;
  #logs: ReadonlySet<string> = new Set();
  /** Directories all of whose new names count; in others only known logs do. */
  #searched: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | null = null;
  /** Of the directory that is watched, with its file system: no event tells that another is mounted over it, or goes. */
  #rootId: string | null = null;
  #rootTimer: NodeJS.Timeout | null = null;
  #working: Promise<void> = Promise.resolve();
  #hasFailed = false;
  #disposed = false;

  constructor(options: LogWatcherOptions) {
    this.#options = options;
    if (options.mode === 'events') this.#startEvents();
    else if (options.mode === 'polling') this.#schedulePoll(adjusted(options.pollIntervalMs));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#rootTimer !== null) clearTimeout(this.#rootTimer);
    this.#watches?.clear();
    await this.#working;
  }

  /** Watches what a walk has found from now on: every directory that was looked into, and those of logs elsewhere. */
  follow({ directories, logs }: Watched): void {
    if (this.#watches === null || this.#disposed) return;
    const isFirst = this.#watches.size === 0;
    this.#logs = new Set(logs);
    this.#searched = new Set(directories);
    try {
      const added = this.#watches.set(new Set([...directories, ...logs.map((log) => dirname(log))]));
      // Between the walk and the watch something may have come into a new directory.
      if (added.length > 0 && !isFirst) this.#noteListing();
    } catch (error) {
      if (!(error instanceof WatchesExhausted)) throw error;
      this.#fallBack(error);
    }
  }

  #startEvents(): void {
    const { maxWatches } = this.#options;
    this.#watches = new DirectoryWatches({
      onEvent: (event, path) => this.#note(event, path),
      onError: (error) => this.#fallBack(error),
      ...(maxWatches !== undefined && { maxWatches }),
    });
    void this.#checkRoot();
  }

  /** Takes down an event. Cheap: a directory of checkpoints may have thousands a second. */
  #note(event: DirectoryEvent, path: string): void {
    if (this.#logs.has(path) && event === 'change') this.#grown.add(path);
    else if (this.#searched.has(path)) {
      // A directory that went, or was put in place of another, takes its watch along.
      if (event === 'rename') this.#watches?.drop(path);
      this.#listingChanged = true;
    } else if (this.#logs.has(path)) this.#listingChanged = true;
    else if (!this.#searched.has(dirname(path))) return;
    else if (isLogName(basename(path))) this.#listingChanged = true;
    else if (event === 'change' || isRunDirectoryName(basename(dirname(path)))) return;
    else if (this.#newNames.size < MAX_NEW_NAMES) this.#newNames.add(path);
    else this.#listingChanged = true;
    this.#timer ??= this.#after(DEBOUNCE_MS, () => this.#report());
  }

  async #checkRoot(): Promise<void> {
    const { path, pollIntervalMs } = this.#options;
    const id = await stat(path).then(
      ({ dev, ino, birthtimeMs }) => `${dev}:${ino}:${birthtimeMs}`,
      () => '',
    );
    if (this.#watches === null || this.#disposed) return;
    if (this.#rootId !== null && this.#rootId !== id) {
      // Watches are of what lay there before.
      this.#watches.clear();
      this.#noteListing();
    }
    this.#rootId = id;
    this.#rootTimer = setTimeout(() => void this.#checkRoot(), adjusted(pollIntervalMs)).unref();
  }

  #noteListing(): void {
    this.#listingChanged = true;
    this.#timer ??= this.#after(DEBOUNCE_MS, () => this.#report());
  }

  /** No more watches is the usual failure (inotify's limit); looking again and again needs none. */
  #fallBack(error: unknown): void {
    if (this.#watches === null || this.#disposed) return;
    const { path, logger } = this.#options;
    const pollIntervalMs = adjusted(this.#options.pollIntervalMs);
    const fields = { path, errno: errnoOf(error), err: error, pollIntervalMs };
    logger.warn(fields, 'watching for file events failed, polling instead');
    this.#watches.clear();
    this.#watches = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#schedulePoll(pollIntervalMs);
  }

  #schedulePoll(delayMs: number): void {
    if (this.#disposed) return;
    this.#timer = this.#after(delayMs, async () => {
      const start = performance.now();
      try {
        await this.#options.poll();
      } finally {
        const tookMs = performance.now() - start;
        this.#schedulePoll(Math.max(adjusted(this.#options.pollIntervalMs), tookMs / POLLING_SHARE));
      }
    });
  }

  async #report(): Promise<void> {
    const grown = new Set(this.#grown);
    const newNames = [...this.#newNames];
    let listingChanged = this.#listingChanged;
    this.#grown.clear();
    this.#newNames.clear();
    this.#listingChanged = false;
    listingChanged ||= (await Promise.all(newNames.map(mayHoldLogs))).includes(true);
    if (grown.size > 0 || listingChanged) await this.#options.onChange(grown, listingChanged);
  }

  /** Does work later and keeps it, so that disposal can wait for it. */
  #after(delayMs: number, work: () => Promise<void>): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timer = null;
      this.#working = this.#working.then(() => (this.#disposed ? undefined : this.#guard(work)));
    }, delayMs);
    timer.unref();
    return timer;
  }

  /** A failure is logged, once until it goes well again; watching goes on. */
  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed)
        this.#options.logger.warn({ path: this.#options.path, err: error }, 'looking for changes failed');
      this.#hasFailed = true;
    }
  }
}

/** Whether a name that came or went is a directory in which logs may lie. */
async function mayHoldLogs(path: string): Promise<boolean> {
  if (passedOver(path, basename(path)) !== null) return false;
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
