/** Points of scalars: from history where a run was read, from what its source sums up where it was not. @module */

import { LRUCache } from 'lru-cache';
import type { RunLog } from '../history/index.ts';
import type { RunEntries, ScalarPoints, Selection, SeriesEnd } from './data-provider.ts';
import { downsample } from './downsample.ts';
import { type EachOptions, each } from './each.ts';
import { latestValues } from './latest-values.ts';
import type { OpenRun } from './open-run.ts';
import { pointsAllowed } from './points-allowance.ts';
import type { RunPreviews } from './run-previews.ts';
import { type ScalarSeries, seriesEnd } from './run-series.ts';
import { onePoint } from './scalar-memory.ts';
import type { ScratchPool } from './scratch.ts';
import { selected } from './selected.ts';
import type { SeriesReader } from './series-reader.ts';

/** What an entry takes beside its points: its name, three arrays and a place in the cache. */
const ENTRY_BYTES = 600;

export interface ScalarReaderOptions {
  readonly scratch: ScratchPool;
  readonly reader: SeriesReader;
  readonly previews: RunPreviews;
  /** Bound on what was shown, kept in memory. */
  readonly shownMaxBytes: number;
  /** Bound on the points of one answer; each series has some all the same. */
  readonly maxResponsePoints: number;
}

/** What is asked for of one run; of a run that was never read, keys. */
interface Wanted {
  readonly run: OpenRun;
  readonly series: ReadonlyMap<string, ScalarSeries>;
  readonly keys: ReadonlyMap<string, number | null>;
}

/** Points as they were shown, as of a number of blocks. */
interface ShownPoints {
  readonly log: RunLog;
  readonly blocks: number;
  readonly points: ScalarPoints;
}

export class ScalarReader {
  readonly #options: ScalarReaderOptions;
  /** Far less than whole series: the dozen cards of a page, over a thousand runs, are some ten megabytes. */
  readonly #shown: LRUCache<string, ShownPoints>;

  constructor(options: ScalarReaderOptions) {
    this.#options = options;
    this.#shown = new LRUCache({
      maxSize: options.shownMaxBytes,
      maxEntrySize: options.shownMaxBytes,
      sizeCalculation: ({ points }) => ENTRY_BYTES + points.steps.buffer.byteLength,
    });
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
    open: OpenRun,
    series: ReadonlyMap<string, ScalarSeries>,
    maxPoints: number,
  ): Promise<(readonly [string, ScalarPoints])[]> {
    const { run, log } = open;
    if (series.size === 0) return [];
    if (maxPoints === 1) return [...(await latestValues(this.#options, open, series))];
    const blocks = log.ledger.blockCount;
    const idOf = (tag: string) => JSON.stringify([run.id, tag, maxPoints]);
    const missing = new Map(series);
    const known: (readonly [string, ScalarPoints])[] = [];
    for (const tag of series.keys()) {
      const shown = this.#shown.get(idOf(tag));
      if (shown === undefined || shown.log !== log || shown.blocks !== blocks) continue;
      known.push([tag, shown.points]);
      missing.delete(tag);
    }
    if (missing.size === 0) return known;
    const read = await this.#options.reader.read(open, missing, (points) => downsample(points, maxPoints));
    for (const [tag, points] of read) this.#shown.set(idOf(tag), { log, blocks, points });
    return [...known, ...read];
  }

  /** Points by run, by key, of runs that were never read. */
  async #samples(
    wanted: readonly Wanted[],
    maxPoints: number,
    options: EachOptions,
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, ScalarPoints>>> {
    const byKey = new Map<string, OpenRun['run'][]>();
    for (const { run, keys } of maxPoints > 1 ? wanted : []) {
      for (const key of keys.keys()) {
        const sharing = byKey.get(key) ?? [];
        byKey.set(key, sharing);
        sharing.push(run.run);
      }
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
  return onePoint(step, wallTime, newest);
}
