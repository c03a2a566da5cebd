/** What a session asks of the filesystem behind it: nodes by inode number, open files by handle. @module */

import type { MaybePromise } from '../../core/index.ts';
import type { Call } from './call.ts';
import type { Entry, Forget, TimedAttributes } from './protocol/index.ts';

/** Bytes that were read. `release`: they have been sent, their memory may be used again. */
export interface ReadBytes {
  readonly bytes: Uint8Array;
  readonly release?: () => void;
}

export interface Opened {
  readonly handle: number;
  /** A sum of `OPEN_FLAG`. */
  readonly flags: number;
}

/** Which entries of a directory are asked for, and in which form. */
export interface DirectoryRange {
  /** Number of the first. 0 looks again. */
  readonly offset: number;
  /** Most bytes of the answer. */
  readonly size: number;
  /** READDIRPLUS: each entry comes with its attributes, and counts as looked up, but for `.` and `..`. */
  readonly isPlus: boolean;
}

/** Failures are LogdirErrors, or a FuseError where the kernel expects a certain number. */
export interface FuseFileSystem {
  lookup(parent: number, name: string, call: Call): MaybePromise<Entry>;
  /** The kernel drops what it was told by that many lookups. */
  forget(forgets: readonly Forget[]): void;
  /** `handle`: an open file the question is about, or null. */
  attributes(nodeId: number, handle: number | null, call: Call): MaybePromise<TimedAttributes>;
  open(nodeId: number, call: Call): MaybePromise<Opened>;
  /** At most `size` bytes from `offset`; fewer only at the end of what there is. */
  read(handle: number, offset: number, size: number, call: Call): MaybePromise<ReadBytes>;
  /** Where data begins (`SEEK_DATA` = 3) or ends (`SEEK_HOLE` = 4) from an offset on. */
  seek(handle: number, offset: number, whence: number): number;
  release(handle: number): void;
  openDirectory(nodeId: number, call: Call): MaybePromise<Opened>;
  /** As many entries as fit, as the kernel takes them; it comes back for the rest. None: there are no more. */
  readDirectory(handle: number, range: DirectoryRange, call: Call): MaybePromise<ReadBytes>;
  releaseDirectory(handle: number): void;
}
