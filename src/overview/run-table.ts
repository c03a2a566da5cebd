/** What a table of runs shows: the runs of a project that a search finds, in an order, with values of some columns. @module */

import type { RunState } from '../core/index.ts';
import type { RunColumn, ShownValue } from './run-column.ts';

/** What runs are ordered by: what every run has, or a column. */
export interface RunOrder {
  readonly by: 'started' | 'name' | 'state' | 'changed' | 'step' | 'rows' | RunColumn;
  readonly direction: 'ascending' | 'descending';
}

/** Which runs of a project, in which order. */
export interface RunQuery {
  /** Words, in name, id, group, tags and state, and queries as in paths; all must hold. */
  readonly query: string;
  readonly order: RunOrder;
  readonly offset: number;
  readonly limit: number;
  readonly signal: AbortSignal;
}

export interface TableQuery extends RunQuery {
  /** At most `MAX_COLUMNS` of them count. Null: those that tell most. */
  readonly columns: readonly RunColumn[] | null;
}

/** Some thirty fit a wide screen when scrolled; and a page is bounded. */
export const MAX_COLUMNS = 40;

/** What a search has found, beside the runs. */
export interface Found {
  /** Runs found, whether shown or not. */
  readonly total: number;
  /** Path in the tree of the directory of the queries; null where there are none. */
  readonly queryPath: string | null;
  /** What is wrong with queries that are none; nothing is found then. */
  readonly problems: readonly string[];
}

/** A run as the catalogue knows it. */
export interface TableRun {
  readonly runId: string;
  readonly displayName: string | null;
  readonly directory: string;
  readonly state: RunState;
  readonly exitCode: number | null;
  /** Unix seconds. */
  readonly startTime: number | null;
  readonly modifiedAtMs: number;
  readonly group: string | null;
  readonly tags: readonly string[];
  /** Of its history, as far as it was read; null where it never was. */
  readonly rows: number | null;
  readonly lastStep: number | null;
  /** See `RunCard`. */
  readonly reading: 'complete' | 'behind' | 'unread';
  /** Parallel to the columns of the table. */
  readonly values: readonly (ShownValue | null)[];
}

export interface RunTable extends Found {
  readonly columns: readonly RunColumn[];
  /** Others that could be chosen. */
  readonly otherColumns: readonly RunColumn[];
  /** How many more there are, which can be named. */
  readonly moreColumns: number;
  readonly runs: readonly TableRun[];
}
