/**
 * What one TensorBoard plugin shows of a run, and how: the port that each file beside this one implements.
 *
 * A plugin reads three things of a run: its rows of numbers, its cells (values of one key that are no numbers), and
 * markers (what is known of the run at its start and at its exit). Everything it returns depends on its arguments alone,
 * as the bytes of an event file must be the same whenever and wherever they are made.
 *
 * Names and shapes of summaries are TensorBoard's: `tensorboard/plugins/<name>/metadata.py`.
 * @module
 */

import type { RunFacts, RunKey, RunState } from '../core/index.ts';
import type { SummaryMetadata } from '../protobuf/index.ts';
import type { PathValue } from '../wandb-json/index.ts';
import type { ContentNeed, Contents } from './saved-content.ts';
import type { SummaryContent, TensorContent } from './summary.ts';
import type { SummaryMetric } from './summary-metrics.ts';

/** How TensorBoard stores the points of a series, and by which calls of its data provider it asks for them. */
export type DataClass = 'scalar' | 'tensor' | 'blob-sequence';

export interface Plugin {
  /** As TensorBoard calls it: `plugin_name` in the metadata of summaries. */
  readonly name: string;
  readonly dataClass: DataClass;
  /** Told apart by this where the plain tag of a series is another one's: `<tag>/<typeName>`. Also its type in run.json. */
  readonly typeName: string;
  /** Tags that no series of a run gets: those of markers, and those TensorBoard takes for something else. */
  readonly reservedTags: readonly string[];
  /** No series gets a tag that begins with this. */
  readonly reservedPrefix?: string;
  readonly rows?: RowSeries;
  readonly cells?: readonly CellSeries[];
  /** Summaries for event files of what is known of the run at its start and exit, in the order they are written. */
  readonly markers?: (marker: RunMarker) => readonly TaggedSummary[];
  /** In place of `markers` where runs are shown as they are now. Absent: `markers` are shown there too. */
  readonly current?: CurrentSeries;
}

/** Series of numbers: one for each key of a row. */
export interface RowSeries {
  /** The plain tag of a key. */
  tag(kind: 'history' | 'system', key: string): string;
  readonly metadata: SummaryMetadata;
}

/** Series of cells of some types, one for each key. A cell is shown by all that accept its type, of all plugins. */
export interface CellSeries {
  /** `type`: `string`, `null`, `list`, `object`, or the `_type` that W&B gave it (`image-file`, `histogram`, …). */
  accepts(type: string): boolean;
  /** The plain tag of a key. */
  tag(key: string): string;
  /** Where each value is one point of that very tag: the metadata of all. Null: only reading a value tells its points. */
  readonly metadata: SummaryMetadata | null;
  /**
   * What may stand after its tag in the tags of its points; `open`: a slash and anything. No other series gets such a
   * tag. Default: nothing stands after it.
   */
  readonly suffixes?: readonly string[] | 'open';
  /** Whether it tells in a text what a value is, as no dashboard shows it. */
  readonly namesOnly?: true;
  /** Whether event files hold a sample of its values: those that take much room, or whose files must be fetched. */
  readonly isSampled?: boolean;
  /** What of which files a value is made of, besides blobs. Default: nothing. */
  needs?(text: string): readonly ContentNeed[];
  /**
   * The points of one value. `text`: the string itself, or W&B's JSON text of the cell, which may hold anything. `tag`: the
   * one that the series has got.
   */
  read(text: string, contents: Contents, tag: string): readonly CellValue[];
}

export interface CellValue {
  /** One of `CellSeries.suffixes`; '' for the tag of the series itself. */
  readonly suffix: string;
  /** TensorBoard takes that of a tag's first value for all. */
  readonly metadata: SummaryMetadata;
  readonly tensor: TensorContent;
}

export interface CurrentSeries {
  /** Whether there is anything to show of a run with this content. */
  shows(content: CurrentContent): boolean;
  /** What is shown of each run. All at once: what one run has may change how another's values are shown. */
  summaries(runs: readonly CurrentRun[]): readonly (readonly CurrentSummary[])[];
}

export interface TaggedSummary {
  readonly tag: string;
  readonly content: SummaryContent;
}

export interface CurrentSummary extends TaggedSummary {
  readonly step: number;
  /** Unix seconds. */
  readonly wallTime: number;
}

/**
 * What was known of a run at one place of its history. `waiting`: it has begun and has no row yet. `start`: when its first
 * row came. `config`: when its config, empty at the start, first held something. `end`: at an exit. `now`: what the next
 * exit would tell; no event file has it.
 */
export interface RunMarker {
  readonly kind: 'waiting' | 'start' | 'config' | 'end' | 'now';
  readonly step: number;
  /** Unix seconds. */
  readonly wallTime: number;
  readonly run: RunKey;
  readonly facts: RunFacts;
  /** Absent: as in a marker before. */
  readonly config?: readonly PathValue[];
  /** Whether a marker before has shown a config that holds a value. */
  readonly configBefore: boolean;
  /** Whether this marker's config, or that of one before, held a value. */
  readonly configShown: boolean;
  /** Of an `end`. */
  readonly exit?: RunExit;
  /** Of an `end`: numbers of the summary that were not told before, or are others now. */
  readonly summary?: readonly SummaryMetric[];
  /** Of an `end`: values that no plugin shows, if there are others than were told before. */
  readonly notShown?: readonly NotShown[];
  /** Of an `end`: media of the summary that were not told before, or are others now. */
  readonly media?: readonly ToldMedia[];
  /** Of the first `end`: tags of which charts are made (`chartTagsOf`). */
  readonly chartTags?: readonly string[];
  /** Of an `end`: what files of the run tell that was not told before, or is another now. */
  readonly excerpts?: readonly RunExcerpt[];
  /** Rows of history so far. */
  readonly rows: number;
  readonly lastStep: number | null;
}

/** Some text of a file saved with the run. */
export interface RunExcerpt {
  /** Path below the files saved with the run. */
  readonly file: string;
  readonly text: string;
}

/** A value of a summary that W&B keeps in files. */
export interface SummaryMedia {
  /** Keys of nested objects joined with dots. */
  readonly key: string;
  /** See `CellSeries.accepts`. */
  readonly type: string;
  /** See `CellSeries.read`. */
  readonly text: string;
}

/** One that an exit tells. */
export interface ToldMedia extends SummaryMedia {
  /** Whether event files have it: not where it is too large, or they are to have none. */
  readonly isInFile: boolean;
}

/** Values of one key and type that no plugin shows. */
export interface NotShown {
  readonly key: string;
  readonly type: string;
  readonly count: number;
}

export interface RunExit {
  readonly exitCode: number;
  readonly runtimeSeconds: number;
}

/** What a run holds now. */
export interface CurrentContent {
  readonly config: readonly PathValue[];
  /** Those of numbers. The same object as long as they are the same. */
  readonly tags: { keys(): Iterable<string> };
}

/** A run as it is now. */
export interface CurrentRun extends CurrentContent {
  readonly state: RunState;
  /** Unix seconds. */
  readonly startTime: number;
  /** Unix seconds of its exit, or else of its newest row. */
  readonly endTime: number;
}
