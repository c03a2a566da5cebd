/** Config and summary of a run, from W&B's JSON texts to changes of documents. @module */

import type { DocumentChange, MetricDefinition, RunFacts } from '../../../core/index.ts';
import { flattenJson, type JsonLeaf } from '../../../wandb-json/index.ts';

/** W&B sends documents whole: each replaces the one before. */
export interface Documents {
  readonly config: DocumentChange['update'];
  readonly metrics: readonly MetricDefinition[];
  /** What W&B notes of a run among its config. */
  readonly facts: RunFacts;
}

/** W&B wraps each config value: `{"lr": {"desc": null, "value": 0.1}}`. */
const VALUE = 'value';

/** Of W&B's own entry: what the classes of masks and boxes are called. */
const CLASS_LABELS: ReadonlySet<string> = new Set(['mask/class_labels', 'bounding_box/class_labels']);

/** Config values by path, and what stands in W&B's own entry `_wandb`. */
export function readConfig(text: string | null | undefined): Documents {
  const leaves = flattenJson([], text || '{}').filter(({ path }) => path.length > 0);
  const config = leaves.flatMap(({ path: [key = '', wrapper, ...rest], text: json }) => {
    const isWanted = key !== '_wandb' || CLASS_LABELS.has(rest[0] ?? '');
    return wrapper === VALUE && isWanted ? [{ path: [key, ...rest], json }] : [];
  });
  const own = leaves.filter(({ path }) => path[0] === '_wandb' && path[1] === VALUE);
  return { config, metrics: metricsOf(leafValue(own, ['m'])), facts: factsOf(own) };
}

/** Summary values by path. */
export function readSummary(text: string | null | undefined): DocumentChange['update'] {
  return flattenJson([], text || '{}')
    .filter(({ path }) => path.length > 0)
    .map(({ path, text: json }) => ({ path, json }));
}

function leafValue(own: readonly JsonLeaf[], path: readonly string[]): unknown {
  const wanted = JSON.stringify(['_wandb', VALUE, ...path]);
  const leaf = own.find((candidate) => JSON.stringify(candidate.path) === wanted);
  if (leaf === undefined) return undefined;
  try {
    return JSON.parse(leaf.text) as unknown;
  } catch {
    return undefined;
  }
}

function factsOf(own: readonly JsonLeaf[]): RunFacts {
  const sdkVersion = leafValue(own, ['cli_version']);
  const python = leafValue(own, ['python_version']);
  const parent = leafValue(own, ['branch_point', 'run_id']) ?? leafValue(own, ['branch_point', 'run']);
  const step = leafValue(own, ['branch_point', 'step']) ?? leafValue(own, ['branch_point', 'value']);
  return {
    ...(typeof sdkVersion === 'string' && { sdkVersion }),
    ...(typeof python === 'string' && { python }),
    ...(typeof parent === 'string' && { forkedFrom: { runId: parent, step: Number(step ?? 0) } }),
  };
}

/** Field numbers of the SDK's `MetricRecord`, by which the list `_wandb.m` has its entries. */
const METRIC = {
  name: '1',
  globName: '2',
  stepMetric: '4',
  stepMetricIndex: '5',
  options: '6',
  summary: '7',
  goal: '8',
};
const HIDDEN_OPTION = 2;
/** Field numbers of `MetricSummary`, from 1. */
const AGGREGATIONS = ['min', 'max', 'mean', 'best', 'last', 'none', 'copy', 'first'];
const GOALS = [undefined, 'minimize', 'maximize'] as const;

type Entry = Readonly<Record<string, unknown>>;

function metricsOf(list: unknown): MetricDefinition[] {
  if (!Array.isArray(list)) return [];
  const entries = list.filter((item): item is Entry => typeof item === 'object' && item !== null);
  return entries.flatMap((entry) => metricOf(entry, entries));
}

function metricOf(entry: Entry, all: readonly Entry[]): MetricDefinition[] {
  const name = entry[METRIC.name] ?? entry[METRIC.globName];
  if (typeof name !== 'string') return [];
  // The step metric is named, or it is the entry with that number, counted from 1.
  const index = Number(entry[METRIC.stepMetricIndex] ?? 0);
  const stepMetric = entry[METRIC.stepMetric] ?? all[index - 1]?.[METRIC.name];
  const summary = numbers(entry[METRIC.summary]).flatMap((field) => AGGREGATIONS[field - 1] ?? []);
  const goal = GOALS[Number(entry[METRIC.goal] ?? 0)];
  return [
    {
      name,
      ...(typeof stepMetric === 'string' && { stepMetric }),
      ...(numbers(entry[METRIC.options]).includes(HIDDEN_OPTION) && { hidden: true }),
      ...(summary.length > 0 && { summary }),
      ...(goal !== undefined && { goal }),
    },
  ];
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}
