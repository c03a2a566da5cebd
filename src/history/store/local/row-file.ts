/** The rows of a run on disk: blocks end to end, read in groups and verified. @module */

import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { makeDirectory } from '../../../core/index.ts';
import type { BlockPlace } from '../../log/ledger.ts';
import type { Allocate } from '../run-store.ts';
import { isUnreachable } from './cache-errors.ts';
import type { FilePool } from './file-pool.ts';
import { writeFully } from './index-file.ts';

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
    await makeDirectory(dirname(this.path));
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
  async read(
    places: readonly BlockPlace[],
    allocate: Allocate = fresh,
  ): Promise<readonly Uint8Array[] | undefined> {
    const first = places[0];
    const last = places.at(-1);
    if (first === undefined || last === undefined) return [];
    const bytes = allocate(last.rowsAt + last.bytes - first.rowsAt);
    try {
      const { filled, opening } = await this.#pool.read(this.path, bytes, first.rowsAt);
      if (filled < bytes.length) return undefined;
      if (opening !== this.#opening) this.#verified.clear();
      this.#opening = opening;
    } catch (error) {
      if (isUnreachable(error)) return undefined;
      throw error;
    }
    const parts = places.map((place) => bytes.subarray(place.rowsAt - first.rowsAt).subarray(0, place.bytes));
    const intact = parts.every((part, i) => this.#isIntact(part, places[i]!));
    return intact ? parts : undefined;
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
