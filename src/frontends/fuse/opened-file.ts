/**
 * A file that some program has open. An event file is followed as it grows: what was read once stays as it was, and
 * reading at its end looks for more. Other files stay as they were when opened. @module
 */

import { setTimeout as delay } from 'node:timers/promises';
import { type ByteRange, clampRange, type ErrorCode, LogdirError, rangeLength } from '../../core/index.ts';
import type { FileNode, LogdirTree, OpenFile } from '../../filesystem/index.ts';
import type { Logger } from '../../observability/index.ts';
import { FuseError } from './error-number.ts';
import type { Call, ReadBytes, Soon } from './file-system.ts';
import type { Inode } from './inode-table.ts';
import { ERRNO } from './protocol/index.ts';
import type { ReadBuffers } from './read-buffers.ts';
import { SequentialRead } from './sequential-read.ts';

/**
 * How long bytes that are known to be there are waited for, when their rows must be fetched again: a long run takes
 * seconds. Half of what the session allows a request.
 */
const READ_PATIENCE_MS = 15_000;
const RETRY_MS = 100;
/** Shorter reads are of programs that look here and there; the kernel reads ahead in larger ones. */
const PASS_BYTES = 64 * 1024;

/** Trouble with a source, which may be over at the next try, and trouble that will not be. Neither is ours. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['unavailable', 'rate-limited', 'exhausted']);
const LASTING: ReadonlySet<ErrorCode> = new Set(['not-found', 'permission-denied', 'corrupt']);

const SEEK_DATA = 3;
const SEEK_HOLE = 4;

export interface OpenedFileOptions {
  readonly inode: Inode;
  readonly file: OpenFile;
  readonly tree: LogdirTree;
  readonly logger: Logger;
  readonly buffers: ReadBuffers;
  /** Told when less was read than the kernel may count on. */
  readonly onShortRead: () => void;
}

export class OpenedFile {
  readonly inode: Inode;
  readonly #options: OpenedFileOptions;
  #file: OpenFile;
  /** Where the last read ended: one that starts there is part of a pass over the file. */
  #lastEnd = -1;
  #pass: SequentialRead | undefined;

  constructor(options: OpenedFileOptions) {
    this.inode = options.inode;
    this.#options = options;
    this.#file = options.file;
  }

  get node(): FileNode {
    return this.#file.node;
  }

  /** Whether it stays as it was when opened. */
  get isFrozen(): boolean {
    return !this.node.isAppendOnly;
  }

  /**
   * Whether the kernel may keep its pages: they never change. An event file of no bytes is one whose size is not
   * known yet; the kernel would read nothing of it.
   */
  get isCacheable(): boolean {
    return this.node.isAppendOnly && this.node.size > 0;
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
   * The bytes of a range, however long it takes within reason. Trouble with the source ends the read early, as if
   * the file ended there: a reader that polls comes back, while after EIO TensorBoard would drop the file for good.
   */
  async #collect(range: ByteRange, { signal }: Call): Promise<ReadBytes> {
    const { buffers } = this.#options;
    const bytes = buffers.take(rangeLength(range));
    const release = () => buffers.give(bytes);
    const until = performance.now() + READ_PATIENCE_MS;
    for (let filled = 0; filled < bytes.length; ) {
      try {
        const rest = { start: range.start + filled, end: range.end };
        for await (const piece of this.#file.read(rest, { signal, transient: true })) {
          bytes.set(piece, filled);
          filled += piece.length;
        }
      } catch (error) {
        const mayPass = isLogdirError(error, PASSING);
        if (!mayPass && !isLogdirError(error, LASTING)) throw error;
        if (!mayPass || performance.now() > until) {
          this.#endEarly(error);
          return { bytes: bytes.subarray(0, filled), release };
        }
        await delay(RETRY_MS, undefined, { signal });
      }
    }
    return { bytes, release };
  }

  #endEarly(error: unknown): void {
    this.#options.logger.warn(
      { err: error, path: this.inode.path },
      'a read ended early; it may be repeated',
    );
    // The kernel takes a short read for the end of the file; told that it was wrong, it asks for the size again.
    setImmediate(this.#options.onShortRead);
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

function isLogdirError(error: unknown, codes: ReadonlySet<ErrorCode>): boolean {
  return error instanceof LogdirError && codes.has(error.code);
}
