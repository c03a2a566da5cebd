/** A run to which several processes log, kept and shown: what was served stays, and comes back after eviction. @module */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEvents, scalarsOf } from '../../support/event-reader.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole, signal } from '../../support/house.ts';
import { localSource, type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { BY_NAME } from '../../support/run-order.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

const RUN = 'acme/research/r';
const EPOCH = 1_700_000_000;

interface Part {
  /** Seconds after the run began. */
  readonly start: number;
  readonly rewindTo?: number;
}

/** The log of one process; `row` adds a row a second. */
class ProcessLog {
  readonly #folder: TemporaryFolder;
  readonly #writer: WandbLogWriter;
  readonly #start: number;
  #rows = 0;

  constructor(folder: TemporaryFolder, { start, rewindTo }: Part) {
    this.#folder = folder;
    this.#start = start;
    this.#writer = new WandbLogWriter().begin('r', {
      startTime: { seconds: EPOCH + start },
      ...(rewindTo !== undefined && { branchPoint: { run: 'r', metric: '_step', value: rewindTo } }),
    });
  }

  row(step: number, values: Readonly<Record<string, number>>): this {
    this.#writer.row({ ...values, _step: step, _timestamp: EPOCH + this.#start + ++this.#rows });
    return this;
  }

  rows(from: number, to: number, key: string): this {
    for (let step = from; step < to; step++) this.row(step, { [key]: this.#start + step });
    return this;
  }

  async save(): Promise<void> {
    const name = `wandb/run-20240101_${String(100_000 + this.#start)}-r/run-r.wandb`;
    await this.#folder.write(name, this.#writer.bytes());
  }
}

const houseOf = (folder: TemporaryFolder) =>
  buildHouse({ sources: [localSource(folder.path)], cacheDir: join(folder.path, 'cache') });

async function served({ tree, history }: House) {
  await history.catalogue.refresh({ signal });
  const { series, history: counted } = JSON.parse((await readWhole(tree, `${RUN}/run.json`)).toString()) as {
    readonly series: readonly { readonly tag: string; readonly points: number }[];
    readonly history: { readonly restarts: number };
  };
  await tree.stat(`${RUN}/run.json`, COMPLETE);
  const path = await eventPath(tree, RUN);
  const bytes = await readWhole(tree, path);
  const scalars = Object.fromEntries(scalarsOf(readEvents(bytes)));
  const counts = Object.fromEntries(series.map(({ tag, points }) => [tag, points]));
  return { path, bytes, scalars, counts, restarts: counted.restarts };
}

const points = (from: number, to: number, first: number) =>
  Array.from({ length: to - from }, (_, i) => [from + i, first + from + i]);

describe('a run to which two processes log at the same time', () => {
  it('grows by what either adds, and has the same bytes when its rows were evicted', async () => {
    await using folder = await temporaryFolder();
    const trainer = new ProcessLog(folder, { start: 0 }).rows(0, 100, 'loss');
    const other = new ProcessLog(folder, { start: 10 }).rows(0, 20, 'loss');
    await trainer.save();
    await other.save();
    let last: Awaited<ReturnType<typeof served>>;
    {
      await using house = await houseOf(folder);
      const first = await served(house);
      await trainer.rows(100, 120, 'loss').save();
      await other.rows(20, 30, 'loss').save();
      const second = await served(house);
      await trainer.rows(120, 130, 'loss').save();
      last = await served(house);
      expect([second.path, last.path]).toEqual([first.path, first.path]);
      expect(last.bytes.subarray(0, second.bytes.length).equals(second.bytes)).toBe(true);
      expect(second.bytes.subarray(0, first.bytes.length).equals(first.bytes)).toBe(true);
    }
    expect(last.scalars).toEqual({ loss: points(0, 130, 0), 'loss/writer-2': points(0, 30, 10) });
    expect([last.counts, last.restarts]).toEqual([{ loss: 130, 'loss/writer-2': 30 }, 0]);
    const cache = join(folder.path, 'cache');
    const names = await readdir(cache, { recursive: true });
    for (const name of names.filter((it) => /\.rows$|view/.test(it))) await rm(join(cache, name));
    await using again = await houseOf(folder);
    const rebuilt = await served(again);
    expect(rebuilt.path).toBe(last.path);
    expect(rebuilt.bytes.equals(last.bytes)).toBe(true);
  });

  it('is shown anew when the second had seemed to continue the first', async () => {
    await using folder = await temporaryFolder();
    const trainer = new ProcessLog(folder, { start: 0 }).rows(0, 5, 'loss');
    await trainer.save();
    await new ProcessLog(folder, { start: 10 }).rows(3, 6, 'loss').save();
    await using house = await houseOf(folder);
    const first = await served(house);
    expect(first.scalars).toEqual({ loss: [...points(0, 3, 0), ...points(3, 6, 10)] });
    await trainer.rows(5, 30, 'loss').save();
    const second = await served(house);
    expect(second.scalars).toEqual({ loss: points(0, 30, 0), 'loss/writer-2': points(3, 6, 10) });
    expect(second.path).not.toBe(first.path);
    await trainer.rows(30, 31, 'loss').save();
    expect((await served(house)).path).toBe(second.path);
  });

  it('has a preview of the curve of each', async () => {
    await using folder = await temporaryFolder();
    await new ProcessLog(folder, { start: 0 }).rows(0, 100, 'loss').save();
    await new ProcessLog(folder, { start: 10 }).rows(0, 20, 'loss').save();
    await using house = await houseOf(folder);
    await served(house);
    const { runs } = await house.overview.runs('acme', 'research', {
      signal,
      query: '',
      order: BY_NAME,
      offset: 0,
      limit: 10,
    });
    expect(runs[0]!.previews.map(({ tag, last }) => [tag, last])).toEqual([
      ['loss', 99],
      ['loss/writer-2', 29],
    ]);
  });
});

describe('a run that is rewound while it is served', () => {
  it('is shown anew, without what the rewind takes back', async () => {
    await using folder = await temporaryFolder();
    await new ProcessLog(folder, { start: 0 }).rows(0, 5, 'loss').row(5, { accuracy: 1 }).save();
    await using house = await houseOf(folder);
    const first = await served(house);
    expect(Object.keys(first.scalars)).toEqual(['loss', 'accuracy']);
    await new ProcessLog(folder, { start: 100, rewindTo: 2 }).rows(3, 5, 'loss').save();
    const second = await served(house);
    expect(second.scalars).toEqual({ loss: [...points(0, 3, 0), ...points(3, 5, 100)] });
    expect([second.path === first.path, second.counts, second.restarts]).toEqual([false, { loss: 5 }, 0]);
  });
});
