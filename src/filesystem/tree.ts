/** The port every file-shaped door serves: a read-only tree. @module */

import type { ByteRange } from '../core/index.ts';

/** Common to every node. `name` is one path component; `mtimeMs` Unix milliseconds. */
interface NodeBase {
  readonly name: string;
  readonly mtimeMs: number;
}

export interface DirectoryNode extends NodeBase {
  readonly kind: 'directory';
}

export interface FileNode extends NodeBase {
  readonly kind: 'file';
  /** Bytes readable now. Exact. Never shrinks for an event file. */
  readonly size: number;
  /** Bytes once served stay as they are: the file only grows. Other files are written anew as their run goes on. */
  readonly isAppendOnly: boolean;
  /** Strong validator, quoted as in HTTP: equal tags mean equal bytes. */
  readonly etag: string;
  readonly contentType: string;
}

export type LogdirNode = DirectoryNode | FileNode;

/**
 * How much a caller wants a file. `glance`: what is known now, at once (a listing). `interest`: bring it up to
 * date first, waiting about a second at most while nothing is there. `complete`: wait until everything the
 * source holds now is readable.
 */
export type Eagerness = 'glance' | 'interest' | 'complete';

export interface OpenOptions {
  readonly signal: AbortSignal;
  readonly eagerness: Eagerness;
}

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** The caller is done with a piece when it asks for the next, which may overwrite it. Saves memory and time. */
  readonly transient?: boolean;
}

/** A file frozen at the size it had when opened. Reading past the end yields nothing. */
export interface OpenFile extends AsyncDisposable {
  readonly node: FileNode;
  /** Whether more is expected: the run goes on, or was not read to its end. One that is resumed grows all the same. */
  readonly mayGrow: boolean;
  /**
   * Bytes of the range if they are at hand without waiting, all or nothing; the hot path of small reads.
   * The result may be a view of a shared cache: copy it to keep it, never write to it.
   */
  peek(range: ByteRange): Uint8Array | undefined;
  /** The bytes of the range in order, in pieces of at most a few hundred KiB; the same sharing rule as `peek`. */
  read(range: ByteRange, options: ReadOptions): AsyncIterable<Uint8Array>;
}

/**
 * Paths have no leading or trailing slash and are split at `/`; '' is the root. Each component is a directory
 * entry name exactly as listed (frontends decode their own escapes first). Failures are LogdirErrors:
 * `not-found` for whatever is not there, `invalid-argument` for `list` of a file and `open` of a directory.
 */
export interface LogdirTree {
  stat(path: string, options: OpenOptions): Promise<LogdirNode>;
  /** What `stat` at a glance says, if it can be said at once. */
  statCached(path: string): LogdirNode | undefined;
  /** Entries in ascending name order. Never starts a download. */
  list(path: string, options: { readonly signal: AbortSignal }): Promise<readonly LogdirNode[]>;
  open(path: string, options: OpenOptions): Promise<OpenFile>;
  /** The open file for a path if it is open, recently brought up to date and answerable at once. */
  openCached(path: string): OpenFile | undefined;
  /** Calls back with the path of each append-only file that has grown, until disposed. */
  watchGrowth(onGrowth: (path: string) => void): Disposable;
}
