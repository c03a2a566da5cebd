/** The port through which run history comes in: what a source of W&B runs must answer. @module */

import type { EntityName, ProjectName, RunKey, RunRecord, RunState } from '../core/index.ts';
import type { RunFinder } from './run-finder.ts';
import type { RunPreviewer } from './run-preview.ts';
import type { OpenedSavedFile, SavedFile } from './saved-files.ts';

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
  /** Absent: only reading the run tells. */
  readonly tags?: readonly string[];
  /** Id of its sweep, '' where it has none. Absent: likewise. */
  readonly sweepId?: string;
  /** Of the account that it was logged with. Absent: likewise. */
  readonly username?: string;
  /** Unix seconds with fraction; null until the log says so. */
  readonly startTime: number | null;
  /** `startTime` is what reading the run will say: its event file can be named before anything was read. */
  readonly isStartCertain: boolean;
  /** As the source has it without reading the run; null where only `RunSource.state` can tell. */
  readonly state: RunState | null;
  /** When the source last saw this run grow: Unix milliseconds. */
  readonly modifiedAtMs: number;
  /** Where it lies, for people: paths or URLs, oldest part first. */
  readonly locations: readonly string[];
  /**
   * Set while nothing of the run has reached its log: what is known is what its folder says. Its key may be another once
   * the log says, and what it is called is not worth keeping.
   */
  readonly isWaiting?: true;
  /** Set where the run does not say whose it is (`wandb.init` without an entity): the entity of the key stands for none. */
  readonly isEntityAssumed?: true;
  /** Set where what the source has begins with a resumption of a run that began elsewhere. */
  readonly isResumed?: true;
  /** Set where the run was not sent to a server as it was logged. */
  readonly isOffline?: true;
}

/** A project whose runs are listed when somebody looks at it. */
export interface ProjectListing {
  readonly entity: EntityName;
  readonly project: ProjectName;
  /** When the source last saw it change: Unix milliseconds; 0 when it does not say. */
  readonly modifiedAtMs: number;
}

/** Which runs to list: all a source has at hand, or those of one project. */
export interface ListOptions {
  readonly signal: AbortSignal;
  readonly project?: Pick<ProjectListing, 'entity' | 'project'>;
}

export interface ReadRunOptions {
  readonly after: Cursor | null;
  readonly stopAt?: Cursor;
  readonly signal: AbortSignal;
}

/**
 * Kinds of record that are counted, not decoded: nothing of them becomes a TensorBoard value yet. `missing`: what a
 * server counts and does not send.
 */
export type UnreadKind = 'console' | 'file' | 'artifact' | 'alert' | 'tensorboard' | 'other' | 'missing';

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

/** How a source wants to be used, so that nobody needs to know what kind it is. */
export interface SourcePolicy {
  /** `all`: one listing tells of every run. `per-project`: the runs of a project are listed when somebody looks into it. */
  readonly listing: 'all' | 'per-project';
  /**
   * `eager`: runs are read ahead in the background, and their rows are fresher than any copy elsewhere. `on-demand`:
   * reading costs requests to somebody else's server, so only what is asked for is read.
   */
  readonly reading: 'eager' | 'on-demand';
}

/**
 * Where run history comes from. Implementations pass `test/contract/source-contract.ts`. Failures are
 * LogdirErrors: `not-found` for a run that is gone, `unavailable` for trouble that may pass.
 */
export interface RunSource {
  /** For people: `./wandb`, `team/project`. */
  readonly name: string;
  /** Whose history it is, the same for all sources that give the same records: `local`, or a server's host. */
  readonly origin: string;
  /** Of a source made of others: theirs. */
  readonly origins?: readonly string[];
  readonly policy: SourcePolicy;
  /** Tells of many runs at a time without reading them; absent where reading costs no more. */
  readonly previewer?: RunPreviewer;
  /** Tells which of its runs are meant without reading them; absent where reading costs no more. */
  readonly finder?: RunFinder;
  /**
   * What of it can be read without asking anybody's server, as a source of the same runs and cursors. Absent where that is
   * all of it, or nothing (`SourcePolicy.reading`).
   */
  readonly atHand?: RunSource;

  /** Whether nothing that costs requests lies before a cursor. Absent: so it is for null alone. */
  isUnread?(cursor: Cursor | null): boolean;

  /**
   * Projects whose runs are listed one project at a time. Cheap enough to ask on every look at the tree. A source that
   * has all its runs at hand has none.
   */
  listProjects(options: { readonly signal: AbortSignal }): Promise<readonly ProjectListing[]>;

  /** Runs there are now, those of `listProjects` only when their project is named; costs no history. */
  listRuns(options: ListOptions): Promise<readonly RunListing[]>;

  /**
   * When a run last changed, as far as the source has seen by whatever it was asked: a listing, `hasNews`, `state`, a
   * change it noticed while it was watched. Unix milliseconds; null for a run it does not know. Costs no I/O. Absent
   * where only listing again tells.
   */
  modifiedAtMs?(key: RunKey): number | null;

  /** The state of a run, given its exit code if one has been read. Cheap: no history is read. */
  state(key: RunKey, exitCode: number | null, options: { readonly signal: AbortSignal }): Promise<RunState>;

  /** Whether `read` after this cursor would yield anything. Cheap enough to ask on every poll. */
  hasNews(key: RunKey, after: Cursor | null, options: { readonly signal: AbortSignal }): Promise<boolean>;

  /**
   * Records after a cursor (null: from the start), ending at what is there now; a torn record at the end is
   * not an error, it is waited for. Batches are bounded in memory and yield to the event loop between them.
   * With `stopAt`, a batch ends exactly at that cursor and reading stops there. Rows are the same again; what the run
   * says of itself may have changed meanwhile, and need not come.
   */
  read(key: RunKey, options: ReadRunOptions): AsyncIterable<RecordBatch>;

  /** Files that were saved with a run, in no order. @throws LogdirError `not-found`, `unavailable`. */
  listFiles(key: RunKey, options: { readonly signal: AbortSignal }): Promise<readonly SavedFile[]>;

  /** Those of some names, without those that are not there. Costs no more than it must. @throws LogdirError as `listFiles`. */
  statFiles(
    key: RunKey,
    names: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly SavedFile[]>;

  /** Opens one of them by name; a remote one is fetched whole first. @throws LogdirError as `listFiles`. */
  openFile(key: RunKey, name: string, options: { readonly signal: AbortSignal }): Promise<OpenedSavedFile>;

  /** Calls back on change until disposed. May miss changes (no events on NFS): callers also ask by themselves. */
  watch(onChange: (change: SourceChange) => void): AsyncDisposable;
}
