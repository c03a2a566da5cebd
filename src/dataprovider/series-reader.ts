/** Reads series from run logs, those of one run that are wanted at a time together, and keeps them. @module */

import PQueue from 'p-queue';
import { stepsOfBlock } from '../eventfile/index.ts';
import type { RunLedger, RunLog } from '../history/index.ts';
import type { Metrics } from '../observability/index.ts';
import { type Taking, takeColumns } from './block-columns.ts';
import type { ScalarPoints } from './data-provider.ts';
import type { OpenRun } from './open-run.ts';
import type { ScalarSeries } from './run-series.ts';
import type { ScratchPool } from './scratch.ts';
import { type KeptSeries, SeriesShelf } from './series-shelf.ts';

/** Runs read at a time: the disk answers while another's blocks are taken apart. */
const RUNS_AT_A_TIME = 8;
/** Bytes of adjacent blocks read at once. */
const GROUP_BYTES = 1024 * 1024;

export interface SeriesReaderOptions {
  readonly scratch: ScratchPool;
  readonly metrics: Metrics;
  /** Bound on series kept in memory. */
  readonly maxBytes: number;
}

/** A reading of one run. Until it begins, others may add to it. */
class Reading {
  readonly wanted = new Map<KeptSeries, ScalarSeries>();
  isBegun = false;
  done: Promise<void> = Promise.resolve();
}

export class SeriesReader {
  readonly #options: SeriesReaderOptions;
  readonly #queue = new PQueue({ concurrency: RUNS_AT_A_TIME });
  readonly #shelf: SeriesShelf;
  /** One at a time for each log: two would add the same points twice. */
  readonly #readings = new Map<RunLog, Reading>();

  constructor(options: SeriesReaderOptions) {
    this.#options = options;
    this.#shelf = new SeriesShelf(options.maxBytes);
  }

  /**
   * What `take` makes of some series of a run, by tag, each complete as of the call. The points are good within `take`
   * alone.
   * @throws LogdirError as `History.readBlocks`
   */
  async read<T>(
    open: OpenRun,
    wanted: ReadonlyMap<string, ScalarSeries>,
    take: (points: ScalarPoints) => T,
  ): Promise<readonly (readonly [tag: string, taken: T])[]> {
    const { log } = open;
    const { blockCount } = log.ledger;
    const found = [...wanted].map(([tag, series]) => {
      return { tag, series, kept: this.#shelf.borrow(log, tag, series) };
    });
    try {
      for (;;) {
        const missing = found.filter(({ kept }) => kept.blocksRead < blockCount);
        if (missing.length === 0) return found.map(({ tag, kept }) => [tag, take(kept.points.points())]);
        await this.#join(open, missing);
      }
    } finally {
      for (const { kept } of found) this.#shelf.giveBack(kept);
    }
  }

  /** Waits for a reading of the run that brings these series, or for one under way that may. */
  async #join(
    open: OpenRun,
    missing: readonly { readonly series: ScalarSeries; readonly kept: KeptSeries }[],
  ): Promise<void> {
    const reading = this.#readings.get(open.log) ?? this.#ask(open);
    // Somebody else's trouble with other series, if any.
    if (reading.isBegun) return await reading.done.catch(() => undefined);
    for (const { series, kept } of missing) reading.wanted.set(kept, series);
    await reading.done;
  }

  #ask(open: OpenRun): Reading {
    const reading = new Reading();
    this.#readings.set(open.log, reading);
    const work = async () => {
      // Others that ask in the same turn join.
      await Promise.resolve();
      reading.isBegun = true;
      try {
        await this.#read(open, reading.wanted);
      } finally {
        this.#readings.delete(open.log);
      }
    };
    reading.done = this.#queue.add(work);
    return reading;
  }

  async #read({ run, log, view }: OpenRun, wanted: ReadonlyMap<KeptSeries, ScalarSeries>): Promise<void> {
    const { metrics, scratch } = this.#options;
    const { ledger } = log;
    const takings = [...wanted].flatMap(([{ points, blocksRead }, { columns }]) =>
      columns.map((column) => ({ ...column, target: points, from: blocksRead })),
    );
    const end = ledger.blockCount;
    await scratch.lend(async (allocate) => {
      for (const { first, count } of blockGroups(ledger, takings, end)) {
        const blocks = await run.readBlocks(log, first, count, allocate);
        blocks.forEach((block, i) => {
          const due = takings.filter(({ from }) => from <= first + i);
          const steps = stepsOfBlock(view.fold, first + i, block);
          takeColumns({ ...block, steps }, ledger.dictionary, due);
        });
        // After each group: trouble with the next must not add these again.
        for (const kept of wanted.keys()) kept.blocksRead = Math.max(kept.blocksRead, first + count);
        metrics.increment('series_blocks_read_total', {}, count);
      }
    });
    for (const kept of wanted.keys()) {
      kept.blocksRead = Math.max(kept.blocksRead, end);
      this.#shelf.weigh(kept);
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
  takings: readonly (Taking & { readonly from: number })[],
  end: number,
): Generator<BlockGroup> {
  const starts = new Map<number, number>();
  for (const { shapeId, from } of takings) starts.set(shapeId, Math.min(from, starts.get(shapeId) ?? from));
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
