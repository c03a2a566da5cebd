/** Short ways to write the records of a run. @module */

import type {
  Cell,
  DocumentChange,
  HistoryRow,
  RowShape,
  RunRecord,
  SystemRow,
} from '../../src/core/index.ts';

const SHAPES = new Map<string, RowShape>();

/** Sources hand out one shape object per set of keys; so does this. */
function shapeOf(keys: readonly string[]): RowShape {
  const sorted = [...keys].sort();
  const text = JSON.stringify(sorted);
  let shape = SHAPES.get(text);
  if (shape === undefined) {
    shape = { keys: sorted };
    SHAPES.set(text, shape);
  }
  return shape;
}

/** A history row; `timestamp` defaults to 1,700,000,000 s plus the step. */
export function row(
  step: number,
  numbers: Readonly<Record<string, number>>,
  cells: readonly Cell[] = [],
  timestamp = 1.7e9 + step,
): HistoryRow {
  const shape = shapeOf(Object.keys(numbers));
  return { kind: 'history', step, timestamp, shape, values: shape.keys.map((key) => numbers[key]!), cells };
}

export function systemRow(timestamp: number, numbers: Readonly<Record<string, number>>): SystemRow {
  const shape = shapeOf(Object.keys(numbers));
  return { kind: 'system', timestamp, shape, values: shape.keys.map((key) => numbers[key]!) };
}

export function text(key: string, value: string): Cell {
  return { key, kind: 'string', text: value };
}

export const exitRecord = (exitCode = 0): RunRecord => ({ kind: 'exit', exitCode, runtimeSeconds: 60 });

export const summaryRecord = (
  values: Readonly<Record<string, unknown>>,
  remove: readonly string[] = [],
): RunRecord => ({
  kind: 'summary',
  change: {
    update: Object.entries(values).map(([key, value]) => ({ path: [key], json: wandbText(value) })),
    remove: remove.map((key) => [key]),
  },
});

/** NaN and infinities stand bare. */
function wandbText(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** A value with a type of W&B's own. */
export function media(key: string, type: string): Cell {
  return { key, kind: 'json', text: JSON.stringify({ _type: type, path: `media/${key}` }) };
}

export const factsRecord = (displayName: string, startTime = 1.7e9): RunRecord => ({
  kind: 'facts',
  facts: { displayName, startTime },
});

type Values = Readonly<Record<string, unknown>>;

export const configRecord = (values: Values): RunRecord => ({ kind: 'config', change: changeTo(values) });

export function changeTo(values: Values): DocumentChange {
  const update = Object.entries(values).map(([key, value]) => ({ path: [key], json: JSON.stringify(value) }));
  return { update, remove: [] };
}

/** `define_metric`. */
export const metricRecord = (name: string, stepMetric: string): RunRecord => ({
  kind: 'metric',
  metric: { name, stepMetric },
});
