/** The port every file-shaped door serves: a read-only tree. @module */

import type { ByteRange, MaybePromise } from '../core/index.ts';

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
 * How current an answer must be. `cached`: what is known now; nothing is asked of a source that was ever asked.
 * `refresh`: brought up to date first, waiting about a second at most while nothing is there. `complete`: everything
 * the source holds now is readable.
 */
export type Freshness = 'cached' | 'refresh' | 'complete';

export interface TreeOptions {
  readonly signal: AbortSignal;
  readonly freshness: Freshness;
}

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** The caller is done with a piece when it asks for the next, which may overwrite it. Saves memory and time. */
  readonly transient?: boolean;
  /** The caller has a use for `PiecesAtHand`: bytes at hand need not be put together for it. */
  readonly inPieces?: boolean;
}

/** A file frozen at the size it had when opened. Reading past the end yields nothing. */
export interface OpenFile extends AsyncDisposable {
  readonly node: FileNode;
  /** Whether more is expected: the run goes on, or was not read to its end. One that is resumed grows all the same. */
  readonly mayGrow: boolean;
  /**
   * The bytes of a range: all of them where they are at hand without waiting and at most about 1 MiB, otherwise in
   * order, in pieces of at most a few hundred KiB. Either may be a view of a shared cache: copy it to keep it, never
   * write to it. Nothing is read of pieces nobody asks for.
   */
  read(range: ByteRange, options: ReadOptions): Uint8Array | AsyncIterable<Uint8Array>;
}

/**
 * Paths have no leading or trailing slash and are split at `/`; '' is the root. Each component is a directory
 * entry name exactly as listed (frontends decode their own escapes first). What is at hand is answered at once, the
 * signal unread. No method throws; failures are rejections with a LogdirError: `not-found` for whatever is not
 * there, `invalid-argument` for `list` of a file and `open` of a directory.
 */
export interface LogdirTree {
  stat(path: string, options: TreeOptions): MaybePromise<LogdirNode>;
  /** Entries in ascending name order. Never starts a download. */
  list(path: string, options: { readonly signal: AbortSignal }): Promise<readonly LogdirNode[]>;
  open(path: string, options: TreeOptions): MaybePromise<OpenFile>;
  /** Calls back with the path of each append-only file that has grown, until disposed. */
  watchGrowth(onGrowth: (path: string) => void): Disposable;
}

/** What `OpenFile.read` gave, piece by piece in either case. */
export async function* piecesOf(bytes: Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (!(bytes instanceof Uint8Array)) yield* bytes;
  else if (bytes.length > 0) yield bytes;
}
