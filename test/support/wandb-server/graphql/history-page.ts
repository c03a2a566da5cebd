/** `Run.history` and `Run.events`: rows as JSON texts, by step range or sampled. @module */

import { bareObject, type JsonValue } from '../rows/json-value.ts';
import { strictJson } from '../rows/lenient-json.ts';
import type { RowPlace } from '../rows/row-block.ts';
import { RowTable } from '../rows/row-table.ts';
import type { Run } from '../store/run.ts';
import type { Context } from './context.ts';
import { sampleOf } from './sampling.ts';

export interface HistoryArguments {
  readonly samples?: number | null;
  /** Inclusive. */
  readonly minStep?: number | null;
  /** Exclusive. */
  readonly maxStep?: number | null;
  readonly maxKeyLimit?: number | null;
}

/** What the server takes `samples` for when a query names none. */
const DEFAULT_SAMPLES = 500;

export function historyPage(run: Run, args: HistoryArguments, context: Context): readonly string[] {
  const { behaviour, random } = context;
  const minStep = args.minStep ?? Number.NEGATIVE_INFINITY;
  const maxStep = args.maxStep ?? Number.POSITIVE_INFINITY;
  const rows = servedHistory(run, context).select(minStep, maxStep);
  const samples = Math.min(args.samples ?? DEFAULT_SAMPLES, behaviour.maxHistorySamples);
  const maxKeys = args.maxKeyLimit ?? behaviour.defaultMaxKeyLimit;
  return sampleOf(rows, samples, random).map((row) => rowText(row, maxKeys));
}

export function eventsPage(
  run: Run,
  samples: number | null | undefined,
  context: Context,
): readonly string[] {
  const count = Math.min(samples ?? DEFAULT_SAMPLES, context.behaviour.maxEventSamples);
  return sampleOf(run.events.places(), count, context.random).map(({ block, index }) => block.json(index));
}

/** The last rows, newest last, as `historyTail` and `eventsTail` have them: JSON text of a list of JSON texts. */
export function tailText(table: RowTable, count = 1): string {
  const rows = table.places(Math.max(0, table.length - count));
  return JSON.stringify(rows.map(({ block, index }) => block.json(index)));
}

/** Rows that `history` and its like answer from. */
export function servedHistory(run: Run, { behaviour }: Context): RowTable {
  if (behaviour.historyServes === 'all') return run.history;
  const live = new RowTable();
  live.appendSpans(run.exports.liveSpans());
  return live;
}

/** Wide rows lose the keys beyond the limit, without a word. */
function rowText({ block, index }: RowPlace, maxKeys: number): string {
  if (block.keys.length <= maxKeys) return block.json(index);
  const kept = Object.entries(block.row(index)).slice(0, maxKeys);
  return strictJson(bareObject(kept as [string, JsonValue][]));
}
