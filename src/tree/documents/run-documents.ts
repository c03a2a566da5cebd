/** The small files beside a run's events: run.json, config.yaml, summary.json. @module */

import type { MetricDefinition, RunFacts, RunKey, RunState } from '../../core/index.ts';
import { plainMetricName } from '../../eventfile/index.ts';
import {
  configYaml,
  type LeftOutValues,
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
  /** Key of the metric whose values are a tag's steps; null for `_step`. */
  readonly stepMetricOf: (tag: string) => string | null;
  /** Records that were counted and not decoded. */
  readonly unread: Readonly<Record<string, number>>;
  readonly skippedBytes: number;
  readonly locations: readonly string[];
  /** Tags that only reading values tells, with their points in the event file. */
  readonly writtenTags: readonly {
    readonly tag: string;
    readonly shapeId: number;
    readonly points: number;
  }[];
  /** By shape id: values that came to nothing. */
  readonly emptyValues: ReadonlyMap<number, number>;
  /** Values that the event file leaves out, and why files of others are gone. */
  readonly leftOut: readonly LeftOutValues[];
  readonly losses: readonly string[];
  /** Numbers of the summary that event files have, with how often they were told, by tag. */
  readonly toldSummary: readonly { readonly tag: string; readonly key: string; readonly points: number }[];
  /** Those that the run's next exit tells. */
  readonly untoldSummary: readonly string[];
  /** Whether the run has begun and nothing of it has reached its log. */
  readonly isWaiting: boolean;
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
    ...(run.isWaiting && { waitingFor: 'the first block of its log, which the SDK writes when it is full' }),
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
    metrics: [...run.metrics].map(asWritten),
    source: { locations: run.locations, skippedBytes: run.skippedBytes, failure: run.failure },
  });
}

/** W&B escapes dots in the names of definitions. */
function asWritten({ name, stepMetric, ...rest }: MetricDefinition): MetricDefinition {
  const step = stepMetric === undefined ? {} : { stepMetric: plainMetricName(stepMetric) };
  return { name: plainMetricName(name), ...step, ...rest };
}

interface ShownSeries {
  readonly tag: string;
  readonly key: string;
  readonly type: string;
  readonly stepMetric?: string;
  points: number;
}

/** Points per tag. */
function shownSeries(run: RunDescription, tags: TagTable) {
  const { dictionary, shapeRows, toldSummary, writtenTags, stepMetricOf } = run;
  const found = new Map<string, ShownSeries>();
  dictionary.shapes.forEach((shape, shapeId) => {
    const cells = tags.cellsOf(shapeId);
    tags.tagsOf(shapeId).forEach((tag, i) => {
      if (cells[i]?.series.metadata === null) return;
      const type = (cells[i]?.plugin ?? tags.rowPluginOf(shapeId))?.typeName ?? '';
      const key = keyOf(dictionary, shape, i);
      const stepMetric = stepMetricOf(tag);
      const series = found.get(tag) ?? {
        tag,
        key,
        type,
        ...(stepMetric !== null && { stepMetric }),
        points: 0,
      };
      series.points += shapeRows[shapeId] ?? 0;
      found.set(tag, series);
    });
  });
  const counted = new Set(found.keys());
  for (const { tag, shapeId, points } of writtenTags) {
    if (counted.has(tag)) continue;
    const key = keyOf(dictionary, dictionary.shapes[shapeId]!, 0);
    const series = found.get(tag) ?? { tag, key, type: typeOfTag(tags, shapeId, tag), points: 0 };
    series.points += points;
    found.set(tag, series);
  }
  for (const told of toldSummary) found.set(told.tag, { ...told, type: 'scalar' });
  return [...found.values()].sort((a, b) => (a.tag < b.tag ? -1 : 1));
}

/** Of a tag of cells: that of the series whose tag it is, or begins with. */
function typeOfTag(tags: TagTable, shapeId: number, tag: string): string {
  const [longest] = tags
    .cellsOf(shapeId)
    .filter(({ tag: base }) => tag.startsWith(base))
    .sort((a, b) => b.tag.length - a.tag.length);
  return longest?.plugin.typeName ?? '';
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
