/**
 * Where a run's log lies in the cache, and under which generation.
 *
 *     <cache>/runs-v1/<2 hex>/<30 hex>/h<N>.index    header and commits, see log/commit.ts
 *                                     /h<N>.rows     blocks, end to end; may be evicted and rebuilt
 *                                     /h<N>.index.damaged   what a repair cut off, for people
 *                                     /<name>        documents, such as side files of event files
 *
 * A generation is one course of a run's history. When a source no longer yields what was read before, the next
 * generation begins, and with it another event file name. Files named `g<N>` are generations that version 0.1 of the
 * program wrote.
 * @module
 */

import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type FolderLooks, runKeyText } from '../../../core/index.ts';
import type { LogId, StoredGeneration } from '../run-store.ts';
import { isUnreachable } from './cache-errors.ts';

/** Name of the folder all runs are under; its number is the layout of this directory tree. */
export const RUNS_FOLDER = 'runs-v1';

const LOCAL_ORIGIN = 'local';
const GENERATION = /^[gh](\d+)\./;

export class RunDirectory {
  readonly path: string;

  constructor(cacheDir: string, { key, origin }: LogId) {
    const name = origin === LOCAL_ORIGIN ? runKeyText(key) : `${origin} ${runKeyText(key)}`;
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 32);
    this.path = join(cacheDir, RUNS_FOLDER, hash.slice(0, 2), hash.slice(2));
  }

  indexOf(generation: number): string {
    return join(this.path, `h${generation}.index`);
  }

  rowsOf(generation: number): string {
    return join(this.path, `h${generation}.rows`);
  }

  /** Generations that have begun, ascending. */
  async generations(looks: FolderLooks): Promise<readonly StoredGeneration[]> {
    const found = new Map<number, StoredGeneration>();
    for (const name of await this.#names(looks)) {
      const generation = Number(GENERATION.exec(name)?.[1]);
      if (!name.endsWith('.index') || !Number.isSafeInteger(generation)) continue;
      const isOurs = name.startsWith('h') || found.get(generation)?.isOurs === true;
      found.set(generation, { generation, isOurs });
    }
    return [...found.values()].sort((a, b) => a.generation - b.generation);
  }

  /** Removes the files of generations before this one. */
  async dropBefore(generation: number, looks: FolderLooks): Promise<void> {
    const old = (await this.#names(looks)).filter((name) => Number(GENERATION.exec(name)?.[1]) < generation);
    await Promise.all(old.map((name) => rm(join(this.path, name), { recursive: true, force: true })));
  }

  async #names(looks: FolderLooks): Promise<readonly string[]> {
    try {
      return await looks.names(this.path);
    } catch (error) {
      if (isUnreachable(error)) return [];
      throw error;
    }
  }
}
