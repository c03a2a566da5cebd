/**
 * File events of a changing set of directories, without recursion: one watch each, as many as there is room for.
 *
 * By `watch` of node:fs and not by chokidar, which at every event reads the directory and calls `lstat` on each entry,
 * whatever is ignored (4,000 entries beside a busy file: more than half a core), sets a second watch for each log (10,000
 * runs: 115 MB instead of 6 MB), drops a change within 50 ms of the last one, and does not say when a directory that was
 * added is watched. docs/DEPENDENCIES.md has the measurements.
 *
 * @module
 */

import { type FSWatcher, watch } from 'node:fs';
import { basename, join } from 'node:path';
import { errnoOf } from '../../../core/index.ts';

/** One watch takes about 2 KB here and 1 KB in the kernel. */
export const MAX_WATCHES = 16_384;

/** The system has no watch to give for a directory, or there are more directories than `MAX_WATCHES`. */
export class WatchesExhausted extends Error {
  override readonly name = 'WatchesExhausted';
}

/** `change`: what a name holds has changed. `rename`: a name has come or gone. */
export type DirectoryEvent = 'change' | 'rename';

export interface DirectoryWatchesOptions {
  /** Path of what changed; that of the directory itself where the system does not say more. */
  readonly onEvent: (event: DirectoryEvent, path: string) => void;
  /** A watch failed after it was set. */
  readonly onError: (error: unknown) => void;
  readonly maxWatches?: number;
}

export class DirectoryWatches {
  readonly #options: DirectoryWatchesOptions;
  readonly #watches = new Map<string, FSWatcher>();

  constructor(options: DirectoryWatchesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#watches.size;
  }

  has(directory: string): boolean {
    return this.#watches.has(directory);
  }

  /**
   * Watches these directories and no others. Returns those that were not watched before.
   * @throws WatchesExhausted
   */
  set(directories: ReadonlySet<string>): readonly string[] {
    for (const directory of this.#watches.keys()) if (!directories.has(directory)) this.#close(directory);
    const { maxWatches = MAX_WATCHES } = this.#options;
    if (directories.size > maxWatches)
      throw new WatchesExhausted(`${directories.size} directories, and at most ${maxWatches} are watched`);
    return [...directories].filter((directory) => !this.#watches.has(directory) && this.#add(directory));
  }

  /** Forgets a directory that was replaced, and those below it: their watches are of what lay there before. */
  drop(directory: string): void {
    const below = join(directory, '/');
    for (const path of this.#watches.keys())
      if (path === directory || path.startsWith(below)) this.#close(path);
  }

  clear(): void {
    for (const directory of this.#watches.keys()) this.#close(directory);
  }

  /** False for a directory that is gone or may not be read: whoever looks for logs tells of it. */
  #add(directory: string): boolean {
    try {
      const watcher = watch(directory, (event, name) => {
        // The end of a directory is told as if it had lain in itself.
        const isItself = name === null || (event === 'rename' && name === basename(directory));
        if (isItself) this.#options.onEvent(event, directory);
        if (name !== null) this.#options.onEvent(event, join(directory, name));
      });
      watcher.on('error', (error) => this.#options.onError(error));
      this.#watches.set(directory, watcher);
      return true;
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'ENOSPC' || errno === 'EMFILE' || errno === 'ENFILE' || errno === 'ENOMEM')
        throw new WatchesExhausted(`the system gives no more watches (${errno})`, { cause: error });
      return false;
    }
  }

  #close(directory: string): void {
    this.#watches.get(directory)?.close();
    this.#watches.delete(directory);
  }
}
