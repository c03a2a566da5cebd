/**
 * The port to where history is kept: the logs of runs, and small documents beside them. Implementations pass
 * `test/contract/store-contract.ts`.
 * @module
 */

import type { EntityName, ProjectName, RunKey } from '../../core/index.ts';
import type { Commit, LogHeader } from '../log/commit.ts';
import type { BlockPlace } from '../log/ledger.ts';

/** Which log: of a run, as one origin tells it (`RunSource.origin`). Cursors mean something to their source alone. */
export interface LogId {
  readonly key: RunKey;
  readonly origin: string;
}

/** What a document belongs to: a run, or a project as one origin lists it. */
export type DocumentOwner =
  | LogId
  | { readonly entity: EntityName; readonly project: ProjectName; readonly origin: string };

export interface LogGrowth {
  /** The first line; undefined when it was read before, or is not there. */
  readonly header: LogHeader | undefined;
  readonly commits: readonly Commit[];
  /** `torn`: an unfinished line follows. `damaged`: a finished line with a wrong checksum follows. */
  readonly tail: 'clean' | 'torn' | 'damaged';
}

/** Memory for rows that are read: this many bytes, 8-byte aligned, of any content. */
export type Allocate = (bytes: number) => Uint8Array;

/**
 * What came of asking for the right to write: `busy` when another holds it, or has taken it over while this process was
 * held up. That one makes the progress then, and `readGrowth` gives it.
 */
export type Exclusive<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'busy' };

/** One generation of a run's log: an index of commits, and the rows they point to. */
export interface StoredLog {
  readonly generation: number;
  /** For people: where it lies. */
  readonly location: string;
  /** Whether what is appended outlives the process. */
  readonly isDurable: boolean;

  /** What others or an earlier life have committed since the last call. */
  readGrowth(): Promise<LogGrowth>;
  /** Every commit from the first on; leaves `readGrowth` where it is. */
  readCommits(): Promise<readonly Commit[]>;
  /**
   * Runs work as the only writer of the run, over all processes. A writer that was taken for dead meanwhile, for its lock
   * or lease had expired, writes nothing more: its next call rejects, and `exclusively` says `busy`. Rejects as `work` does
   * otherwise, or as storage does.
   */
  exclusively<T>(work: (writer: LogWriter) => Promise<T>): Promise<Exclusive<T>>;
  /**
   * The bytes of adjacent blocks in one read, views of memory that `allocate` gives; undefined when any of them is not
   * there as it was written: evicted, cut short or damaged.
   */
  readRows(places: readonly BlockPlace[], allocate?: Allocate): Promise<readonly Uint8Array[] | undefined>;
}

/** The right to write to a log, good within `exclusively`. */
export interface LogWriter {
  /** Cuts what follows the commits read: a torn line goes, a damaged rest is set aside for people. */
  repair(tail: LogGrowth['tail']): Promise<void>;
  /** Writes the header: from then on the generation has begun, whatever happens to the process. */
  begin(header: LogHeader): Promise<void>;
  /** Appends a commit: first its rows at `rowsAt`, then the line that makes them count. Rejects as storage does. */
  append(commit: Commit, rows: readonly Uint8Array[], rowsAt: number): Promise<void>;
  /** Puts rows back that were evicted: all of them are written anew, and count only if `write` says that they are right. */
  replaceRows(write: (rows: RowWriter) => Promise<boolean>): Promise<boolean>;
}

export interface RowWriter {
  append(rows: readonly Uint8Array[]): Promise<void>;
}

export interface StoredGeneration {
  readonly generation: number;
  /** Whether it lies where this version of the program keeps one; its content may be of another version all the same. */
  readonly isOurs: boolean;
}

export interface RunStore extends AsyncDisposable {
  /** Generations that have begun, ascending. */
  generations(id: LogId): Promise<readonly StoredGeneration[]>;
  /** One of them, or one to begin. Costs nothing until it is read. */
  log(id: LogId, generation: number): StoredLog;
  /** Removes generations before this one. */
  dropBefore(id: LogId, generation: number): Promise<void>;

  /** A document as it was written last, from a byte on; undefined when there is none, or it cannot be read. */
  readDocument(owner: DocumentOwner, name: string, from?: number): Promise<Uint8Array | undefined>;
  /** Keeps a document, whole or not at all. Rejects as storage does. */
  writeDocument(owner: DocumentOwner, name: string, content: Uint8Array): Promise<void>;
  /** Adds to the end of a document. A killed process may leave a part of it. */
  appendDocument(owner: DocumentOwner, name: string, content: Uint8Array): Promise<void>;

  /** Whether an error of writing means that this storage takes no more, so that the next one should be used. */
  isRefusal(error: unknown): boolean;
  /** Evicts rows in the background if the store has passed its bound. */
  checkBound(): void;
}
