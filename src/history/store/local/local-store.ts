/** History kept on this machine's disk. @module */

import { createHash, randomUUID } from 'node:crypto';
import { appendFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Adjustable, type Clock, FolderLooks, makeDirectory } from '../../../core/index.ts';
import type { Logger, Metrics } from '../../../observability/index.ts';
import type { BlockPlace } from '../../log/ledger.ts';
import type {
  Allocate,
  DocumentOwner,
  Exclusive,
  LogGrowth,
  LogId,
  LogWriter,
  RunStore,
  StoredGeneration,
  StoredLog,
} from '../run-store.ts';
import { isRefusal, isUnreachable } from './cache-errors.ts';
import { DiskBudget } from './disk-budget.ts';
import { FilePool } from './file-pool.ts';
import { IndexFile, TakenOver } from './index-file.ts';
import { openFilesAllowed } from './open-files.ts';
import { RowFile } from './row-file.ts';
import { RunDirectory } from './run-directory.ts';
import { withRunLock } from './run-lock.ts';

/** Folder of documents about projects. */
const PROJECTS_FOLDER = 'projects-v1';

export interface LocalStoreOptions {
  readonly cacheDir: string;
  /** Bound on rows; indexes, a few percent of that, are kept for good. */
  readonly maxBytes: Adjustable;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export class LocalStore implements RunStore {
  readonly #cacheDir: string;
  readonly #looks: FolderLooks;
  readonly #pool: FilePool;
  readonly #budget: DiskBudget;
  readonly #directories = new WeakMap<LogId, RunDirectory>();

  constructor(options: LocalStoreOptions) {
    this.#cacheDir = options.cacheDir;
    this.#looks = new FolderLooks(options.cacheDir);
    this.#pool = new FilePool(openFilesAllowed(), this.#looks);
    this.#budget = new DiskBudget({
      ...options,
      looks: this.#looks,
      onEvicted: (path) => this.#pool.forget(path),
    });
  }

  async generations(id: LogId): Promise<readonly StoredGeneration[]> {
    return await this.#directory(id).generations(this.#looks);
  }

  log(id: LogId, generation: number): StoredLog {
    return new LocalLog(this.#directory(id), generation, {
      looks: this.#looks,
      pool: this.#pool,
      budget: this.#budget,
    });
  }

  async dropBefore(id: LogId, generation: number): Promise<void> {
    await this.#directory(id).dropBefore(generation, this.#looks);
  }

  async readDocument(owner: DocumentOwner, name: string, from = 0): Promise<Uint8Array | undefined> {
    try {
      return await this.#looks.read(this.#documentPath(owner, name), from);
    } catch (error) {
      if (isUnreachable(error)) return undefined;
      throw error;
    }
  }

  async writeDocument(owner: DocumentOwner, name: string, content: Uint8Array): Promise<void> {
    const path = this.#documentPath(owner, name);
    const temporary = `${path}.${randomUUID()}.tmp`;
    await makeDirectory(dirname(path));
    try {
      await writeFile(temporary, content);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined); // The disk's error is the one to tell.
      throw error;
    }
  }

  async appendDocument(owner: DocumentOwner, name: string, content: Uint8Array): Promise<void> {
    const path = this.#documentPath(owner, name);
    await makeDirectory(dirname(path));
    await appendFile(path, content);
  }

  isRefusal(error: unknown): boolean {
    return isRefusal(error);
  }

  checkBound(): void {
    this.#budget.checkLater();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#budget.end();
    this.#pool.close();
  }

  /** Its path is a checksum, and is asked for with each look at a run. */
  #directory(id: LogId): RunDirectory {
    const directory = this.#directories.get(id) ?? new RunDirectory(this.#cacheDir, id);
    this.#directories.set(id, directory);
    return directory;
  }

  #documentPath(owner: DocumentOwner, name: string): string {
    if ('key' in owner) return join(this.#directory(owner).path, name);
    const text = JSON.stringify([owner.origin, owner.entity, owner.project]);
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
    return join(this.#cacheDir, PROJECTS_FOLDER, `${hash}.${name}`);
  }
}

/** What the logs of a cache share. */
interface LogContext {
  readonly looks: FolderLooks;
  readonly pool: FilePool;
  readonly budget: DiskBudget;
}

class LocalLog implements StoredLog {
  readonly generation: number;
  readonly isDurable = true;
  readonly #index: IndexFile;
  readonly #rows: RowFile;
  readonly #pool: FilePool;
  readonly #budget: DiskBudget;

  constructor(directory: RunDirectory, generation: number, { looks, pool, budget }: LogContext) {
    this.generation = generation;
    this.#index = new IndexFile(directory.indexOf(generation), looks);
    this.#rows = new RowFile(directory.rowsOf(generation), pool);
    this.#pool = pool;
    this.#budget = budget;
  }

  get location(): string {
    return this.#index.path;
  }

  async readGrowth(): Promise<LogGrowth> {
    return await this.#index.readGrowth();
  }

  async readCommits() {
    return await this.#index.readCommits();
  }

  async exclusively<T>(work: (writer: LogWriter) => Promise<T>): Promise<Exclusive<T>> {
    try {
      return await withRunLock(this.#index.path, () => work(this.#writer()));
    } catch (error) {
      if (error instanceof TakenOver) return { kind: 'busy' };
      throw error;
    }
  }

  async readRows(
    places: readonly BlockPlace[],
    allocate?: Allocate,
  ): Promise<readonly Uint8Array[] | undefined> {
    this.#budget.touch(this.#rows.path);
    return await this.#rows.read(places, allocate);
  }

  #writer(): LogWriter {
    return {
      repair: async (tail) => {
        if (tail === 'damaged') await this.#index.repair(`${this.#index.path}.damaged`);
        if (tail === 'torn') await this.#index.cutTail();
      },
      begin: (header) => this.#index.begin(header),
      append: async (commit, rows, rowsAt) => {
        // Rows of another writer would be overwritten.
        await this.#index.checkEnd();
        await this.#rows.write(rows, rowsAt);
        await this.#index.append(commit);
        const bytes = rows.reduce((sum, block) => sum + block.length, 0);
        if (bytes > 0) this.#budget.grew(this.#rows.path, bytes);
      },
      replaceRows: (write) => this.#replaceRows(write),
    };
  }

  async #replaceRows(write: Parameters<LogWriter['replaceRows']>[0]): Promise<boolean> {
    const path = this.#rows.path;
    const draft = new RowFile(`${path}.rebuild`, this.#pool);
    let bytes = 0;
    const append = async (rows: readonly Uint8Array[]) => {
      await draft.write(rows, bytes);
      for (const block of rows) bytes += block.length;
    };
    try {
      const isRight = await write({ append });
      if (isRight && bytes > 0) {
        await this.#index.checkEnd();
        await rename(draft.path, path);
      }
      if (isRight) this.#budget.grew(path, bytes);
      return isRight;
    } finally {
      await rm(draft.path, { force: true });
      this.#pool.forget(path);
    }
  }
}
