/** Read handles of row files, opened on demand and kept open up to a bound. @module */

import { type FileHandle, open } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import type { FolderLooks } from '../../../core/index.ts';

/** Read without keeping its file open. */
const SMALL_BYTES = 64 * 1024;

interface PooledHandle {
  /** Tells one opening of a path from the next. */
  readonly opening: number;
  readonly handle: Promise<FileHandle>;
  readers: number;
  dropped: boolean;
}

export class FilePool {
  readonly #looks: FolderLooks;
  readonly #handles: LRUCache<string, PooledHandle>;
  #openings = 0;

  /** Keeps up to `maxOpen` files open when nobody reads them. */
  constructor(maxOpen: number, looks: FolderLooks) {
    this.#looks = looks;
    this.#handles = new LRUCache({
      max: maxOpen,
      dispose: (pooled) => {
        pooled.dropped = true;
        closeIfIdle(pooled);
      },
    });
  }

  /**
   * Fills `target` from `position`. `filled` is less at the end of the file; `opening` is another number once the
   * path was opened anew and may be another file. Rejects as `open` and `read` do.
   */
  async read(
    path: string,
    target: Uint8Array,
    position: number,
  ): Promise<{ readonly filled: number; readonly opening: number }> {
    // A small piece is read, and its checksum taken again, in less time than an open file can be asked for it.
    if (target.length <= SMALL_BYTES && !this.#handles.has(path)) {
      const filled = await this.#looks.fill(path, target, position);
      if (filled !== null) return { filled, opening: ++this.#openings };
    }
    const pooled = this.#acquire(path);
    try {
      const handle = await pooled.handle;
      let filled = 0;
      while (filled < target.length) {
        const { bytesRead } = await handle.read(target, filled, target.length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return { filled, opening: pooled.opening };
    } catch (error) {
      this.forget(path);
      throw error;
    } finally {
      pooled.readers--;
      closeIfIdle(pooled);
    }
  }

  /** The next read opens the file anew: it was replaced or removed. */
  forget(path: string): void {
    this.#handles.delete(path);
  }

  close(): void {
    this.#handles.clear();
  }

  #acquire(path: string): PooledHandle {
    let pooled = this.#handles.get(path);
    if (pooled === undefined) {
      pooled = { opening: ++this.#openings, handle: open(path, 'r'), readers: 0, dropped: false };
      this.#handles.set(path, pooled);
    }
    pooled.readers++;
    return pooled;
  }
}

function closeIfIdle(pooled: PooledHandle): void {
  if (!pooled.dropped || pooled.readers > 0) return;
  pooled.handle
    .then(
      (handle) => handle.close(),
      () => undefined, // Opening failed: the reader was told, and there is nothing to close.
    )
    .catch(() => undefined); // A read-only descriptor has nothing left to lose when closing fails.
}
