/** Curves of single runs, for pages: the points that a data provider reads, with what of a whole series is to be told. @module */

import type { SeriesViews } from '../eventfile/index.ts';
import type { Run } from '../history/index.ts';
import type { Metrics } from '../observability/index.ts';
import { tagTableOf } from '../plugins/index.ts';
import { downsample, type ScalarPoints } from '../points/index.ts';
import { selected, seriesOf } from './runs/run-series.ts';
import { BlockMemory } from './scalars/block-memory.ts';
import { SeriesCache } from './scalars/series-cache.ts';

export interface Curve {
  /** See `downsample`. */
  readonly points: ScalarPoints;
  /** Points of the whole series, from which the three below are too. */
  readonly count: number;
  /** The newest value. */
  readonly last: number;
  /** NaN where every value is. */
  readonly lowest: number;
  readonly highest: number;
}

/** The series of one run as of a moment. */
export interface RunCurves {
  /** Those that have a point, ascending. */
  readonly tags: readonly string[];
  /** By tag, those that the run has. @throws LogdirError as `Run.readBlocks` */
  read(tags: readonly string[], maxPoints: number): Promise<ReadonlyMap<string, Curve>>;
}

export interface CurvesOptions {
  readonly events: SeriesViews;
  readonly metrics: Metrics;
  /** Bound on whole series kept in memory. */
  readonly maxBytes: number;
}

export class Curves {
  readonly #events: SeriesViews;
  readonly #series: SeriesCache;

  constructor({ events, ...options }: CurvesOptions) {
    this.#events = events;
    this.#series = new SeriesCache({ ...options, memory: new BlockMemory(), keepsEnded: true });
  }

  /** Of what was read of a run; refreshing it is the caller's. */
  async of(run: Run): Promise<RunCurves> {
    const view = await this.#events.view(run);
    const { log } = view;
    const { scalars } = seriesOf(view, tagTableOf(log.ledger.dictionary));
    return {
      tags: [...scalars.keys()].sort(),
      read: async (tags, maxPoints) => {
        const wanted = selected(scalars, { tags: new Set(tags) });
        const read = await this.#series.read({ run, log, view }, wanted, (points) =>
          curveOf(points, maxPoints),
        );
        return new Map(read);
      },
    };
  }
}

function curveOf(points: ScalarPoints, maxPoints: number): Curve {
  const { values } = points;
  let lowest = Number.NaN;
  let highest = Number.NaN;
  for (const value of values) {
    // Comparisons with NaN are false: the first number takes its place.
    if (!(value >= lowest) && !Number.isNaN(value)) lowest = value;
    if (!(value <= highest) && !Number.isNaN(value)) highest = value;
  }
  const last = values.at(-1) ?? Number.NaN;
  return { points: downsample(points, maxPoints), count: values.length, last, lowest, highest };
}
