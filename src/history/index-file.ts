/** A run's index on disk: reads what is committed, appends commits, repairs a torn tail. @module */

import { copyFile, type FileHandle, mkdir, open, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isUnreachable } from './cache-errors.ts';
import { type Commit, decodeLine, encodeLine, type IndexHeader } from './commit.ts';

/** Lines decoded between two turns of the event loop: a commit line is a few KiB, so about 1 ms. */
const LINES_PER_TURN = 64;

export interface IndexGrowth {
  readonly header: IndexHeader | undefined;
  readonly commits: readonly Commit[];
  /** `torn`: an unfinished line follows. `damaged`: a finished line with a wrong checksum follows. */
  readonly tail: 'clean' | 'torn' | 'damaged';
}

export class IndexFile {
  readonly path: string;
  /** Bytes of whole, valid lines read or written so far. */
  #bytes = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Reads what others or an earlier life have committed since the last call. A missing file has nothing. */
  async readGrowth(): Promise<IndexGrowth> {
    const text = await this.#readFrom(this.#bytes);
    let header: IndexHeader | undefined;
    const commits: Commit[] = [];
    let at = 0;
    for (let lines = 1; ; lines++) {
      const end = text.indexOf(0x0a, at);
      if (end < 0) return { header, commits, tail: at < text.length ? 'torn' : 'clean' };
      const value = decodeLine(text.toString('utf8', at, end));
      if (value === undefined) return { header, commits, tail: 'damaged' };
      if (this.#bytes === 0) header = value as IndexHeader;
      else commits.push(value as Commit);
      this.#bytes += end + 1 - at;
      at = end + 1;
      if (lines % LINES_PER_TURN === 0) await nextTurn();
    }
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

  /** Appends a line. Needs the lock. On failure nothing of it remains readable. */
  async append(value: IndexHeader | Commit): Promise<void> {
    const line = Buffer.from(encodeLine(value), 'utf8');
    await mkdir(dirname(this.path), { recursive: true });
    const handle = await open(this.path, this.#bytes === 0 ? 'a' : 'r+');
    try {
      await writeFully(handle, line, this.#bytes);
      this.#bytes += line.length;
    } catch (error) {
      // A part of the line may lie there; without its newline it is not committed, and cutting is only tidy.
      await handle.truncate(this.#bytes).catch(() => undefined);
      throw error;
    } finally {
      await handle.close();
    }
  }

  async #readFrom(position: number): Promise<Buffer> {
    let handle: FileHandle;
    try {
      handle = await open(this.path, 'r');
    } catch (error) {
      if (isUnreachable(error)) return Buffer.alloc(0);
      throw error;
    }
    try {
      const { size } = await handle.stat();
      const text = Buffer.allocUnsafe(Math.max(0, size - position));
      const { bytesRead } = await handle.read(text, 0, text.length, position);
      return text.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
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
