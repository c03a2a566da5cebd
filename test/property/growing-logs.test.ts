/** Several logs of one run that grow in turn, in whatever order: nothing is lost, and reading again gives the same. @module */

import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HistoryRow, type RunKey, type RunRecord, singly } from '../../src/core/index.ts';
import type { Cursor, RecordBatch, RunSource } from '../../src/sources/index.ts';
import {
  isOfWaiting,
  localSource,
  neverAborted,
  readAll,
  rowObject,
  type TemporaryFolder,
  temporaryFolder,
} from '../support/local-runs.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';

const signal = neverAborted;
const EPOCH = 1_700_000_000;

/** Seconds are those since the run began. */
interface Log {
  readonly startsAfter: number;
  /** Of this and the other logs: how many seconds lie between two rows. */
  readonly secondsPerRow: number;
  readonly rows: number;
  readonly firstStep: number;
  readonly isShared: boolean;
  /** Of the steps logged so far, where the log rewinds the run to. */
  readonly rewindTo: number | null;
  /** How far the clock of its machine is ahead. */
  readonly skew: number;
}

const log: fc.Arbitrary<Log> = fc.record({
  startsAfter: fc.integer({ min: 1, max: 200 }),
  secondsPerRow: fc.constantFrom(0.1, 1, 10),
  rows: fc.integer({ min: 0, max: 40 }),
  firstStep: fc.constantFrom(0, 0, 10),
  isShared: fc.constantFrom(false, false, false, false, true),
  rewindTo: fc.oneof(
    { weight: 6, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 40 }) },
  ),
  skew: fc.constantFrom(0, 0, 0, -500, 500),
});

const story = fc.record({
  logs: fc.array(log, { minLength: 2, maxLength: 4 }),
  growth: fc.array(
    fc.record({
      log: fc.nat({ max: 3 }),
      /** Of what is left of it. */
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      /** Read before reading is broken off. */
      batches: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
    }),
    { maxLength: 12 },
  ),
});

interface Written {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly startTime: number;
  readonly rewindTo: number | null;
  /** Unix seconds of each row. */
  readonly times: readonly number[];
  readonly steps: readonly number[];
}

function write(logs: readonly Log[]): readonly Written[] {
  let begun = EPOCH;
  return logs.map(({ startsAfter, secondsPerRow, rows, firstStep, isShared, rewindTo, skew }, number) => {
    begun += startsAfter;
    const startTime = begun + skew;
    const writer = new WandbLogWriter().begin('r', {
      startTime: { seconds: startTime },
      ...(isShared && { telemetry: { feature: { sharedMode: true } } }),
      ...(rewindTo !== null && { branchPoint: { run: 'r', metric: '_step', value: rewindTo } }),
    });
    const times = Array.from({ length: rows }, (_, i) => startTime + (i + 1) * secondsPerRow);
    const steps = times.map((_, i) => (isShared ? i : firstStep + i));
    for (const [i, time] of times.entries()) {
      const own = isShared ? {} : { _step: steps[i]! };
      writer.row({ log: number, ordinal: i, text: 'x'.repeat((i * 97) % 500), ...own, _timestamp: time });
    }
    const path = `wandb/run-20240101_00000${number}-r/run-r.wandb`;
    return { path, bytes: writer.bytes(), startTime, rewindTo, times, steps };
  });
}

/** Reads a run on and on, as history does: what no longer holds is read anew. */
class Reader {
  rows: HistoryRow[] = [];
  timesAnew = 0;
  readonly #folder: TemporaryFolder;
  readonly #source: RunSource;
  #after: Cursor | null = null;

  constructor(folder: TemporaryFolder) {
    this.#folder = folder;
    this.#source = localSource(folder.path);
  }

  /** Reads all there is; at most `batches` of them, as when reading is broken off. */
  async readOn(batches = Number.POSITIVE_INFINITY): Promise<void> {
    const [run] = await this.#source.listRuns({ signal });
    if (run === undefined) return;
    for (let left = batches; left > 0; ) {
      if (!(await this.#source.hasNews(run.key, this.#after, { signal }))) return;
      left -= await this.#read(run.key, left);
    }
  }

  /** How many batches there were, all counted when the run has to be read anew. */
  async #read(key: RunKey, limit: number): Promise<number> {
    let count = 0;
    try {
      for await (const batch of this.#source.read(key, { after: this.#after, signal })) {
        await this.#expectAgain(key, batch);
        this.rows.push(...[...singly(batch.records)].filter((record) => record.kind === 'history'));
        this.#after = batch.cursor;
        if (++count === limit) break;
      }
    } catch (error) {
      expect(error).toMatchObject({ code: 'corrupt' });
      this.timesAnew++;
      this.#after = null;
      this.rows = [];
    }
    return count;
  }

  /** Another process reads the same between the same cursors. */
  async #expectAgain(key: RunKey, { cursor, records }: RecordBatch): Promise<void> {
    const again = await readAll(localSource(this.#folder.path), key, { after: this.#after, stopAt: cursor });
    expect([again.cursor, lasting(again.records)]).toEqual([cursor, lasting([...singly(records)])]);
  }
}

const lasting = (records: readonly RunRecord[]) =>
  records.filter((record) => record.kind !== 'summary' && !isOfWaiting(record));

/** What is left of a log once later ones have rewound the run. */
function remaining(written: readonly Written[], number: number): readonly number[] {
  const { startTime, steps } = written[number]!;
  const later = written.filter(
    (other, i) => other.startTime > startTime || (other.startTime === startTime && i > number),
  );
  const maxStep = Math.min(...later.map(({ rewindTo }) => rewindTo ?? Number.POSITIVE_INFINITY));
  return [...steps.keys()].filter((ordinal) => steps[ordinal]! <= maxStep);
}

function expectRight(rows: readonly HistoryRow[], logs: readonly Log[], written: readonly Written[]): void {
  const told = rows.map((row) => ({ ...rowObject(row), writer: row.shape.writer ?? 1 })) as {
    readonly log: number;
    readonly ordinal: number;
    readonly writer: number;
  }[];
  const writers = written.map((_, number) => {
    const own = told.filter((row) => row.log === number);
    expect([number, own.map(({ ordinal }) => ordinal)]).toEqual([number, remaining(written, number)]);
    const ofLog = new Set(own.map(({ writer }) => writer));
    expect(ofLog.size).toBeLessThanOrEqual(1);
    return [...ofLog][0];
  });
  for (const [a, { times, startTime }] of written.entries()) {
    for (const [b, later] of written.entries()) {
      if (writers[a] === undefined || writers[b] === undefined || later.startTime <= startTime) continue;
      const isRewound = written.some(
        (other) =>
          other.rewindTo !== null && other.startTime > startTime && other.startTime <= later.startTime,
      );
      const isBeside =
        logs[b]!.isShared || (!isRewound && (logs[a]!.isShared || times.at(-1)! > later.startTime));
      if (isBeside) expect([a, b, writers[a] === writers[b]]).toEqual([a, b, false]);
      if (writers[a] !== writers[b]) continue;
      const [lastOfA, firstOfB] = [
        told.findLastIndex((row) => row.log === a),
        told.findIndex((row) => row.log === b),
      ];
      expect([a, b, lastOfA < firstOfB]).toEqual([a, b, true]);
    }
  }
}

describe('logs of a run that grow in turn', () => {
  it('are read whole, each in its order, and the same again', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ logs, growth }) => {
        await using folder = await temporaryFolder();
        const written = write(logs);
        const lengths = written.map(() => 0);
        const reader = new Reader(folder);
        const grow = async (number: number, share: number) => {
          const { path, bytes } = written[number]!;
          const left = bytes.length - lengths[number]!;
          lengths[number] = Math.max(7, lengths[number]! + Math.floor(left * share));
          const at = await folder.write(path, new Uint8Array(0));
          await writeFile(at, bytes.subarray(0, lengths[number]));
        };
        for (const { log: number, share, batches } of growth) {
          await grow(number % logs.length, share);
          await reader.readOn(batches);
        }
        for (const number of logs.keys()) await grow(number, 1);
        await reader.readOn();
        expectRight(reader.rows, logs, written);
        // Late once, seen to go on once, rewound once.
        expect(reader.timesAnew).toBeLessThanOrEqual(3 * logs.length);
      }),
      { numRuns: 150 },
    );
  }, 120_000);
});
