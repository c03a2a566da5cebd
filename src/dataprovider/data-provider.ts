/**
 * What a data-provider door asks of the house: which runs and series there are, and the points of those that are looked
 * at. The terms are TensorBoard's own (`tensorboard/data/provider.py`).
 * @module
 */

import type { CurrentSummary, TensorContent } from '../plugins/index.ts';

/** Which series of which runs: null selects all, an empty set none. */
export interface Selection {
  readonly runs: ReadonlySet<string> | null;
  readonly tags: ReadonlySet<string> | null;
}

export interface Experiment {
  /** Where the runs come from, for people. */
  readonly location: string;
  readonly name: string;
  readonly description: string;
  /** Unix seconds of the oldest run; 0 while unknown. */
  readonly creationTime: number;
}

export interface ListedRun {
  readonly name: string;
  /** Unix seconds; 0 while unknown. */
  readonly startTime: number;
}

/** Something of each run that has any, by tag. */
export interface RunEntries<T> {
  readonly run: string;
  readonly tags: readonly (readonly [tag: string, content: T])[];
}

/** The end of a series. */
export interface SeriesEnd {
  readonly step: number;
  /** Unix seconds. */
  readonly wallTime: number;
}

/** Points of one series side by side, ascending by step, each step once. */
export interface ScalarPoints {
  readonly steps: Float64Array;
  /** Unix seconds. */
  readonly wallTimes: Float64Array;
  /** NaN and infinities are values. */
  readonly values: Float32Array;
}

export interface TextPoint extends SeriesEnd {
  readonly tensor: TensorContent;
}

/** TensorBoard's plugins that runs of ours have something for. */
export const PLUGINS = ['scalars', 'text', 'hparams'] as const;
export type PluginName = (typeof PLUGINS)[number];

type Signal = { readonly signal: AbortSignal };

/**
 * A series is listed only if reading it gives a point, and a run has an entry only if one of its series was asked for.
 * Failures are LogdirErrors: `not-found` for what was asked by name and is not there as a whole (the project), what a
 * server away or a key refused comes to otherwise. Unknown runs and tags in a selection are no failure: nothing is
 * known of them.
 */
export interface DataProvider {
  /** Answers at once. */
  experiment(): Experiment;
  /** Those that have data. Answers soon, whatever a server does. */
  plugins(options: Signal): Promise<readonly PluginName[]>;
  runs(options: Signal): Promise<readonly ListedRun[]>;
  listScalars(selection: Selection, options: Signal): Promise<readonly RunEntries<SeriesEnd>[]>;
  /** At most `maxPoints` of each series, its newest point among them; fewer where the answer would grow past all use. */
  readScalars(
    selection: Selection,
    maxPoints: number,
    options: Signal,
  ): Promise<readonly RunEntries<ScalarPoints>[]>;
  listTexts(selection: Selection, options: Signal): Promise<readonly RunEntries<SeriesEnd>[]>;
  readTexts(
    selection: Selection,
    maxPoints: number,
    options: Signal,
  ): Promise<readonly RunEntries<readonly TextPoint[]>[]>;
  sessions(selection: Selection, options: Signal): Promise<readonly RunEntries<CurrentSummary>[]>;
}
