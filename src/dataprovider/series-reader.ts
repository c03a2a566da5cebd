/** Reads series from run logs, those of one run that are wanted at a time together, and keeps them. @module */

import { LRUCache } from 'lru-cache';
import PQueue from 'p-queue';
import type { History, RunLedger, RunLog } from '../history/index.ts';
import type { Metrics } from '../observability/index.ts';
import { type Taking, takeColumns } from './block-columns.ts';
import { PointBuffer } from './point-buffer.ts';
import type { ScalarSeries } from './run-series.ts';

/** Runs read at a time: the disk answers while another's blocks are taken apart. */
const RUNS_AT_A_TIME = 8;
/** Bytes of adjacent blocks read at once. */
const GROUP_BYTES = 1024 * 1024;

export interface SeriesReaderOptions {
  readonly history: History;
  readonly metrics: Metrics;
  /** Bound on series kept in memory. */
  readonly maxBytes: number;
}

/** A series as far as it was read. */
interface KeptSeries {
  readonly id: string;
  readonly log: RunLog;
  readonly points: PointBuffer;
  /** Blocks before this one are in it. */
  blocksRead: number;
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
  readonly #kept: LRUCache<string, KeptSeries>;
  /** One at a time for each log: two would add the same points twice. */
  readonly #readings = new Map<RunLog, Reading>();
  readonly #scratch: Scratch[] = [];

  constructor(options: SeriesReaderOptions) {
    const { maxBytes } = options;
    this.#options = options;
    const sizeCalculation = ({ points }: KeptSeries) => Math.min(points.byteLength, maxBytes);
    this.#kept = new LRUCache({ maxSize: maxBytes, sizeCalculation });
  }

  /**
   * Some series of a run by tag, complete as of the call. The buffers go on growing: take what is needed before waiting
   * again.
   * @throws LogdirError as `History.readBlocks`
   */
  async read(
    log: RunLog,
    wanted: ReadonlyMap<string, ScalarSeries>,
  ): Promise<ReadonlyMap<string, PointBuffer>> {
    const { blockCount } = log.ledger;
    const found = [...wanted].map(([tag, series]) => ({ tag, series, kept: this.#keep(log, tag) }));
    for (;;) {
      const missing = found.filter(({ kept }) => kept.blocksRead < blockCount);
      if (missing.length === 0) return new Map(found.map(({ tag, kept }) => [tag, kept.points]));
      const reading = this.#readings.get(log) ?? this.#ask(log);
      if (reading.isBegun) {
        // Somebody else's trouble with other series, if any.
        await reading.done.catch(() => undefined);
      } else {
        for (const { series, kept } of missing) reading.wanted.set(kept, series);
        await reading.done;
      }
    }
  }

  #keep(log: RunLog, tag: string): KeptSeries {
    const id = JSON.stringify([log.key, tag]);
    const known = this.#kept.get(id);
    if (known?.log === log) return known;
    const begun: KeptSeries = { id, log, points: new PointBuffer(), blocksRead: 0 };
    this.#kept.set(id, begun);
    return begun;
  }

  #ask(log: RunLog): Reading {
    const reading = new Reading();
    this.#readings.set(log, reading);
    const work = async () => {
      // Others that ask in the same turn join.
      await Promise.resolve();
      reading.isBegun = true;
      try {
        await this.#read(log, reading.wanted);
      } finally {
        this.#readings.delete(log);
      }
    };
    reading.done = this.#queue.add(work);
    return reading;
  }

  async #read(log: RunLog, wanted: ReadonlyMap<KeptSeries, ScalarSeries>): Promise<void> {
    const { history, metrics } = this.#options;
    const { ledger } = log;
    const takings = [...wanted].flatMap(([{ points, blocksRead }, { columns }]) =>
      columns.map((column) => ({ ...column, target: points, from: blocksRead })),
    );
    const end = ledger.blockCount;
    const scratch = this.#scratch.pop() ?? new Scratch();
    for (const { first, count } of blockGroups(ledger, takings, end)) {
      const blocks = await history.readBlocks(log, first, count, scratch.allocate);
      blocks.forEach((block, i) => {
        const due = takings.filter(({ from }) => from <= first + i);
        takeColumns(block, ledger.dictionary, due);
      });
      // After each group: trouble with the next must not add these again.
      for (const kept of wanted.keys()) kept.blocksRead = Math.max(kept.blocksRead, first + count);
      metrics.increment('series_blocks_read_total', {}, count);
    }
    this.#scratch.push(scratch);
    for (const kept of wanted.keys()) this.#settle(kept, end);
  }

  /** Nothing more of a series is in the blocks before `end`; it is weighed again, unless it fell out meanwhile. */
  #settle(kept: KeptSeries, end: number): void {
    kept.blocksRead = Math.max(kept.blocksRead, end);
    if (this.#kept.peek(kept.id) === kept) this.#kept.set(kept.id, kept);
  }
}

/** Memory that is used over and over: a card over many runs would else leave as much garbage as they have history. */
class Scratch {
  #memory = Buffer.allocUnsafeSlow(0);

  readonly allocate = (bytes: number): Uint8Array => {
    if (this.#memory.length < bytes) this.#memory = Buffer.allocUnsafeSlow(bytes);
    return this.#memory.subarray(0, bytes);
  };
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
    const { shapeEnds, rowsBytes } = ledger.block(index);
    const isWanted = shapeEnds.some(
      ([shapeId]) => index >= (starts.get(shapeId) ?? Number.POSITIVE_INFINITY),
    );
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
