/** What TensorBoard must show of a run, worked out by the SDK's own decoder and nothing of this program. @module */

import { runPython } from './python.ts';
import type { ScalarPoint } from './tensorboard.ts';

interface SdkRow {
  readonly step: number;
  readonly timestamp: number;
  readonly values: Readonly<Record<string, number | string>>;
  readonly cells: Readonly<Record<string, unknown>>;
}

/** Rows of logs in order, as the SDK's protobuf classes and Python's json read them. */
export async function sdkRows(logs: readonly string[]): Promise<readonly SdkRow[]> {
  const lines = (await runPython('sdk-rows.py', logs)).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as SdkRow | { file: string }).filter((line) => 'step' in line);
}

/** Scalar points per tag: float32, later rows over earlier ones where steps go back. */
export function scalarSeries(rows: readonly SdkRow[]): Map<string, ScalarPoint[]> {
  const series = new Map<string, ScalarPoint[]>();
  for (const { step, timestamp, values } of rows) {
    for (const [tag, value] of Object.entries(values)) {
      const points = series.get(tag) ?? [];
      while (points.length > 0 && points.at(-1)![1] >= step) points.pop();
      points.push([timestamp, step, asShown(value)]);
      series.set(tag, points);
    }
  }
  return series;
}

/** A number as TensorBoard's JSON has it: float32, with words for what JSON lacks. */
function asShown(value: number | string): number | string {
  const single = Math.fround(Number(value));
  if (Number.isNaN(single)) return 'NaN';
  return Number.isFinite(single) ? single : single > 0 ? 'Infinity' : '-Infinity';
}
