/** What pages for people show: projects and runs with state, progress and last values. @module */

import type { RunFacts, RunState } from '../core/index.ts';
import type { NotShownEntry } from '../plugins/index.ts';
import type { Comparison, ComparisonQuery } from './comparison.ts';
import type { Found, RunQuery, RunTable, TableQuery } from './run-table.ts';

export interface ProjectCard {
  readonly entity: string;
  readonly project: string;
  /** Path of the project directory in the tree. */
  readonly path: string;
  /** Null while nobody has looked into the project. */
  readonly runs: number | null;
  readonly running: number;
  /** Unix milliseconds of the newest change. */
  readonly modifiedAtMs: number;
}

/** The course of one tag, thinned for a sparkline: `points` ascend by step and keep the newest. */
export interface SeriesPreview {
  readonly tag: string;
  readonly last: number;
  readonly points: readonly { readonly step: number; readonly value: number }[];
}

/** What people call values that are no numbers. `sound`: of any format; `mesh`: 3D objects; `other`: lists and such. */
export type MediaKind =
  | 'image'
  | 'video'
  | 'sound'
  | 'table'
  | 'mesh'
  | 'graph'
  | 'histogram'
  | 'text'
  | 'other';

/** How many values of a kind a run has. */
export interface MediaCount {
  readonly kind: MediaKind;
  /** Whether each of the values is a list of them, of any length. */
  readonly isList: boolean;
  readonly count: number;
}

/** A file that a value consists of. */
export interface LoggedFile {
  /** Path below the files saved with the run. */
  readonly file: string;
  /** Bytes; null where nobody said. */
  readonly size: number | null;
  /** Pixels, as logged; null where it is no picture or nobody said. */
  readonly width: number | null;
  readonly height: number | null;
  readonly caption: string | null;
  /** What a browser makes of it; `link`: it is not shown in a page. */
  readonly shownAs: 'picture' | 'sound' | 'video' | 'link';
  /** Whether boxes or masks belong to it, which are other files. */
  readonly hasLayers: boolean;
}

/** The newest value of a key that consists of files. */
export interface LoggedMedia {
  readonly key: string;
  /** W&B's: `image-file`, `images/separated`, … */
  readonly type: string;
  /** Values of the key so far. */
  readonly count: number;
  readonly step: number;
  /** Some of them, in their order; at least one. */
  readonly files: readonly LoggedFile[];
  /** Those that are left out. */
  readonly moreFiles: number;
  /** Of a table. */
  readonly extent: { readonly rows: number; readonly columns: number } | null;
}

export interface RunMedia {
  /** Pictures first. */
  readonly values: readonly LoggedMedia[];
  /** Keys of such values that are left out. */
  readonly moreKeys: number;
  /** Whether the files are on somebody else's server, who is asked for each that is looked at. */
  readonly isElsewhere: boolean;
}

export interface RunCard {
  readonly runId: string;
  readonly displayName: string | null;
  /** Directory name and path of the run in the tree. */
  readonly directory: string;
  readonly path: string;
  readonly state: RunState;
  readonly exitCode: number | null;
  /** Unix seconds. */
  readonly startTime: number | null;
  readonly modifiedAtMs: number;
  readonly group: string | null;
  readonly tags: readonly string[];
  readonly sdkVersion: string | null;
  /** History rows read so far. */
  readonly rows: number;
  readonly lastStep: number | null;
  readonly tagCount: number;
  /** Name and size in bytes of the event file; null while the run has none. */
  readonly eventFile: { readonly name: string; readonly size: number } | null;
  /** Bytes of a damaged log that were skipped. */
  readonly skippedBytes: number;
  /**
   * `complete`: everything the source holds has been read. `behind`: not everything. `unread`: nothing, for nobody has
   * asked for it, and reading costs requests to somebody else's server.
   */
  readonly reading: 'complete' | 'behind' | 'unread';
  /** Whether it runs and nothing of it has reached its log: the SDK writes that block by block. */
  readonly isWaiting: boolean;
  readonly previews: readonly SeriesPreview[];
  /** Values that TensorBoard shows and that are no numbers. */
  readonly media: readonly MediaCount[];
  /** Values that TensorBoard does not show: how many of each type, in the order they were first logged. */
  readonly notShown: readonly { readonly type: string; readonly count: number }[];
}

/** A run by itself. Its card has more previews than in a list. */
export interface RunDetail {
  readonly card: RunCard;
  readonly facts: RunFacts;
  /** Where it lies, for people: paths or addresses of pages. */
  readonly locations: readonly string[];
  /** Every tag, ascending. */
  readonly tags: readonly string[];
  /** As YAML; '' where there is none. */
  readonly config: string;
  /** Key paths and W&B's JSON text. */
  readonly summary: readonly { readonly key: string; readonly json: string }[];
  readonly media: RunMedia;
  readonly notShown: readonly NotShownEntry[];
  /** The end of what it wrote to its console, as a terminal shows it; null where it is not at hand. */
  readonly console: string | null;
  /** Why it could not be read further; null when all is well. */
  readonly failure: string | null;
}

export interface RunPage extends Found {
  readonly runs: readonly RunCard[];
}

/** A source that could not be looked at. */
export interface SourceTrouble {
  readonly source: string;
  /** What happened and what to do. */
  readonly message: string;
  /** Milliseconds since its runs were last listed; null when they never were. */
  readonly listedAgoMs: number | null;
  /** The server refuses to tell, so nothing of it is shown; else what was read before is. */
  readonly isRefused: boolean;
}

export interface Overview {
  /** Where the runs come from, for people. */
  readonly sources: readonly string[];
  readonly troubles: readonly SourceTrouble[];
  projects(options: { readonly signal: AbortSignal }): Promise<readonly ProjectCard[]>;
  /**
   * Runs of one project, by W&B's names of it or those of its directories, as cards, for which their logs are opened.
   * @throws LogdirError `not-found` for an unknown project, or as `Namespace.choose`.
   */
  runs(entity: string, project: string, query: RunQuery): Promise<RunPage>;
  /** The same as a table, from the catalogue: no log is opened but those of local runs that it does not know yet. */
  table(entity: string, project: string, query: TableQuery): Promise<RunTable>;
  /** Curves of some runs beside each other, and what differs between them. @throws LogdirError as `runs` */
  compare(entity: string, project: string, query: ComparisonQuery): Promise<Comparison>;
  /**
   * One run of a project, by the name of its directory or its id; read, if nobody has read it, within a second or so.
   * @throws LogdirError `not-found`
   */
  run(
    entity: string,
    project: string,
    run: string,
    options: { readonly signal: AbortSignal },
  ): Promise<RunDetail>;
}
