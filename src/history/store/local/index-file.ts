/** A run's index on disk: reads what is committed, appends commits, repairs a torn tail. @module */

import { copyFile, type FileHandle, open, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FolderLooks, makeDirectory, TurnBudget } from '../../../core/index.ts';
import {
  type Commit,
  decodeCommit,
  decodeLine,
  encodeCommit,
  encodeLine,
  type LogHeader,
} from '../../log/commit.ts';
import type { LogGrowth } from '../run-store.ts';
import { isUnreachable } from './cache-errors.ts';

/**
 * Another process has written to the index since this one took the lock: it was held up for longer than a lock lasts, and
 * has lost it.
 */
export class TakenOver extends Error {}

const NO_GROWTH: LogGrowth = { header: undefined, commits: [], tail: 'clean' };

export class IndexFile {
  readonly path: string;
  readonly #looks: FolderLooks;
  /** Bytes of whole, valid lines read or written so far. */
  #bytes = 0;

  constructor(path: string, looks = new FolderLooks(dirname(path))) {
    this.path = path;
    this.#looks = looks;
  }

  /** What others or an earlier life have committed since the last call. A missing file has nothing. */
  async readGrowth(): Promise<LogGrowth> {
    // Nearly every look finds nothing, and opening a file takes four times as long as asking for its size.
    if (this.#bytes > 0 && (await this.#size()) <= this.#bytes) return NO_GROWTH;
    const { bytes, ...growth } = await linesOf(await this.#readFrom(this.#bytes), this.#bytes === 0);
    this.#bytes += bytes;
    return growth;
  }

  /** Every commit that `readGrowth` has given so far, again. */
  async readCommits(): Promise<readonly Commit[]> {
    const text = await this.#readFrom(0);
    return (await linesOf(text.subarray(0, this.#bytes), true)).commits;
  }

  /** Cuts everything after the valid lines; what was there stays beside it under another name. Needs the lock. */
  async repair(asidePath: string): Promise<void> {
    await copyFile(this.path, asidePath);
    await truncate(this.path, this.#bytes);
  }

  /** Cuts an unfinished line. Needs the lock. */
  async cutTail(): Promise<void> {
    await truncate(this.path, this.#bytes);
  }

  async begin(header: LogHeader): Promise<void> {
    await this.#append(encodeLine(header));
  }

  async append(commit: Commit): Promise<void> {
    await this.#append(encodeCommit(commit));
  }

  /** @throws TakenOver when the index ends elsewhere than at the last line read or written here. Needs the lock. */
  async checkEnd(): Promise<void> {
    this.#checkSize(await this.#size());
  }

  /** 0 for a missing file. */
  async #size(): Promise<number> {
    try {
      return (await this.#looks.stat(this.path)).size;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      return 0;
    }
  }

  #checkSize(size: number): void {
    if (size !== this.#bytes) throw new TakenOver(`${this.path}: another process has written to it`);
  }

  /** Appends a line. Needs the lock. On failure nothing of it remains readable. @throws TakenOver */
  async #append(text: string): Promise<void> {
    const line = Buffer.from(text, 'utf8');
    await makeDirectory(dirname(this.path));
    const handle = await open(this.path, this.#bytes === 0 ? 'a' : 'r+');
    try {
      this.#checkSize((await handle.stat()).size);
      await writeFully(handle, line, this.#bytes);
      this.#bytes += line.length;
    } catch (error) {
      if (error instanceof TakenOver) throw error;
      // A part of the line may lie there; without its newline it is not committed, and cutting is only tidy.
      await handle.truncate(this.#bytes).catch(() => undefined);
      throw error;
    } finally {
      await handle.close();
    }
  }

  async #readFrom(position: number): Promise<Buffer> {
    try {
      return await this.#looks.read(this.path, position);
    } catch (error) {
      if (isUnreachable(error)) return Buffer.alloc(0);
      throw error;
    }
  }
}

/** The whole lines at the start of `text`, up to one that is damaged. */
async function linesOf(text: Buffer, hasHeader: boolean): Promise<LogGrowth & { readonly bytes: number }> {
  let header: LogHeader | undefined;
  const commits: Commit[] = [];
  const budget = new TurnBudget();
  for (let at = 0; ; ) {
    const end = text.indexOf(0x0a, at);
    if (end < 0) return { header, commits, tail: at < text.length ? 'torn' : 'clean', bytes: at };
    const value = decodeLine(text.toString('utf8', at, end));
    if (value === undefined) return { header, commits, tail: 'damaged', bytes: at };
    if (hasHeader && at === 0) header = value as LogHeader;
    else commits.push(decodeCommit(value));
    at = end + 1;
    await budget.next();
  }
}

/** Writes all of `bytes` at `position`; a short write is an error of the disk, told by the next write. */
export async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
