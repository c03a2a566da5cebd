/**
 * The port by which a data-provider door asks which runs and series there are, and for the points of those that are
 * looked at. The terms are TensorBoard's own (`tensorboard/data/provider.py`).
 * @module
 */

import type { Plugin, TensorContent } from '../plugins/index.ts';
import type { ScalarPoints } from '../points/index.ts';
import type { SummaryMetadata } from '../protobuf/index.ts';

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

export interface SeriesListing extends SeriesEnd {
  readonly metadata: SummaryMetadata;
  /** Blobs of the newest point of a blob sequence; 0 for other series. */
  readonly blobCount: number;
}

export interface TensorPoint extends SeriesEnd {
  readonly tensor: TensorContent;
}

export interface BlobSequencePoint extends SeriesEnd {
  /** For `readBlob`, in the order of the blobs. */
  readonly blobKeys: readonly string[];
}

/** Points of series of one plugin, as its data class has them. */
export type SeriesPoints =
  | { readonly dataClass: 'scalar'; readonly entries: readonly RunEntries<ScalarPoints>[] }
  | { readonly dataClass: 'tensor'; readonly entries: readonly RunEntries<readonly TensorPoint[]>[] }
  | {
      readonly dataClass: 'blob-sequence';
      readonly entries: readonly RunEntries<readonly BlobSequencePoint[]>[];
    };

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
  /** Those that have data, in the order of the table of plugins. Answers soon, whatever a server does. */
  plugins(options: Signal): Promise<readonly Plugin[]>;
  runs(options: Signal): Promise<readonly ListedRun[]>;
  /** The series of one plugin. */
  list(plugin: Plugin, selection: Selection, options: Signal): Promise<readonly RunEntries<SeriesListing>[]>;
  /** At most `maxPoints` of each series, its newest point among them; fewer where the answer would grow past all use. */
  read(plugin: Plugin, selection: Selection, maxPoints: number, options: Signal): Promise<SeriesPoints>;
  /**
   * The bytes of a blob in pieces, fetched as they are read. `key`: from a `BlobSequencePoint`.
   * @throws LogdirError `not-found` for a key that is none, or whose run or file is not there any more.
   */
  readBlob(key: string, options: Signal): AsyncIterable<Uint8Array>;
}
