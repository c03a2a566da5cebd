/**
 * Where a run's log lies in the cache, and under which generation.
 *
 *     <cache>/runs-v1/<2 hex>/<30 hex>/g<N>.index    header and commits, see commit.ts
 *                                     /g<N>.rows     blocks, end to end; may be evicted and rebuilt
 *                                     /g<N>.index.damaged   what a repair cut off, for people
 *
 * A generation is one immutable course of bytes. When a source no longer yields what was read before, the next
 * generation begins, and with it another event file name.
 * @module
 */

import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunKey, runKeyText } from '../core/index.ts';
import { isUnreachable } from './cache-errors.ts';

/** Name of the folder all runs are under; its number is the layout of this directory tree. */
export const RUNS_FOLDER = 'runs-v1';

const LOCAL_ORIGIN = 'local';

export interface GenerationPaths {
  readonly generation: number;
  readonly index: string;
  readonly rows: string;
  readonly damaged: string;
}

export class RunDirectory {
  readonly path: string;

  /**
   * `origin`: whose history it is (`RunSource.origin`). Positions in a run mean something to their source alone, so the
   * same run read from elsewhere has a log of its own.
   */
  constructor(cacheDir: string, key: RunKey, origin: string) {
    const name = origin === LOCAL_ORIGIN ? runKeyText(key) : `${origin} ${runKeyText(key)}`;
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 32);
    this.path = join(cacheDir, RUNS_FOLDER, hash.slice(0, 2), hash.slice(2));
  }

  generation(generation: number): GenerationPaths {
    const base = join(this.path, `g${generation}`);
    return { generation, index: `${base}.index`, rows: `${base}.rows`, damaged: `${base}.index.damaged` };
  }

  /** The newest generation there is; 1 when there is none. */
  async newest(): Promise<number> {
    const generations = await this.#generations();
    return Math.max(1, ...generations);
  }

  /** Removes the files of generations before this one. */
  async dropBefore(generation: number): Promise<void> {
    for (const old of await this.#generations()) {
      if (old >= generation) continue;
      const paths = this.generation(old);
      await Promise.all([paths.index, paths.rows, paths.damaged].map((path) => rm(path, { force: true })));
    }
  }

  async #generations(): Promise<number[]> {
    try {
      const names = await readdir(this.path);
      return names.flatMap((name) => {
        const match = /^g(\d+)\.index$/.exec(name);
        return match === null ? [] : [Number(match[1])];
      });
    } catch (error) {
      if (isUnreachable(error)) return [];
      throw error;
    }
  }
}
