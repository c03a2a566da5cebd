/** Points of scalars: from history where a run was read, from what its source sums up where it was not. @module */

import type { History } from '../history/index.ts';
import type { RunEntries, ScalarPoints, Selection, SeriesEnd } from './data-provider.ts';
import { downsample } from './downsample.ts';
import { type EachOptions, each } from './each.ts';
import { latestValues } from './latest-values.ts';
import type { OpenRun } from './open-run.ts';
import { pointsAllowed } from './points-allowance.ts';
import type { RunPreviews } from './run-previews.ts';
import { type ScalarSeries, seriesEnd } from './run-series.ts';
import { selected } from './selected.ts';
import type { SeriesReader } from './series-reader.ts';

export interface ScalarReaderOptions {
  readonly history: History;
  readonly reader: SeriesReader;
  readonly previews: RunPreviews;
  /** Bound on the points of one answer; each series has some all the same. */
  readonly maxResponsePoints: number;
}

/** What is asked for of one run; of a run that was never read, keys. */
interface Wanted {
  readonly run: OpenRun;
  readonly series: ReadonlyMap<string, ScalarSeries>;
  readonly keys: ReadonlyMap<string, number | null>;
}

export class ScalarReader {
  readonly #options: ScalarReaderOptions;

  constructor(options: ScalarReaderOptions) {
    this.#options = options;
  }

  list(runs: readonly OpenRun[], selection: Selection): readonly RunEntries<SeriesEnd>[] {
    return wantedOf(runs, selection).map(({ run, series, keys }) => ({
      run: run.name,
      tags: [
        ...[...series].map(([tag, { newest }]) => [tag, seriesEnd(newest)] as const),
        ...[...keys.keys()].map((key) => [key, previewEnd(run)] as const),
      ],
    }));
  }

  async read(
    runs: readonly OpenRun[],
    selection: Selection,
    maxPoints: number,
    options: EachOptions,
  ): Promise<readonly RunEntries<ScalarPoints>[]> {
    const wanted = wantedOf(runs, selection);
    const count = wanted.reduce((sum, { series, keys }) => sum + series.size + keys.size, 0);
    const allowed = pointsAllowed(maxPoints, count, this.#options.maxResponsePoints);
    const sampled = await this.#samples(wanted, allowed, options);
    const entries = await each(wanted, options, async ({ run, series, keys }) => ({
      run: run.name,
      tags: [
        ...(await this.#exact(run, series, allowed)),
        ...[...keys].flatMap(([key, newest]) => {
          const points = allowed === 1 ? latestOf(run, newest) : sampled.get(key)?.get(run.run.id);
          return points === undefined ? [] : [[key, points] as const];
        }),
      ],
    }));
    return entries.filter(({ tags }) => tags.length > 0);
  }

  async #exact(
    { log }: OpenRun,
    series: ReadonlyMap<string, ScalarSeries>,
    maxPoints: number,
  ): Promise<(readonly [string, ScalarPoints])[]> {
    if (series.size === 0) return [];
    if (maxPoints === 1) return [...(await latestValues(this.#options.history, log, series))];
    const buffers = await this.#options.reader.read(log, series);
    return [...buffers].map(([tag, buffer]) => [tag, downsample(buffer.points(), maxPoints)]);
  }

  /** Points by run, by key, of runs that were never read. */
  async #samples(
    wanted: readonly Wanted[],
    maxPoints: number,
    options: EachOptions,
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, ScalarPoints>>> {
    const byKey = new Map<string, OpenRun['run'][]>();
    for (const { run, keys } of maxPoints > 1 ? wanted : []) {
      for (const key of keys.keys()) byKey.set(key, [...(byKey.get(key) ?? []), run.run]);
    }
    const found = await Promise.all(
      [...byKey].map(async ([key, runs]) => {
        const samples = await this.#options.previews.samples(runs, { ...options, key, maxPoints });
        const points = [...samples].map(([id, { steps, timestamps, values }]) => {
          const all = {
            steps: Float64Array.from(steps),
            wallTimes: Float64Array.from(timestamps),
            values: Float32Array.from(values),
          };
          return [id, downsample(all, maxPoints)] as const;
        });
        return [key, new Map(points)] as const;
      }),
    );
    return new Map(found);
  }
}

/** Runs that have any of it. */
function wantedOf(runs: readonly OpenRun[], selection: Selection): readonly Wanted[] {
  return runs.flatMap((run) => {
    const series = selected(run.series.scalars, selection);
    const keys = selected(run.preview?.keys ?? NO_KEYS, selection);
    return series.size + keys.size === 0 ? [] : [{ run, series, keys }];
  });
}

const NO_KEYS: ReadonlyMap<string, number | null> = new Map();

/** The end of a series as far as its source says: it knows the run's last step, not each key's. */
function previewEnd({ run, preview }: OpenRun): SeriesEnd {
  return { step: Math.max(0, preview?.lastStep ?? 0), wallTime: run.listing.modifiedAtMs / 1000 };
}

function latestOf(run: OpenRun, newest: number | null): ScalarPoints | undefined {
  if (newest === null) return undefined;
  const { step, wallTime } = previewEnd(run);
  return {
    steps: Float64Array.of(step),
    wallTimes: Float64Array.of(wallTime),
    values: Float32Array.of(newest),
  };
}
