/** Whole series of run logs, read when they are asked for, kept up to a bound, and read on when their run has grown. @module */

import { LRUCache } from 'lru-cache';
import PQueue from 'p-queue';
import type { RunLedger, RunLog } from '../../history/index.ts';
import type { Metrics } from '../../observability/index.ts';
import { PointBuffer, type ScalarPoints } from '../../points/index.ts';
import type { ResolvedRun } from '../runs/resolved-runs.ts';
import type { ScalarSeries } from '../runs/run-series.ts';
import { type ColumnTarget, takeColumns } from './block-columns.ts';
import type { BlockMemory } from './block-memory.ts';

/** Runs read at a time: the disk answers while another's blocks are taken apart. */
const RUNS_AT_A_TIME = 8;
/**
 * Memory of dropped series that is kept for the next ones: one comes for each that goes. Fresh memory is handed out page
 * by page by the kernel, which makes a card over many runs take a tenth longer.
 */
const SPARE_BYTES = 8 * 1024 * 1024;
/** Bytes of adjacent blocks read at once. */
const GROUP_BYTES = 1024 * 1024;

/** A run whose series are read. */
export type SeriesOwner = Pick<ResolvedRun, 'run' | 'log' | 'view'>;

export interface SeriesCacheOptions {
  readonly memory: BlockMemory;
  readonly metrics: Metrics;
  /** Bound on series kept in memory. */
  readonly maxBytes: number;
  /**
   * Whether series of runs that have ended are kept too. They do not go on: who keeps what was made of them has no use for
   * them.
   */
  readonly keepsEnded: boolean;
}

/** A series as far as it was read. */
interface CachedSeries {
  readonly id: string;
  readonly log: RunLog;
  /** See `StepAxes.id`. */
  readonly axes: string;
  readonly points: PointBuffer;
  /** Blocks before this one are in it. */
  blocksRead: number;
  /** Readers that look at it now. */
  users: number;
  isCached: boolean;
}

/** A reading of one run. Until it begins, others may add to it. */
class Reading {
  readonly wanted = new Map<CachedSeries, ScalarSeries>();
  isBegun = false;
  done: Promise<void> = Promise.resolve();
}

export class SeriesCache {
  readonly #options: SeriesCacheOptions;
  readonly #queue = new PQueue({ concurrency: RUNS_AT_A_TIME });
  readonly #series: LRUCache<string, CachedSeries>;
  /** Those that are read and not kept, by id. */
  readonly #passing = new Map<string, CachedSeries>();
  /** By capacity. */
  readonly #spare = new Map<number, PointBuffer[]>();
  #spareBytes = 0;
  /** One at a time for each log: two would add the same points twice. */
  readonly #readings = new Map<RunLog, Reading>();

  constructor(options: SeriesCacheOptions) {
    this.#options = options;
    this.#series = new LRUCache({
      maxSize: Math.ceil(options.maxBytes),
      sizeCalculation: ({ points }) => points.byteLength,
      dispose: (series) => {
        series.isCached = false;
        this.#recycle(series);
      },
    });
  }

  /**
   * What `take` makes of some series of a run, by tag, each complete as of the call. The points are good within `take`
   * alone.
   * @throws LogdirError as `Run.readBlocks`
   */
  async read<T>(
    run: SeriesOwner,
    wanted: ReadonlyMap<string, ScalarSeries>,
    take: (points: ScalarPoints) => T,
  ): Promise<readonly (readonly [tag: string, taken: T])[]> {
    const { log, view } = run;
    // Later blocks have no steps of samples of the machine yet.
    const { blockCount } = view;
    const found = [...wanted].map(([tag, series]) => ({
      tag,
      series,
      cached: this.#borrow(log, view.fold.axes.id, tag, series),
    }));
    try {
      for (;;) {
        const missing = found.filter(({ cached }) => cached.blocksRead < blockCount);
        if (missing.length === 0) return found.map(({ tag, cached }) => [tag, take(cached.points.points())]);
        await this.#join(run, missing);
      }
    } finally {
      for (const { cached } of found) {
        cached.users--;
        this.#recycle(cached);
      }
    }
  }

  /** A series of a run, as it was read or empty. */
  #borrow(log: RunLog, axes: string, tag: string, series: ScalarSeries): CachedSeries {
    const id = JSON.stringify([log.key, tag]);
    const known = this.#series.get(id) ?? this.#passing.get(id);
    const isKnown = known?.log === log && known.axes === axes;
    const borrowed = isKnown ? known : this.#begin(id, log, axes, series);
    borrowed.users++;
    return borrowed;
  }

  #begin(id: string, log: RunLog, axes: string, { columns }: ScalarSeries): CachedSeries {
    const expected = columns.reduce((sum, { shapeId }) => sum + (log.ledger.shapeRows[shapeId] ?? 0), 0);
    const points = this.#memoryFor(PointBuffer.capacityFor(expected));
    const empty: CachedSeries = { id, log, axes, points, blocksRead: 0, users: 0, isCached: false };
    if (this.#options.keepsEnded || log.ledger.exit === null) this.#cache(empty);
    else this.#passing.set(id, empty);
    return empty;
  }

  /** Counts its bytes, again if it was there. One that is larger than the cache is not kept. */
  #cache(series: CachedSeries): void {
    // lru-cache weighs the same value only once. Whoever reads holds it meanwhile, so its memory is not given away.
    this.#series.delete(series.id);
    this.#series.set(series.id, series);
    series.isCached = this.#series.peek(series.id) === series;
  }

  #memoryFor(capacity: number): PointBuffer {
    const spare = this.#spare.get(capacity)?.pop();
    if (spare === undefined) return new PointBuffer(capacity);
    this.#spareBytes -= spare.byteLength;
    return spare;
  }

  /** Keeps the memory of a series that nobody needs any more. */
  #recycle(series: CachedSeries): void {
    const { id, points, users, isCached } = series;
    if (users > 0 || isCached) return;
    if (this.#passing.get(id) === series) this.#passing.delete(id);
    if (this.#spareBytes + points.byteLength > SPARE_BYTES) return;
    points.clear();
    const spare = this.#spare.get(points.capacity) ?? [];
    this.#spare.set(points.capacity, spare);
    spare.push(points);
    this.#spareBytes += points.byteLength;
  }

  /** Waits for a reading of the run that brings these series, or for one under way that may. */
  async #join(
    run: SeriesOwner,
    missing: readonly { readonly series: ScalarSeries; readonly cached: CachedSeries }[],
  ): Promise<void> {
    const reading = this.#readings.get(run.log) ?? this.#beginReading(run);
    // A failure of a reading that others began may concern other series: the next turn finds out.
    if (reading.isBegun) return await reading.done.catch(() => undefined);
    for (const { series, cached } of missing) reading.wanted.set(cached, series);
    await reading.done;
  }

  #beginReading(run: SeriesOwner): Reading {
    const reading = new Reading();
    this.#readings.set(run.log, reading);
    const work = async () => {
      // Others that ask in the same turn join.
      await Promise.resolve();
      reading.isBegun = true;
      try {
        await this.#read(run, reading.wanted);
      } finally {
        this.#readings.delete(run.log);
      }
    };
    reading.done = this.#queue.add(work);
    return reading;
  }

  async #read(
    { run, log, view }: SeriesOwner,
    wanted: ReadonlyMap<CachedSeries, ScalarSeries>,
  ): Promise<void> {
    const { metrics, memory } = this.#options;
    const { ledger } = log;
    const targets = [...wanted].flatMap(([{ points, blocksRead }, { columns }]) =>
      columns.map((column) => ({ ...column, target: points, from: blocksRead })),
    );
    const end = view.blockCount;
    await memory.lend(async (allocate) => {
      for (const { first, count } of blockGroups(ledger, targets, end)) {
        const blocks = await run.readBlocks(log, first, count, allocate);
        blocks.forEach((block, i) => {
          const due = targets.filter(({ from }) => from <= first + i);
          const steps = view.fold.stepsOf(first + i, block);
          takeColumns({ ...block, steps }, ledger.dictionary, due);
        });
        // After each group: trouble with the next must not add these again.
        for (const series of wanted.keys()) series.blocksRead = Math.max(series.blocksRead, first + count);
        metrics.increment('series_blocks_read_total', {}, count);
      }
    });
    for (const series of wanted.keys()) {
      series.blocksRead = Math.max(series.blocksRead, end);
      if (series.isCached) this.#cache(series);
    }
  }
}

interface BlockGroup {
  readonly first: number;
  readonly count: number;
}

/** Stretches of the blocks before `end` that hold any of the columns, from where each was read to. */
function* blockGroups(
  ledger: RunLedger,
  targets: readonly (ColumnTarget & { readonly from: number })[],
  end: number,
): Generator<BlockGroup> {
  const starts = new Map<number, number>();
  for (const { shapeId, from } of targets) starts.set(shapeId, Math.min(from, starts.get(shapeId) ?? from));
  let first = -1;
  let bytes = 0;
  for (let index = Math.min(...starts.values()); index < end; index++) {
    const { ends, bytes: rowsBytes } = ledger.block(index);
    const isWanted = ends.some(({ shapeId }) => index >= (starts.get(shapeId) ?? Number.POSITIVE_INFINITY));
    if (first >= 0 && (!isWanted || bytes + rowsBytes > GROUP_BYTES)) {
      yield { first, count: index - first };
      first = -1;
    }
    if (!isWanted) continue;
    if (first < 0) [first, bytes] = [index, 0];
    bytes += rowsBytes;
  }
  if (first >= 0) yield { first, count: end - first };
}
