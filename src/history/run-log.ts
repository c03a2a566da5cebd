/**
 * The cached history of one run: an index folded into a ledger, and the rows it points to.
 *
 * Readers may read at any time and see whole commits only. Whoever writes holds the run's lock. When the cache
 * disk takes no more, commits are kept in memory instead: what is served goes on growing, and after a restart
 * the same bytes are read from the source again.
 * @module
 */

import type { RunKey } from '../core/index.ts';
import type { Commit } from './commit.ts';
import type { FilePool } from './file-pool.ts';
import { IndexFile, type IndexGrowth } from './index-file.ts';
import type { PreparedCommit } from './ingest.ts';
import { type BlockPlace, RunLedger } from './ledger.ts';
import { decodeBlock, type RowBlock } from './row-block.ts';
import { type Allocate, RowFile } from './row-file.ts';
import type { GenerationPaths, RunDirectory } from './run-directory.ts';

/** Layout of index and row files; see commit.ts and row-block.ts. */
const FORMAT = 2;

export interface RunLogOptions {
  readonly key: RunKey;
  /** See `RunSource.origin`. */
  readonly origin: string;
  readonly directory: RunDirectory;
  readonly pool: FilePool;
  /** Version of the synthesis that sizes are measured by. */
  readonly synthesisVersion: string;
}

/** What opening found: `foreign` was written by another version, `damaged` has lost a part of its index. */
export type RunLogCondition = 'sound' | 'foreign' | 'damaged';

export class RunLog {
  readonly key: RunKey;
  readonly origin: string;
  readonly generation: number;
  readonly paths: GenerationPaths;
  readonly ledger = new RunLedger();
  readonly #index: IndexFile;
  readonly #rows: RowFile;
  readonly #options: RunLogOptions;
  /** Encoded blocks the disk did not take, by block index. */
  readonly #inMemory = new Map<number, Uint8Array>();
  #onDisk = true;
  #hasHeader = false;
  #tail: IndexGrowth['tail'] = 'clean';

  private constructor(options: RunLogOptions, paths: GenerationPaths) {
    this.key = options.key;
    this.origin = options.origin;
    this.generation = paths.generation;
    this.paths = paths;
    this.#options = options;
    this.#index = new IndexFile(paths.index);
    this.#rows = new RowFile(paths.rows, options.pool);
  }

  /** Opens a generation of a run, or the newest there is, reading its index whole. */
  static async open(
    options: RunLogOptions,
    generation?: number,
  ): Promise<{ readonly log: RunLog; readonly condition: RunLogCondition }> {
    const chosen = generation ?? (await options.directory.newest());
    const log = new RunLog(options, options.directory.generation(chosen));
    const isOurs = await log.follow();
    return { log, condition: !isOurs ? 'foreign' : log.#tail === 'damaged' ? 'damaged' : 'sound' };
  }

  /** Whether commits still reach the disk. */
  get isOnDisk(): boolean {
    return this.#onDisk;
  }

  /** Takes in what another process has committed since; false when the index is not of our version. */
  async follow(): Promise<boolean> {
    if (!this.#onDisk) return true;
    const growth = await this.#index.readGrowth();
    this.#tail = growth.tail;
    if (growth.header !== undefined) {
      const { format, synthesis } = growth.header;
      if (format !== FORMAT || synthesis !== this.#options.synthesisVersion) return false;
      this.#hasHeader = true;
    }
    for (const commit of growth.commits) this.ledger.apply(commit);
    return true;
  }

  /** Brings index and ledger to the same end, whoever wrote last and however that ended. Needs the lock. */
  async prepareToWrite(): Promise<void> {
    await this.follow();
    if (!this.#onDisk) return;
    if (this.#tail === 'damaged') await this.#index.repair(this.paths.damaged);
    if (this.#tail === 'torn') await this.#index.cutTail();
    this.#tail = 'clean';
    if (this.#hasHeader) return;
    const { entity, project, runId } = this.key;
    await this.#index.append({
      format: FORMAT,
      synthesis: this.#options.synthesisVersion,
      run: [entity, project, runId],
    });
    this.#hasHeader = true;
  }

  /**
   * Makes a commit: rows first, then the index line that makes them count. Needs the lock. Rejects with the
   * disk's error, the ledger unchanged; the caller may then go on in memory.
   */
  async commit({ commit, blocks }: PreparedCommit): Promise<void> {
    if (this.#onDisk) {
      await this.#rows.write(blocks, this.ledger.rowsBytes);
      await this.#index.append(commit);
      this.ledger.apply(commit);
    } else {
      this.#commitInMemory(commit, blocks);
    }
  }

  /** From now on commits stay in memory. */
  leaveDisk(): void {
    this.#onDisk = false;
  }

  #commitInMemory(commit: Commit, blocks: readonly Uint8Array[]): void {
    const first = this.ledger.blockCount;
    blocks.forEach((block, i) => {
      this.#inMemory.set(first + i, block);
    });
    this.ledger.apply(commit);
  }

  /**
   * Adjacent blocks `[first, first + count)`; undefined when their rows are not there as written and must be
   * rebuilt from the source.
   */
  async readBlocks(
    first: number,
    count: number,
    allocate?: Allocate,
  ): Promise<readonly RowBlock[] | undefined> {
    const blocks: RowBlock[] = [];
    const places: BlockPlace[] = [];
    for (let i = first; i < first + count; i++) {
      const kept = this.#inMemory.get(i);
      if (kept === undefined) places.push(this.ledger.block(i));
      else blocks.push(decodeBlock(kept));
    }
    // Blocks in memory always follow those on disk.
    const stored = await this.#rows.read(places, allocate);
    return stored === undefined ? undefined : [...stored, ...blocks];
  }

  /** The row file was replaced or removed. */
  forgetRows(): void {
    this.#rows.forget();
  }
}
