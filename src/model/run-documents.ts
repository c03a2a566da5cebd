/** The small files beside a run's events: run.json, config.yaml, summary.json. @module */

import type { MetricDefinition, RunFacts, RunKey, RunState } from '../core/index.ts';
import { configYaml } from './run-text.ts';
import type { SeriesDictionary, TagTable } from './tag-table.ts';
import { objectOfPaths, type PathValue } from './wandb-json.ts';

/** All there is to tell of a run apart from its rows. */
export interface RunDescription {
  readonly key: RunKey;
  readonly state: RunState;
  readonly facts: RunFacts;
  readonly exit: { readonly exitCode: number; readonly runtimeSeconds: number } | null;
  readonly progress: {
    readonly rows: number;
    readonly systemRows: number;
    readonly firstStep: number | null;
    readonly lastStep: number | null;
    readonly lastTimestamp: number | null;
    readonly startTime: number | null;
    readonly restarts: number;
  };
  readonly dictionary: SeriesDictionary;
  /** Rows per shape id. */
  readonly shapeRows: readonly number[];
  /** Cells per shape id, by type. */
  readonly cells: ReadonlyMap<number, ReadonlyMap<string, number>>;
  readonly metrics: Iterable<MetricDefinition>;
  /** Records that were counted and not decoded. */
  readonly unread: Readonly<Record<string, number>>;
  readonly skippedBytes: number;
  readonly locations: readonly string[];
  readonly eventFile: { readonly name: string; readonly size: number } | null;
  /** Why the run could not be read further; null when all is well. */
  readonly failure: string | null;
}

/** Why a kind of record or value has nothing to show in TensorBoard yet; docs/MAPPING.md says the same. */
const NOT_SHOWN_REASONS: Readonly<Record<string, string>> = {
  console: 'console output is not turned into TensorBoard text',
  file: 'files saved with a run are no TensorBoard values; they are below @files',
  artifact: 'artifacts are not served',
  alert: 'alerts have no place in TensorBoard',
  tensorboard: 'event files synced by W&B are not read; their scalars are in the history already',
  other: 'a kind of record this version does not know',
  missing: 'W&B counts more rows or values of this run than it sends',
  null: 'null is no value',
  list: 'lists have no TensorBoard summary of their own',
};
const MEDIA_REASON = 'media and tables are not turned into TensorBoard summaries by this version';

/** `run.json`: what the run is, what of it is shown under which tag, and what is not shown and why. */
export function runJson(run: RunDescription, tags: TagTable): string {
  const { facts, progress } = run;
  return asJson({
    entity: run.key.entity,
    project: run.key.project,
    id: run.key.runId,
    name: facts.displayName ?? null,
    state: run.state,
    exitCode: run.exit?.exitCode ?? null,
    runtimeSeconds: run.exit?.runtimeSeconds ?? null,
    startTime: progress.startTime ?? facts.startTime ?? null,
    ...facts,
    history: {
      rows: progress.rows,
      firstStep: progress.firstStep,
      lastStep: progress.lastStep,
      lastTimestamp: progress.lastTimestamp,
      systemRows: progress.systemRows,
      restarts: progress.restarts,
    },
    eventFile: run.eventFile,
    series: shownSeries(run, tags),
    notShown: notShown(run),
    metrics: [...run.metrics],
    source: { locations: run.locations, skippedBytes: run.skippedBytes, failure: run.failure },
  });
}

/** Points per tag. */
function shownSeries(run: RunDescription, tags: TagTable) {
  const points = new Map<string, { key: string; kind: string; points: number }>();
  run.dictionary.shapes.forEach((shape, shapeId) => {
    tags.tagsOf(shapeId).forEach((tag, i) => {
      const known = points.get(tag) ?? {
        key: run.dictionary.keys[shape.keys[i]!]!,
        kind: shape.kind,
        points: 0,
      };
      known.points += run.shapeRows[shapeId] ?? countOf(run.cells.get(shapeId));
      points.set(tag, known);
    });
  });
  return [...points]
    .map(([tag, { key, kind, points }]) => ({
      tag,
      key,
      type: kind === 'string' ? 'text' : 'scalar',
      points,
    }))
    .sort((a, b) => (a.tag < b.tag ? -1 : 1));
}

function countOf(types: ReadonlyMap<string, number> | undefined): number {
  return [...(types?.values() ?? [])].reduce((sum, count) => sum + count, 0);
}

function notShown(run: RunDescription) {
  const values = [...run.cells].flatMap(([shapeId, types]) => {
    const shape = run.dictionary.shapes[shapeId]!;
    if (shape.kind !== 'json') return [];
    const key = run.dictionary.keys[shape.keys[0]!]!;
    return [...types].map(([type, count]) => ({
      key,
      type,
      count,
      reason: NOT_SHOWN_REASONS[type] ?? MEDIA_REASON,
    }));
  });
  const records = Object.entries(run.unread).map(([type, count]) => ({
    key: null,
    type,
    count,
    reason: NOT_SHOWN_REASONS[type] ?? MEDIA_REASON,
  }));
  return [...values, ...records];
}

/** `summary.json`: the run's summary as an object; NaN and infinities as strings. */
export function summaryJson(summary: readonly PathValue[]): string {
  return asJson(objectOfPaths(summary));
}

/** `config.yaml`: the run's config, keys sorted, without W&B's own entry. */
export function configDocument(config: readonly PathValue[]): string {
  return configYaml(config);
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
