/**
 * A file that the kernel has open: what its pages may be used for, and reads in the form the kernel expects. How an
 * event file is followed as it grows is the tree's own business. @module
 */

import {
  type ByteRange,
  type ErrorCode,
  type MaybePromise,
  mapAnswer,
  rangeLength,
  toLogdirError,
} from '../../core/index.ts';
import type { Logger } from '../../observability/index.ts';
import type { FollowedFile } from '../../tree/index.ts';
import { type Call, CallOptions } from './call.ts';
import { FuseError } from './error-number.ts';
import type { ReadBytes } from './file-system.ts';
import type { Inode } from './inode-table.ts';
import { ERRNO, type Errno } from './protocol/index.ts';
import type { ReadBuffers } from './read-buffers.ts';
import { SequentialRead } from './sequential-read.ts';

/** Shorter reads are of programs that look here and there; the kernel reads ahead in larger ones. */
const PASS_BYTES = 64 * 1024;

/**
 * What a read of known bytes fails with when trouble lasts. EINTR, for what may be over at the next try: programs ask
 * again by themselves, where after any other TensorBoard drops a file for good.
 */
const READ_FAILURE: Partial<Record<ErrorCode, Errno>> = {
  unavailable: ERRNO.EINTR,
  'rate-limited': ERRNO.EINTR,
  exhausted: ERRNO.EINTR,
  'not-found': ERRNO.ESTALE,
  corrupt: ERRNO.ESTALE,
  'permission-denied': ERRNO.EACCES,
};

const SEEK_DATA = 3;
const SEEK_HOLE = 4;

export interface KernelFileOptions {
  readonly inode: Inode;
  readonly file: FollowedFile;
  readonly logger: Logger;
  readonly buffers: ReadBuffers;
}

export class KernelFile {
  readonly inode: Inode;
  readonly file: FollowedFile;
  /**
   * Whether the kernel may keep its pages. Not those of a file that grows: the last page ends in zeros, and of two
   * programs that read at that moment, one sees them where the kernel has the new size for the other already. Nor those
   * of a file of no bytes, whose size is not known yet: the kernel would read nothing of it.
   */
  readonly isCached: boolean;
  readonly #logger: Logger;
  readonly #buffers: ReadBuffers;
  /** Where the last read ended: one that starts there is part of a pass over the file. */
  #lastEnd = -1;
  #pass: SequentialRead | undefined;

  constructor({ inode, file, logger, buffers }: KernelFileOptions) {
    this.inode = inode;
    this.file = file;
    this.#logger = logger;
    this.#buffers = buffers;
    this.isCached = file.node.isAppendOnly && file.node.size > 0 && !file.current.mayGrow;
  }

  read(range: ByteRange, call: Call): MaybePromise<ReadBytes> {
    const reached = this.file.reach(range, new CallOptions(call, 'refresh'));
    return mapAnswer(reached, (known) => this.#readKnown(known, call));
  }

  /** `range` lies within the file. */
  #readKnown(range: ByteRange, call: Call): MaybePromise<ReadBytes> {
    const continues = range.start === this.#lastEnd;
    this.#lastEnd = range.end;
    if (rangeLength(range) >= PASS_BYTES && (continues || this.#pass?.continuesAt(range.start)))
      return this.#readOn(range, call);
    const bytes = this.file.current.read(range, call);
    return bytes instanceof Uint8Array ? { bytes } : this.#collect(range, call);
  }

  /** The next part of a pass over the file; whatever goes wrong with that, the bytes are read on their own. */
  async #readOn(range: ByteRange, call: Call): Promise<ReadBytes> {
    if (!this.#pass?.continuesAt(range.start) || this.#pass.file.node.size < range.end) {
      this.#pass?.close();
      this.#pass = new SequentialRead(this.file.current, range.start, this.#buffers);
    }
    const pass = this.#pass;
    try {
      const bytes = await pass.read(rangeLength(range));
      const release = () => {
        this.#buffers.give(bytes);
        pass.readAhead(bytes.length);
      };
      return { bytes, release };
    } catch {
      return await this.#collect(range, call);
    }
  }

  /**
   * The bytes of a range, however long it takes within reason. All of them or none: the kernel fills up what is short
   * of a page with zeros, and keeps it if it was told the file's size meanwhile.
   */
  async #collect(range: ByteRange, call: Call): Promise<ReadBytes> {
    const bytes = this.#buffers.take(rangeLength(range));
    try {
      await this.file.fill(bytes, range, call);
      return { bytes, release: () => this.#buffers.give(bytes) };
    } catch (error) {
      const errno = READ_FAILURE[toLogdirError(error, 'read').code];
      if (errno === undefined) throw error;
      this.#logger.warn({ err: error, path: this.inode.path }, 'known bytes cannot be read now');
      throw new FuseError(errno, 'known bytes cannot be read now');
    }
  }

  /** The file has no holes: data to its end, and one hole there. @throws FuseError ENXIO beyond the end. */
  seek(offset: number, whence: number): number {
    const { size } = this.file.node;
    if (whence !== SEEK_DATA && whence !== SEEK_HOLE) throw new FuseError(ERRNO.EINVAL, `whence ${whence}`);
    if (offset < 0 || offset >= size) throw new FuseError(ERRNO.ENXIO, `offset ${offset} of ${size}`);
    return whence === SEEK_DATA ? offset : size;
  }

  close(): void {
    this.#pass?.close();
    void this.file[Symbol.asyncDispose]();
  }
}
