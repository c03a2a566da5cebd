/** Turns what happens to logs into what happens to runs, for those who watch the source. @module */

import { type Adjustable, type RunKey, runKeyText } from '../../core/index.ts';
import type { Logger } from '../../observability/index.ts';
import type { SourceChange } from '../source.ts';
import { type Discovery, LogWatcher, type WatchMode } from './discovery/index.ts';
import { type IndexedRun, isWaiting, type RunIndex } from './runs/index.ts';

export interface RunWatchesOptions {
  readonly path: string;
  readonly mode: WatchMode;
  readonly pollIntervalMs: Adjustable;
  readonly logger: Logger;
  readonly index: RunIndex;
  /** Looks at the disk again, upon which `follow` is called. */
  readonly refresh: () => Promise<readonly IndexedRun[]>;
}

type OnChange = (change: SourceChange) => void;

export class RunWatches {
  readonly #options: RunWatchesOptions;
  readonly #watchers = new Map<LogWatcher, OnChange>();

  constructor(options: RunWatchesOptions) {
    this.#options = options;
  }

  begin(onChange: OnChange): AsyncDisposable {
    const { index, refresh, ...options } = this.#options;
    const watcher = new LogWatcher({
      ...options,
      onChange: (grown, listingChanged) => this.#tellOfLogs(grown, listingChanged, onChange),
      poll: this.#poller(onChange),
    });
    this.#watchers.set(watcher, onChange);
    if (index.discovery !== null) watcher.follow(index.discovery);
    // Failing is noted where listings fail; the next listing that goes well begins the watch.
    else if (options.mode === 'events') void refresh().catch(() => undefined);
    return {
      [Symbol.asyncDispose]: async () => {
        this.#watchers.delete(watcher);
        await watcher[Symbol.asyncDispose]();
      },
    };
  }

  /** Has everybody watch what a walk has found. */
  follow(discovery: Discovery): void {
    for (const watcher of this.#watchers.keys()) watcher.follow(discovery);
  }

  /** A run is called otherwise than it was. */
  tellOfListing(): void {
    for (const onChange of this.#watchers.values()) onChange({ kind: 'listing' });
  }

  /** Looks at logs that have grown before their growth is told, so that their runs are as new as that. */
  async #tellOfLogs(grown: ReadonlySet<string>, listingChanged: boolean, onChange: OnChange): Promise<void> {
    const { index } = this.#options;
    const keys = new Map<string, RunKey>();
    let mayBeRenamed = listingChanged;
    for (const path of grown) {
      const run = index.ownerOf(path);
      const segment = run?.segments.find((candidate) => candidate.path === path);
      // The first block of a log says which run it is of; one that is in no run may have become a log.
      if (run === undefined || segment === undefined || isWaiting(segment)) mayBeRenamed = true;
      else {
        keys.set(runKeyText(run.key), run.key);
        // One that has gone is left to the next listing.
        await index.restat(segment).catch(() => undefined);
      }
    }
    if (mayBeRenamed) onChange({ kind: 'listing' });
    for (const key of keys.values()) onChange({ kind: 'growth', key });
  }

  /** Looks at the disk again and compares it with what the last look of the same watcher came to. */
  #poller(onChange: OnChange): () => Promise<void> {
    let before = sizesOf(this.#options.index.runs);
    return async () => {
      const runs = await this.#options.refresh();
      const sizes = sizesOf(runs);
      const isListingSame = sizes.size === before.size && [...sizes.keys()].every((name) => before.has(name));
      if (!isListingSame) onChange({ kind: 'listing' });
      for (const { key } of runs) {
        const name = runKeyText(key);
        if (before.has(name) && before.get(name) !== sizes.get(name)) onChange({ kind: 'growth', key });
      }
      before = sizes;
    };
  }
}

/** Bytes of all logs, by run. */
function sizesOf(runs: readonly IndexedRun[]): ReadonlyMap<string, number> {
  const bytesOf = ({ segments }: IndexedRun) => segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return new Map(runs.map((run) => [runKeyText(run.key), bytesOf(run)]));
}
