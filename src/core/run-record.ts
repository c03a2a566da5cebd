/** What a run is made of, whatever source it came from: rows, facts, changes. @module */

/** Whether a run still moves. `crashed`: no exit record, and quiet for longer than the source waits. */
export type RunState = 'running' | 'finished' | 'failed' | 'crashed';

/** Whose shapes name no writer. */
export const FIRST_WRITER = 1;

/**
 * An ordered set of history keys, and who logged them. A source returns the same object for the same set and writer as
 * long as it lives, so that consumers may key on identity. Keys are unique and in ascending code-unit order; nested keys
 * are dotted.
 */
export interface RowShape {
  readonly keys: readonly string[];
  /**
   * Which of the processes that log to the run at the same time: 2, 3, … for the further ones. Rows of one writer take
   * nothing back of what another has logged.
   */
  readonly writer?: number;
}

/** One value of a row that is not a number: strings as they are, the rest as W&B's JSON text. */
export interface Cell {
  readonly key: string;
  /** `string`: text is the string. `json`: text is a list, a media object or a null, as logged (not strict JSON: NaN and Infinity may stand bare). */
  readonly kind: 'string' | 'json';
  readonly text: string;
}

/** One row of `run.history`. Booleans are 0 and 1. */
export interface HistoryRow {
  readonly kind: 'history';
  /** `_step`: an integer, possibly above 2^53 rounded to the nearest double. */
  readonly step: number;
  /** `_timestamp`: Unix seconds with fraction; never NaN. */
  readonly timestamp: number;
  readonly shape: RowShape;
  /** Parallel to `shape.keys`. NaN and infinities are values. */
  readonly values: readonly number[];
  /** Sorted by key. Keys of `cells` and `shape` never overlap. */
  readonly cells: readonly Cell[];
}

/** Rows of `run.history` that follow one another and hold numbers alone, in columns: each is a `HistoryRow` without cells. */
export interface HistoryColumns {
  readonly kind: 'columns';
  /** One for each row. */
  readonly steps: Float64Array;
  readonly timestamps: Float64Array;
  /** By row, the index of its shape in `shapes`. */
  readonly shapeIndexes: Int32Array;
  /** Of which some may be of no row here. */
  readonly shapes: readonly RowShape[];
  /** Row after row; each has as many as its shape has keys. */
  readonly values: Float64Array;
}

/** One sample of the machine's own metrics. */
export interface SystemRow {
  readonly kind: 'system';
  /** Unix seconds with fraction; never NaN. */
  readonly timestamp: number;
  readonly shape: RowShape;
  readonly values: readonly number[];
}

/** What the run says of itself. Absent: unchanged by this record. Records may repeat; the newest word holds. */
export interface RunFacts {
  readonly displayName?: string;
  readonly group?: string;
  readonly jobType?: string;
  readonly notes?: string;
  readonly tags?: readonly string[];
  readonly sweepId?: string;
  /** Of whoever logs: a server's account; in a log what the SDK was told, or the machine's. */
  readonly username?: string;
  readonly host?: string;
  /** Unix seconds with fraction. */
  readonly startTime?: number;
  readonly gitRemote?: string;
  readonly gitCommit?: string;
  readonly program?: string;
  readonly args?: readonly string[];
  readonly os?: string;
  readonly python?: string;
  readonly executable?: string;
  readonly cpuCount?: number;
  readonly gpu?: string;
  /** wandb SDK version. */
  readonly sdkVersion?: string;
  /** Run this one was forked from, and the step. */
  readonly forkedFrom?: { readonly runId: string; readonly step: number };
}

/** A change of `config` or `summary`: key paths with W&B's JSON text (not strict JSON), and paths taken away. */
export interface DocumentChange {
  readonly update: readonly { readonly path: readonly string[]; readonly json: string }[];
  readonly remove: readonly (readonly string[])[];
}

/** `define_metric`. */
export interface MetricDefinition {
  /** Key, or a glob such as `val/*`. */
  readonly name: string;
  readonly stepMetric?: string;
  readonly hidden?: boolean;
  /** Aggregations asked for: min, max, mean, best, last, none, copy, first. */
  readonly summary?: readonly string[];
  readonly goal?: 'minimize' | 'maximize';
}

/** What is known of a run from elsewhere than its log: it holds until the log has a row, and is told whole each time. */
export interface Preliminary {
  readonly facts?: RunFacts;
  readonly config?: DocumentChange;
  readonly summary?: DocumentChange;
}

/** One record of a run, in the order it was logged, or several rows that follow one another. */
export type RunRecord =
  | HistoryRow
  | HistoryColumns
  | SystemRow
  | { readonly kind: 'facts'; readonly facts: RunFacts }
  | { readonly kind: 'config'; readonly change: DocumentChange }
  | { readonly kind: 'summary'; readonly change: DocumentChange }
  | { readonly kind: 'metric'; readonly metric: MetricDefinition }
  /** A run that has no row yet, or died before it had one: what is known of it so far is all there is to show. */
  | ({ readonly kind: 'begun' } & Preliminary)
  | { readonly kind: 'exit'; readonly exitCode: number; readonly runtimeSeconds: number };

const NO_CELLS: readonly Cell[] = Object.freeze([]);

/** Rows in columns, one by one. */
export function* rowsIn({
  steps,
  timestamps,
  shapeIndexes,
  shapes,
  values,
}: HistoryColumns): Generator<HistoryRow> {
  let at = 0;
  for (let row = 0; row < steps.length; row++) {
    const shape = shapes[shapeIndexes[row]!]!;
    const end = at + shape.keys.length;
    yield {
      kind: 'history',
      step: steps[row]!,
      timestamp: timestamps[row]!,
      shape,
      values: Array.from(values.subarray(at, end)),
      cells: NO_CELLS,
    };
    at = end;
  }
}

/** The same records, rows one by one. */
export function* singly(records: readonly RunRecord[]): Generator<Exclude<RunRecord, HistoryColumns>> {
  for (const record of records) {
    if (record.kind === 'columns') yield* rowsIn(record);
    else yield record;
  }
}

/** How many records a source gave, rows in columns counted one by one. */
export function countRecords(records: readonly RunRecord[]): number {
  return records.reduce((sum, it) => sum + (it.kind === 'columns' ? it.steps.length : 1), 0);
}
