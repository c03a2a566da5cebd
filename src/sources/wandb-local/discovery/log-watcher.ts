/** Notices new runs and growing logs, by file system events or by looking again and again. @module */

import { basename } from 'node:path';
import { type FSWatcher, watch as watchFiles } from 'chokidar';
import { errnoOf } from '../../../core/index.ts';
import type { Logger } from '../../../observability/index.ts';
import { isLogName, isWorthVisiting } from './log-finder.ts';

/** Several blocks of a busy log, or the many entries of a new run directory, become one report. */
const DEBOUNCE_MS = 200;

/** `events`: inotify and the like. `polling`: for file systems without events (NFS, FUSE, containers). */
export type WatchMode = 'events' | 'polling' | 'off';

export interface LogWatcherOptions {
  readonly path: string;
  readonly mode: WatchMode;
  readonly pollIntervalMs: number;
  readonly logger: Logger;
  /** Called with the logs that grew, and whether anything came or went. Never concurrently. */
  readonly onChange: (grown: ReadonlySet<string>, listingChanged: boolean) => Promise<void>;
  /** Looks at the disk; used when polling. */
  readonly poll: () => Promise<void>;
}

/** Watches until disposed. */
export class LogWatcher implements AsyncDisposable {
  readonly #options: LogWatcherOptions;
  readonly #grown = new Set<string>();
  #listingChanged = false;
  #events: FSWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  #working: Promise<void> = Promise.resolve();
  #disposed = false;

  constructor(options: LogWatcherOptions) {
    this.#options = options;
    if (options.mode === 'events') this.#startEvents();
    else if (options.mode === 'polling') this.#schedulePoll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#events?.close();
    await this.#working;
  }

  #startEvents(): void {
    const { path } = this.#options;
    this.#events = watchFiles(path, {
      ignoreInitial: true,
      ignored: (name, stats) => name !== path && isIgnored(name, stats?.isFile() ?? false),
    });
    this.#events.on('all', (event, name) => {
      if (event === 'change') this.#grown.add(name);
      else if (event === 'unlinkDir' || isLogName(name)) this.#listingChanged = true;
      else return;
      this.#timer ??= this.#after(DEBOUNCE_MS, () => this.#report());
    });
    this.#events.on('error', (error) => this.#fallBack(error));
  }

  /** Too many watches is the usual failure (inotify's limit); looking again and again needs none. */
  #fallBack(error: unknown): void {
    if (this.#events === null || this.#disposed) return;
    const { path, logger, pollIntervalMs } = this.#options;
    const fields = { path, errno: errnoOf(error), err: error, pollIntervalMs };
    logger.warn(fields, 'watching for file events failed, polling instead');
    const events = this.#events;
    this.#events = null;
    this.#working = Promise.all([this.#working, events.close()]).then(() => this.#schedulePoll());
  }

  #schedulePoll(): void {
    if (this.#disposed) return;
    this.#timer = this.#after(this.#options.pollIntervalMs, async () => {
      await this.#options.poll();
      this.#schedulePoll();
    });
  }

  async #report(): Promise<void> {
    const grown = new Set(this.#grown);
    const listingChanged = this.#listingChanged;
    this.#grown.clear();
    this.#listingChanged = false;
    await this.#options.onChange(grown, listingChanged);
  }

  /** Does work later and keeps it, so that disposal can wait for it; a failure is told, watching goes on. */
  #after(delayMs: number, work: () => Promise<void>): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timer = null;
      this.#working = this.#working
        .then(() => (this.#disposed ? undefined : work()))
        .catch((error: unknown) => {
          this.#options.logger.warn({ path: this.#options.path, err: error }, 'looking for changes failed');
          if (this.#events === null) this.#schedulePoll();
        });
    }, delayMs);
    timer.unref();
    return timer;
  }
}

function isIgnored(path: string, isFile: boolean): boolean {
  const name = basename(path);
  return isFile ? !isLogName(name) : !isLogName(name) && !isWorthVisiting(name);
}
