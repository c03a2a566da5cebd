/**
 * A file that some program has open. An event file is followed as it grows: what was read once stays as it was, and
 * reading at its end looks for more. Other files stay as they were when opened. @module
 */

import { setTimeout as delay } from 'node:timers/promises';
import { type ByteRange, clampRange, type ErrorCode, rangeLength, toLogdirError } from '../../core/index.ts';
import type { FileNode, LogdirTree, OpenFile } from '../../filesystem/index.ts';
import type { Logger } from '../../observability/index.ts';
import { FuseError } from './error-number.ts';
import type { Call, ReadBytes, Soon } from './file-system.ts';
import type { Inode } from './inode-table.ts';
import { ERRNO, type Errno } from './protocol/index.ts';
import type { ReadBuffers } from './read-buffers.ts';
import { SequentialRead } from './sequential-read.ts';

const RETRY_MS = 100;
/** Shorter reads are of programs that look here and there; the kernel reads ahead in larger ones. */
const PASS_BYTES = 64 * 1024;

/**
 * Trouble with a source, none of it ours, and what a read of known bytes then fails with. EINTR, for what may be over
 * at the next try: programs ask again by themselves, where after any other TensorBoard drops a file for good.
 */
const TROUBLE: Partial<Record<ErrorCode, Errno>> = {
  unavailable: ERRNO.EINTR,
  'rate-limited': ERRNO.EINTR,
  exhausted: ERRNO.EINTR,
  'not-found': ERRNO.ESTALE,
  corrupt: ERRNO.ESTALE,
  'permission-denied': ERRNO.EACCES,
};

const SEEK_DATA = 3;
const SEEK_HOLE = 4;

export interface OpenedFileOptions {
  readonly inode: Inode;
  readonly file: OpenFile;
  readonly tree: LogdirTree;
  readonly logger: Logger;
  readonly buffers: ReadBuffers;
  /** How long bytes that are known to be there are waited for, when their rows must be fetched again. */
  readonly patienceMs: number;
}

export class OpenedFile {
  readonly inode: Inode;
  /**
   * Whether the kernel may keep its pages. Not those of a file that grows: the last page ends in zeros, and of two
   * programs that read at that moment, one sees them where the kernel has the new size for the other already. Nor those
   * of a file of no bytes, whose size is not known yet: the kernel would read nothing of it.
   */
  readonly isCached: boolean;
  readonly #options: OpenedFileOptions;
  #file: OpenFile;
  /** Where the last read ended: one that starts there is part of a pass over the file. */
  #lastEnd = -1;
  #pass: SequentialRead | undefined;

  constructor(options: OpenedFileOptions) {
    this.inode = options.inode;
    this.#options = options;
    this.#file = options.file;
    this.isCached = this.node.isAppendOnly && this.node.size > 0 && !options.file.mayGrow;
  }

  get node(): FileNode {
    return this.#file.node;
  }

  /** Whether it stays as it was when opened. */
  get isFrozen(): boolean {
    return !this.node.isAppendOnly;
  }

  read(range: ByteRange, call: Call): Soon<ReadBytes> {
    if (range.end > this.node.size && !this.isFrozen) {
      const newer = this.#options.tree.openCached(this.inode.path);
      if (newer === undefined) return this.#readNewest(range, call);
      this.#file = newer;
    }
    return this.#readKnown(clampRange(range, this.node.size), call);
  }

  /** Brings the file up to date first; when that fails, there is what there was. */
  async #readNewest(range: ByteRange, call: Call): Promise<ReadBytes> {
    const { tree } = this.#options;
    const options = { signal: call.signal, eagerness: 'interest' } as const;
    const newest = await tree.open(this.inode.path, options).catch(() => undefined);
    if (newest !== undefined && newest.node.size >= this.node.size) this.#file = newest;
    return await this.#readKnown(clampRange(range, this.node.size), call);
  }

  /** `range` lies within the file. */
  #readKnown(range: ByteRange, call: Call): Soon<ReadBytes> {
    const continues = range.start === this.#lastEnd;
    this.#lastEnd = range.end;
    if (rangeLength(range) >= PASS_BYTES && (continues || this.#pass?.continuesAt(range.start)))
      return this.#readOn(range, call);
    const bytes = this.#file.peek(range);
    return bytes === undefined ? this.#collect(range, call) : { bytes };
  }

  /** The next part of a pass over the file; whatever goes wrong with that, the bytes are read on their own. */
  async #readOn(range: ByteRange, call: Call): Promise<ReadBytes> {
    if (!this.#pass?.continuesAt(range.start) || this.#pass.file.node.size < range.end) {
      this.#pass?.close();
      this.#pass = new SequentialRead(this.#file, range.start);
    }
    const { buffers } = this.#options;
    const bytes = buffers.take(rangeLength(range));
    try {
      await this.#pass.fill(bytes);
      return { bytes, release: () => buffers.give(bytes) };
    } catch {
      return await this.#collect(range, call);
    }
  }

  /**
   * The bytes of a range, however long it takes within reason. All of them or none: the kernel fills up what is short
   * of a page with zeros, and keeps it if it was told the file's size meanwhile.
   */
  async #collect(range: ByteRange, { signal }: Call): Promise<ReadBytes> {
    const { buffers, logger, patienceMs } = this.#options;
    const bytes = buffers.take(rangeLength(range));
    const until = performance.now() + patienceMs;
    for (let filled = 0; filled < bytes.length; ) {
      try {
        const rest = { start: range.start + filled, end: range.end };
        for await (const piece of this.#file.read(rest, { signal, transient: true })) {
          bytes.set(piece, filled);
          filled += piece.length;
        }
      } catch (error) {
        const errno = TROUBLE[toLogdirError(error, 'read').code];
        if (errno === undefined) throw error;
        if (errno !== ERRNO.EINTR || performance.now() > until) {
          logger.warn({ err: error, path: this.inode.path }, 'known bytes cannot be read now');
          throw new FuseError(errno, 'known bytes cannot be read now');
        }
        await delay(RETRY_MS, undefined, { signal });
      }
    }
    return { bytes, release: () => buffers.give(bytes) };
  }

  /** The file has no holes: data to its end, and one hole there. @throws FuseError ENXIO beyond the end. */
  seek(offset: number, whence: number): number {
    const { size } = this.node;
    if (whence !== SEEK_DATA && whence !== SEEK_HOLE) throw new FuseError(ERRNO.EINVAL, `whence ${whence}`);
    if (offset < 0 || offset >= size) throw new FuseError(ERRNO.ENXIO, `offset ${offset} of ${size}`);
    return whence === SEEK_DATA ? offset : size;
  }

  close(): void {
    this.#pass?.close();
    void this.#file[Symbol.asyncDispose]();
  }
}
