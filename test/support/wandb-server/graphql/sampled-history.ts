/** `Run.sampledHistory` and `Run.bucketedHistory`: chosen keys of the rows that have all of them. @module */

import { GraphQLError } from 'graphql';
import { bareObject, isObject, type JsonObject, type JsonValue, jsonSafe } from '../rows/json-value.ts';
import { parseLenient } from '../rows/lenient-json.ts';
import type { RowPlace } from '../rows/row-block.ts';
import { RowTable } from '../rows/row-table.ts';
import type { Run } from '../store/run.ts';
import type { Context } from './context.ts';
import { servedHistory } from './history-page.ts';
import { sampleOf } from './sampling.ts';

interface Spec {
  readonly keys: readonly string[];
  readonly samples: number;
  readonly minStep: number;
  /** Exclusive. */
  readonly stopStep: number;
  readonly xAxis: string;
}

/** Used when a spec names no number. */
const DEFAULT_SAMPLES = 500;

/** One list of row objects for each spec. Non-finite numbers are words. */
export function sampledHistory(run: Run, specs: readonly string[], context: Context): JsonValue[] {
  return specs.map((text) => {
    const spec = parseSpec(text, context);
    return segmentsOf(run, context).flatMap((segment) => {
      const rows = rowsWithAll(segment, spec);
      return sampleOf(rows, spec.samples, context.random).map((row) => pick(row, spec.keys));
    });
  });
}

/** For each spec a list of buckets: mean, least and greatest of a key over equal stretches of the x axis. */
export function bucketedHistory(run: Run, specs: readonly string[], context: Context): JsonValue[] {
  return specs.map((text) => {
    const spec = parseSpec(text, context);
    const rows = rowsWithAll(servedHistory(run, context), { ...spec, keys: [...spec.keys, spec.xAxis] });
    return bucketsOf(rows, spec);
  });
}

/**
 * A fork's inherited rows and its own are sampled apart, and its own come first: answers may hold more than `samples`
 * rows and are not in order (wandb-cloud.md 2.6).
 */
function segmentsOf(run: Run, context: Context): readonly RowTable[] {
  const served = servedHistory(run, context);
  if (run.inheritedRows === 0 || served !== run.history) return [served];
  return [run.history.spans(run.inheritedRows), run.history.spans(0, run.inheritedRows)].map((spans) => {
    const segment = new RowTable();
    segment.appendSpans(spans);
    return segment;
  });
}

/** @throws GraphQLError when the text is no spec. */
function parseSpec(text: string, { behaviour }: Context): Spec {
  const spec = parseLenient(text);
  const keys = isObject(spec) ? spec['keys'] : undefined;
  if (!isObject(spec) || !Array.isArray(keys)) throw new GraphQLError(`invalid spec: ${text.slice(0, 80)}`);
  const maxStep = numberOf(spec['maxStep'], Number.POSITIVE_INFINITY);
  return {
    keys: [...new Set(keys as string[])],
    samples: numberOf(spec['samples'], DEFAULT_SAMPLES),
    minStep: numberOf(spec['minStep'], Number.NEGATIVE_INFINITY),
    stopStep: behaviour.sampledMaxStep === 'inclusive' ? maxStep + 1 : maxStep,
    xAxis: typeof spec['xAxis'] === 'string' ? spec['xAxis'] : '_step',
  };
}

function numberOf(value: JsonValue | undefined, otherwise: number): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : otherwise;
}

/** Null counts as absent. */
function rowsWithAll(table: RowTable, { keys, minStep, stopStep }: Spec): RowPlace[] {
  return table.select(minStep, stopStep).filter(({ block, index }) =>
    keys.every((key) => {
      const value = block.value(index, key);
      return value !== undefined && value !== null;
    }),
  );
}

function pick({ block, index }: RowPlace, keys: readonly string[]): JsonObject {
  return bareObject(keys.map((key) => [key, jsonSafe(block.value(index, key) ?? null)]));
}

function bucketsOf(rows: readonly RowPlace[], { samples, keys, xAxis }: Spec): JsonObject[] {
  const size = Math.ceil(rows.length / samples);
  const buckets = Array.from({ length: Math.min(samples, rows.length) }, (_, number) =>
    rows.slice(number * size, (number + 1) * size),
  );
  const shown = [...new Set([...keys, xAxis, '_timestamp'])];
  return buckets.filter((bucket) => bucket.length > 0).map((bucket) => summarize(bucket, shown));
}

function summarize(bucket: readonly RowPlace[], keys: readonly string[]): JsonObject {
  const summary = bareObject([['bucketSize', bucket.length]]);
  for (const key of keys) {
    const numbers = bucket.map(({ block, index }) => Number(block.value(index, key) ?? Number.NaN));
    summary[`${key}Avg`] = jsonSafe(numbers.reduce((sum, number) => sum + number, 0) / numbers.length);
    summary[`${key}Min`] = jsonSafe(numbers.reduce((least, number) => Math.min(least, number)));
    summary[`${key}Max`] = jsonSafe(numbers.reduce((most, number) => Math.max(most, number)));
  }
  return summary;
}
