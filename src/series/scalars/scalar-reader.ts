/** Points of scalars: from history where a run was read, from what its source sums up where it was not. @module */

import { LRUCache } from 'lru-cache';
import { type Adjustable, adjusted } from '../../core/index.ts';
import type { Run, RunLog, SampledPoints } from '../../history/index.ts';
import type { Metrics } from '../../observability/index.ts';
import type { Plugin } from '../../plugins/index.ts';
import { downsample, onePoint, type ScalarPoints } from '../../points/index.ts';
import type { RunEntries, Selection, SeriesEnd, SeriesListing } from '../data-provider.ts';
import { type MapRunsOptions, mapRuns, type ResolvedRun } from '../runs/resolved-runs.ts';
import type { RunPreviews } from '../runs/run-previews.ts';
import { newestOfSeries, type ScalarSeries, selected, seriesEnd } from '../runs/run-series.ts';
import { valueAt } from './block-columns.ts';
import { BlockMemory } from './block-memory.ts';
import { SeriesCache } from './series-cache.ts';

/** So few still show a trend. */
const FEWEST_POINTS = 20;
/** What a cached answer takes beside its points: its name, three arrays and a place in the cache. */
const ENTRY_BYTES = 600;

export interface ScalarReaderOptions {
  readonly previews: RunPreviews;
  readonly metrics: Metrics;
  /** Bound on the points of one answer; each series has some all the same. */
  readonly maxResponsePoints: Adjustable;
  /** Bound on whole series kept in memory, and on answers. */
  readonly maxBytes: number;
}

/** What is asked for of one run; of a run that was never read, keys with their newest value. */
interface WantedOfRun {
  readonly run: ResolvedRun;
  readonly series: ReadonlyMap<string, ScalarSeries>;
  readonly told: ReadonlyMap<string, ScalarPoints>;
  readonly keys: ReadonlyMap<string, number | null>;
}

/** Downsampled points as they were answered; null: the run's source has none of that key. */
interface Answer {
  /** They are those of a log as of a number of blocks and by certain axes, or of a run's source as of a heartbeat. */
  readonly of: RunLog | Run;
  readonly version: string;
  readonly points: ScalarPoints | null;
}

export class ScalarReader {
  readonly #options: ScalarReaderOptions;
  readonly #memory = new BlockMemory();
  readonly #series: SeriesCache;
  /** Far less than whole series: the dozen cards of a page, over a thousand runs, are some ten megabytes. */
  readonly #answers: LRUCache<string, Answer>;

  constructor(options: ScalarReaderOptions) {
    const { maxBytes } = options;
    this.#options = options;
    this.#series = new SeriesCache({ ...options, memory: this.#memory, keepsEnded: false });
    this.#answers = new LRUCache({
      maxSize: maxBytes,
      maxEntrySize: maxBytes,
      sizeCalculation: ({ points }) => ENTRY_BYTES + (points?.steps.buffer.byteLength ?? 0),
    });
  }

  list(
    { rows }: Plugin,
    runs: readonly ResolvedRun[],
    selection: Selection,
  ): readonly RunEntries<SeriesListing>[] {
    if (rows === undefined) return [];
    const listing = (end: SeriesEnd): SeriesListing => ({ ...end, metadata: rows.metadata, blobCount: 0 });
    return wantedOf(runs, selection).map(({ run, series, told, keys }) => ({
      run: run.name,
      tags: [
        ...[...series].map(
          ([tag, one]) => [tag, listing(seriesEnd(newestOfSeries(run.view, tag, one)))] as const,
        ),
        ...[...told].map(([tag, points]) => [tag, listing(endOfPoints(points))] as const),
        ...[...keys.keys()].map((key) => [key, listing(previewEnd(run))] as const),
      ],
    }));
  }

  async read(
    runs: readonly ResolvedRun[],
    selection: Selection,
    maxPoints: number,
    options: MapRunsOptions,
  ): Promise<readonly RunEntries<ScalarPoints>[]> {
    const wanted = wantedOf(runs, selection);
    const count = wanted.reduce(
      (sum, { series, told, keys }) => sum + series.size + told.size + keys.size,
      0,
    );
    const allowed = pointsAllowed(maxPoints, count, adjusted(this.#options.maxResponsePoints));
    await this.#sample(wanted, allowed, options);
    const entries = await mapRuns(wanted, options, async ({ run, series, told, keys }) => ({
      run: run.name,
      tags: [
        ...(await this.#exact(run, series, allowed)),
        ...[...told].map(([tag, points]) => [tag, downsample(points, allowed)] as const),
        ...this.#sampled(run, keys, allowed),
      ],
    }));
    return entries.filter(({ tags }) => tags.length > 0);
  }

  async #exact(
    resolved: ResolvedRun,
    series: ReadonlyMap<string, ScalarSeries>,
    maxPoints: number,
  ): Promise<(readonly [string, ScalarPoints])[]> {
    const { run, log, view } = resolved;
    if (series.size === 0) return [];
    if (maxPoints === 1) return await this.#newest(resolved, series);
    const version = `${log.ledger.blockCount}${view.fold.axes.id}`;
    const missing = new Map(series);
    const known: (readonly [string, ScalarPoints])[] = [];
    for (const tag of series.keys()) {
      const answer = this.#answer(run.id, tag, maxPoints, log, version);
      if (!answer?.points) continue;
      known.push([tag, answer.points]);
      missing.delete(tag);
    }
    if (missing.size === 0) return known;
    const read = await this.#series.read(resolved, missing, (points) => downsample(points, maxPoints));
    for (const [tag, points] of read)
      this.#answers.set(answerId(run.id, tag, maxPoints), { of: log, version, points });
    return [...known, ...read];
  }

  /** One point per series, each from the one block that holds it; blocks that several share are read once. */
  async #newest(
    { run, log, view }: ResolvedRun,
    wanted: ReadonlyMap<string, ScalarSeries>,
  ): Promise<[string, ScalarPoints][]> {
    const byBlock = new Map<number, [string, ReturnType<typeof newestOfSeries>][]>();
    for (const [tag, series] of wanted) {
      const newest = newestOfSeries(view, tag, series);
      const sharing = byBlock.get(newest.block) ?? [];
      byBlock.set(newest.block, sharing);
      sharing.push([tag, newest]);
    }
    const found: [string, ScalarPoints][] = [];
    await this.#memory.lend(async (allocate) => {
      for (const [index, series] of byBlock) {
        const [block] = await run.readBlocks(log, index, 1, allocate);
        if (block === undefined) continue;
        for (const [tag, newest] of series) {
          const { step, wallTime } = seriesEnd(newest);
          const value = valueAt(block, log.ledger.dictionary, newest.end.row, newest.column);
          found.push([tag, onePoint(step, wallTime, value)]);
        }
      }
    });
    return found;
  }

  /** Has sources asked for points of runs that were never read, as far as they are not known: many runs at a time, key by key. */
  async #sample(wanted: readonly WantedOfRun[], maxPoints: number, options: MapRunsOptions): Promise<void> {
    const byKey = new Map<string, Run[]>();
    for (const { run, keys } of maxPoints > 1 ? wanted : []) {
      for (const key of keys.keys()) {
        if (this.#sampleAnswer(run.run, key, maxPoints) !== undefined) continue;
        const sharing = byKey.get(key) ?? [];
        byKey.set(key, sharing);
        sharing.push(run.run);
      }
    }
    const keep = (key: string) => (run: Run, points: SampledPoints | null) => {
      const answer = points && downsample(scalarPoints(points), maxPoints);
      const version = `${run.listing.modifiedAtMs}`;
      this.#answers.set(answerId(run.id, key, maxPoints), { of: run, version, points: answer });
    };
    await Promise.all(
      [...byKey].map(([key, runs]) =>
        this.#options.previews.sample(runs, { ...options, key, maxPoints }, keep(key)),
      ),
    );
  }

  #sampled(
    run: ResolvedRun,
    keys: ReadonlyMap<string, number | null>,
    maxPoints: number,
  ): (readonly [string, ScalarPoints])[] {
    return [...keys].flatMap(([key, newest]) => {
      const points =
        maxPoints === 1 ? newestOf(run, newest) : this.#sampleAnswer(run.run, key, maxPoints)?.points;
      return points ? [[key, points] as const] : [];
    });
  }

  #sampleAnswer(run: Run, key: string, maxPoints: number): Answer | undefined {
    return this.#answer(run.id, key, maxPoints, run, `${run.listing.modifiedAtMs}`);
  }

  #answer(id: string, tag: string, maxPoints: number, of: Answer['of'], version: string): Answer | undefined {
    const answer = this.#answers.get(answerId(id, tag, maxPoints));
    return answer?.of === of && answer.version === version ? answer : undefined;
  }
}

function answerId(runId: string, tag: string, maxPoints: number): string {
  return JSON.stringify([runId, tag, maxPoints]);
}

/** `asked`, or fewer where that many of `seriesCount` series would be more than `maxResponsePoints`. */
export function pointsAllowed(asked: number, seriesCount: number, maxResponsePoints: number): number {
  const share = Math.floor(maxResponsePoints / Math.max(1, seriesCount));
  return Math.min(asked, Math.max(FEWEST_POINTS, share));
}

/** Runs that have any of it. */
function wantedOf(runs: readonly ResolvedRun[], selection: Selection): readonly WantedOfRun[] {
  return runs.flatMap((run) => {
    const series = selected(run.series.scalars, selection);
    const keys = selected(run.preview?.keys ?? NO_KEYS, selection);
    const told = selected(run.told, selection);
    return series.size + told.size + keys.size === 0 ? [] : [{ run, series, told, keys }];
  });
}

function endOfPoints({ steps, wallTimes }: ScalarPoints): SeriesEnd {
  return { step: steps.at(-1) ?? 0, wallTime: wallTimes.at(-1) ?? 0 };
}

const NO_KEYS: ReadonlyMap<string, number | null> = new Map();

function scalarPoints({ steps, timestamps, values }: SampledPoints): ScalarPoints {
  return {
    steps: Float64Array.from(steps),
    wallTimes: Float64Array.from(timestamps),
    values: Float32Array.from(values),
  };
}

/** The end of a series as far as its source says: it knows the run's last step, not each key's. */
function previewEnd({ run, preview }: ResolvedRun): SeriesEnd {
  return { step: Math.max(0, preview?.lastStep ?? 0), wallTime: run.listing.modifiedAtMs / 1000 };
}

function newestOf(run: ResolvedRun, newest: number | null): ScalarPoints | null {
  if (newest === null) return null;
  const { step, wallTime } = previewEnd(run);
  return onePoint(step, wallTime, newest);
}
