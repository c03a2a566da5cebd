/** What is shown of some runs beside each other: their curves, and what differs between their configs. @module */

import type { RunState } from '../core/index.ts';
import type { Curve } from '../series/index.ts';
import type { ShownValue } from './run-column.ts';

/** Lines of more are not told apart by eye. */
export const MAX_COMPARED_RUNS = 10;
/** Charts of one page. */
export const MAX_CHARTS = 24;

export interface ComparisonQuery {
  /** Names of directories, or ids; the first `MAX_COMPARED_RUNS` that are there count. */
  readonly runs: readonly string[];
  /** Of charts, the first `MAX_CHARTS` count. Null: those that tell most. */
  readonly tags: readonly string[] | null;
  readonly signal: AbortSignal;
}

export interface ComparedRun {
  readonly runId: string;
  readonly displayName: string | null;
  readonly directory: string;
  readonly state: RunState;
  readonly exitCode: number | null;
  /** Whether more of it is being read: curves end early. */
  readonly isBehind: boolean;
  /** Why it could not be read further; null when all is well. */
  readonly failure: string | null;
}

/** The curves of a tag, parallel to the runs; null where a run has none. */
export interface ComparedTag {
  readonly tag: string;
  readonly curves: readonly (Curve | null)[];
}

/** A key of configs, with what each run has there; null for nothing. */
export interface ConfigDifference {
  readonly path: string;
  readonly values: readonly (ShownValue | null)[];
}

export interface Comparison {
  /** Of the project directory in the tree. */
  readonly path: string;
  readonly runs: readonly ComparedRun[];
  /** Names that no run has. */
  readonly unknown: readonly string[];
  /** Runs that were asked for beyond those that are shown. */
  readonly leftOut: number;
  readonly charts: readonly ComparedTag[];
  /** Other tags of the runs, ascending, as far as a page lists them. */
  readonly otherTags: readonly string[];
  readonly moreTags: number;
  /** As far as a page lists them. */
  readonly differences: readonly ConfigDifference[];
  readonly moreDifferences: number;
  /** Keys that all have the same value at. */
  readonly sameCount: number;
}
