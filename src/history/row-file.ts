/** The rows of a run on disk: blocks end to end, read in groups, verified, and kept in memory when the disk can't. @module */

import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { isUnreachable } from './cache-errors.ts';
import type { FilePool } from './file-pool.ts';
import { writeFully } from './index-file.ts';
import type { BlockPlace } from './ledger.ts';
import { decodeBlock, type RowBlock } from './row-block.ts';

/** Memory for rows that are read: this many bytes, 8-byte aligned, of any content. The blocks are views of it. */
export type Allocate = (bytes: number) => Uint8Array;

const fresh: Allocate = (bytes) => Buffer.allocUnsafeSlow(bytes);

export class RowFile {
  readonly path: string;
  readonly #pool: FilePool;
  /** Offsets of blocks whose checksum was right in this opening: an open file is only ever appended to. */
  readonly #verified = new Set<number>();
  #opening = 0;

  constructor(path: string, pool: FilePool) {
    this.path = path;
    this.#pool = pool;
  }

  /** Writes blocks end to end at `position`. Needs the lock. After an eviction the file starts with a hole. */
  async write(blocks: readonly Uint8Array[], position: number): Promise<void> {
    if (blocks.length === 0) return;
    await mkdir(dirname(this.path), { recursive: true });
    const handle = await open(this.path, 'a').then(async (created) => {
      await created.close();
      return open(this.path, 'r+'); // 'a' would ignore the position; 'r+' alone would not create the file.
    });
    try {
      await writeFully(handle, Buffer.concat(blocks), position);
    } finally {
      await handle.close();
    }
  }

  /**
   * Adjacent blocks in one read; undefined when any of them is not there as it was written: evicted, cut short
   * or damaged.
   */
  async read(places: readonly BlockPlace[], allocate: Allocate = fresh): Promise<RowBlock[] | undefined> {
    const first = places[0];
    const last = places.at(-1);
    if (first === undefined || last === undefined) return [];
    const bytes = allocate(last.rowsAt + last.rowsBytes - first.rowsAt);
    try {
      const { filled, opening } = await this.#pool.read(this.path, bytes, first.rowsAt);
      if (filled < bytes.length) return undefined;
      if (opening !== this.#opening) this.#verified.clear();
      this.#opening = opening;
    } catch (error) {
      if (isUnreachable(error)) return undefined;
      throw error;
    }
    const parts = places.map((place) =>
      bytes.subarray(place.rowsAt - first.rowsAt).subarray(0, place.rowsBytes),
    );
    const intact = parts.every((part, i) => this.#isIntact(part, places[i]!));
    return intact ? parts.map(decodeBlock) : undefined;
  }

  #isIntact(bytes: Uint8Array, place: BlockPlace): boolean {
    if (this.#verified.has(place.rowsAt)) return true;
    if (crc32(bytes) !== place.checksum) return false;
    this.#verified.add(place.rowsAt);
    return true;
  }

  /** The file was replaced or removed: open it anew. */
  forget(): void {
    this.#pool.forget(this.path);
  }
}
