/** What TensorBoard must show of a run, worked out by the SDK's own decoder and nothing of this program. @module */

import { runPython } from './python.ts';
import { shownTag } from './shown-tag.ts';
import type { ScalarPoint } from './tensorboard.ts';

interface SdkRow {
  readonly step: number;
  readonly timestamp: number;
  readonly values: Readonly<Record<string, number | string>>;
  readonly cells: Readonly<Record<string, unknown>>;
}

/** Rows by log, as the SDK's protobuf classes and Python's json read them. */
export async function sdkRows(logs: readonly string[]): Promise<ReadonlyMap<string, readonly SdkRow[]>> {
  const found = new Map<string, SdkRow[]>();
  let rows: SdkRow[] = [];
  for (const line of (await runPython('sdk-rows.py', logs)).trimEnd().split('\n')) {
    const told = JSON.parse(line) as SdkRow | { readonly file: string };
    if ('step' in told) {
      rows.push(told);
      continue;
    }
    rows = [];
    found.set(told.file, rows);
  }
  return found;
}

/**
 * Scalar points per tag: float32, later rows over earlier ones where steps go back. `stepMetrics`: by tag, the metric whose
 * values are its steps; others stand by their rows' steps.
 */
export function scalarSeries(
  rows: readonly SdkRow[],
  stepMetrics: ReadonlyMap<string, string>,
): Map<string, ScalarPoint[]> {
  const series = new Map<string, ScalarPoint[]>();
  for (const { step, timestamp, values } of rows) {
    for (const [key, value] of Object.entries(values)) {
      const tag = shownTag(key);
      const metric = stepMetrics.get(tag);
      const at = metric === undefined ? step : Number(values[metric]);
      add(series, tag, [timestamp, at, asShown(value)]);
    }
  }
  return series;
}

export type LoggedText = readonly [wallTime: number, step: number, text: string];

/** Strings and lists per tag, likewise. */
export function textSeries(rows: readonly SdkRow[]): Map<string, LoggedText[]> {
  const series = new Map<string, LoggedText[]>();
  for (const { step, timestamp, cells } of rows) {
    for (const [key, value] of Object.entries(cells)) {
      // A list is a block of code, of which TensorBoard's page has the text.
      const text = Array.isArray(value) ? JSON.stringify(value) : value;
      if (typeof text === 'string') add(series, shownTag(key), [timestamp, step, text]);
    }
  }
  return series;
}

function add<T extends readonly [number, number, unknown]>(
  series: Map<string, T[]>,
  tag: string,
  point: T,
): void {
  const points = series.get(tag) ?? [];
  while (points.length > 0 && points.at(-1)![1] >= point[1]) points.pop();
  points.push(point);
  series.set(tag, points);
}

/** A number as TensorBoard's JSON has it: float32, with words for what JSON lacks. */
function asShown(value: number | string): number | string {
  const single = Math.fround(Number(value));
  if (Number.isNaN(single)) return 'NaN';
  return Number.isFinite(single) ? single : single > 0 ? 'Infinity' : '-Infinity';
}
