/** What pages for people show: projects and runs with state, progress and last values. @module */

import type { RunState } from '../core/index.ts';

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
  readonly previews: readonly SeriesPreview[];
}

export interface RunPage {
  readonly total: number;
  readonly runs: readonly RunCard[];
}

/** A source that could not be looked at. */
export interface SourceTrouble {
  readonly source: string;
  /** What happened and what to do. */
  readonly message: string;
  /** Milliseconds since its runs were last listed; null when they never were. */
  readonly listedAgoMs: number | null;
}

export interface Overview {
  /** Where the runs come from, for people. */
  readonly sources: readonly string[];
  readonly troubles: readonly SourceTrouble[];
  projects(options: { readonly signal: AbortSignal }): Promise<readonly ProjectCard[]>;
  /**
   * Runs of one project, by W&B's names of it or those of its directories. `query` matches name, id, group, tags and state, case-insensitively.
   * @throws LogdirError `not-found` for an unknown project.
   */
  runs(
    entity: string,
    project: string,
    options: {
      readonly query: string;
      readonly sort: 'newest' | 'name' | 'state';
      readonly offset: number;
      readonly limit: number;
      readonly signal: AbortSignal;
    },
  ): Promise<RunPage>;
}
