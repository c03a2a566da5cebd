/** What a session asks of the filesystem behind it: nodes by inode number, open files by handle. @module */

import type { MaybePromise } from '../../core/index.ts';
import type { Call } from './call.ts';
import type { DirectoryItem, Entry, Forget, TimedAttributes } from './protocol/index.ts';

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

/** One name of a directory. `entry` makes it known to the kernel, as a lookup would; null for `.` and `..`. */
export interface DirectoryEntry {
  readonly item: DirectoryItem;
  readonly entry: () => Entry | null;
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
  /** Entries from the one numbered `offset` on; offset 0 looks again. */
  readDirectory(handle: number, offset: number, call: Call): MaybePromise<readonly DirectoryEntry[]>;
  releaseDirectory(handle: number): void;
}
