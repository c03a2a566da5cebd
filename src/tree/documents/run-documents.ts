/** The small files beside a run's events: run.json, config.yaml, summary.json. @module */

import type { MetricDefinition, RunFacts, RunKey, RunState } from '../../core/index.ts';
import {
  configYaml,
  notShownOf,
  type SeriesDictionary,
  type SeriesShape,
  type TagTable,
  tagTableOf,
} from '../../plugins/index.ts';
import { objectOfPaths, type PathValue } from '../../wandb-json/index.ts';

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
  /** Rows or cells per shape id; fewer entries than shapes where the last ones have none. */
  readonly shapeRows: readonly (number | undefined)[];
  readonly metrics: Iterable<MetricDefinition>;
  /** Records that were counted and not decoded. */
  readonly unread: Readonly<Record<string, number>>;
  readonly skippedBytes: number;
  readonly locations: readonly string[];
  readonly eventFile: { readonly name: string; readonly size: number } | null;
  /** Why the run could not be read further; null when all is well. */
  readonly failure: string | null;
}

/** `run.json`: what the run is, what of it is shown under which tag, and what is not shown and why. */
export function runJson(run: RunDescription): string {
  const { facts, progress } = run;
  const tags = tagTableOf(run.dictionary);
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
    notShown: notShownOf(run),
    metrics: [...run.metrics],
    source: { locations: run.locations, skippedBytes: run.skippedBytes, failure: run.failure },
  });
}

/** Points per tag. */
function shownSeries({ dictionary, shapeRows }: RunDescription, tags: TagTable) {
  const found = new Map<string, { tag: string; key: string; type: string; points: number }>();
  dictionary.shapes.forEach((shape, shapeId) => {
    const type = tags.pluginOf(shapeId)?.typeName ?? '';
    tags.tagsOf(shapeId).forEach((tag, i) => {
      const key = keyOf(dictionary, shape, i);
      const series = found.get(tag) ?? { tag, key, type, points: 0 };
      series.points += shapeRows[shapeId] ?? 0;
      found.set(tag, series);
    });
  });
  return [...found.values()].sort((a, b) => (a.tag < b.tag ? -1 : 1));
}

/** The key of the tag at `index`: a cell has one key, whatever number of tags its plugin makes of it. */
function keyOf({ keys }: SeriesDictionary, shape: SeriesShape, index: number): string {
  return keys[shape.keys[shape.kind === 'cell' ? 0 : index] ?? -1] ?? '';
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
