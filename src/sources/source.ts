/** The port through which run history comes in: what a source of W&B runs must answer. @module */

import type { RunKey, RunRecord, RunState } from '../core/index.ts';

declare const CURSOR: unique symbol;

/**
 * How far a run has been read, in words only its source understands. Opaque to everybody else, who may store
 * it, compare it for equality and hand it back. Everything up to a cursor is immutable: reading again from the
 * start passes through the same records and, at record boundaries, can be stopped at the same cursors.
 */
export type Cursor = string & { readonly [CURSOR]: 'Cursor' };

/** A run as its source knows it without reading its history. */
export interface RunListing {
  readonly key: RunKey;
  /** Name a person gave or W&B made up; null while unknown, as for most offline runs. */
  readonly displayName: string | null;
  readonly group: string | null;
  readonly jobType: string | null;
  /** Unix seconds with fraction; null until the log says so. */
  readonly startTime: number | null;
  /** When the source last saw this run grow: Unix milliseconds. */
  readonly modifiedAtMs: number;
  /** Where it lies, for people: paths or URLs, oldest part first. */
  readonly locations: readonly string[];
}

/** Kinds of record that are counted, not decoded: nothing of them becomes a TensorBoard value yet. */
export type UnreadKind = 'console' | 'file' | 'artifact' | 'alert' | 'tensorboard' | 'other';

/** A stretch of a run, in the order it was logged. */
export interface RecordBatch {
  /** Resume here after this batch. Always a record boundary. */
  readonly cursor: Cursor;
  readonly records: readonly RunRecord[];
  readonly unread: Readonly<Partial<Record<UnreadKind, number>>>;
  /** Bytes of the source that were damaged and skipped within this stretch. */
  readonly skippedBytes: number;
}

/** Told to whoever watches a source. `listing`: runs came, went or were renamed. `growth`: this run has more. */
export type SourceChange = { readonly kind: 'listing' } | { readonly kind: 'growth'; readonly key: RunKey };

/**
 * Where run history comes from. Implementations pass `test/contract/source-contract.ts`. Failures are
 * LogdirErrors: `not-found` for a run that is gone, `unavailable` for trouble that may pass.
 */
export interface RunSource {
  /** For people: `./wandb`, `team/project`. */
  readonly name: string;

  /** Every run there is now. Looks again each time; costs no history. */
  listRuns(options: { readonly signal: AbortSignal }): Promise<readonly RunListing[]>;

  /** The state of a run, given its exit code if one has been read. Cheap: no history is read. */
  state(key: RunKey, exitCode: number | null, options: { readonly signal: AbortSignal }): Promise<RunState>;

  /** Whether `read` after this cursor would yield anything. Cheap enough to ask on every poll. */
  hasNews(key: RunKey, after: Cursor | null, options: { readonly signal: AbortSignal }): Promise<boolean>;

  /**
   * Records after a cursor (null: from the start), ending at what is there now; a torn record at the end is
   * not an error, it is waited for. Batches are bounded in memory and yield to the event loop between them.
   * With `stopAt`, a batch ends exactly at that cursor and reading stops there.
   */
  read(
    key: RunKey,
    options: { readonly after: Cursor | null; readonly stopAt?: Cursor; readonly signal: AbortSignal },
  ): AsyncIterable<RecordBatch>;

  /** Calls back on change until disposed. May miss changes (no events on NFS): callers also ask by themselves. */
  watch(onChange: (change: SourceChange) => void): AsyncDisposable;
}
