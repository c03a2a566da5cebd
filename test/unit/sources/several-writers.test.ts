/** Logs of one run that were written at the same time, or one after the other: whose rows are whose. @module */

import { appendFile, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { HistoryRow, RunKey, SystemRow } from '../../../src/core/index.ts';
import type { Cursor, RunSource } from '../../../src/sources/index.ts';
import {
  localSource,
  neverAborted,
  readAll,
  rowObject,
  type TemporaryFolder,
  temporaryFolder,
} from '../../support/local-runs.ts';
import { MovingClock } from '../../support/moving-clock.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

const signal = neverAborted;
/** Of the first log: all times are seconds after it. */
const EPOCH = 1_700_000_000;

interface Part {
  readonly start: number;
  /** Step, time, values. */
  readonly rows: readonly (readonly [number, number, Readonly<Record<string, number>>])[];
  readonly isShared?: boolean;
  readonly exits?: boolean;
}

function logOf({ start, rows, isShared = false, exits = false }: Part): Uint8Array {
  const log = new WandbLogWriter().begin('r', {
    startTime: { seconds: EPOCH + start },
    ...(isShared && { telemetry: { feature: { sharedMode: true } } }),
  });
  for (const [step, time, values] of rows) {
    log.row({ ...values, ...(isShared ? {} : { _step: step }), _timestamp: EPOCH + time });
  }
  return (exits ? log.exit() : log).bytes();
}

const lossAt = (steps: readonly number[], time: (step: number) => number) =>
  steps.map((step) => [step, time(step), { loss: step }] as const);

async function place(folder: TemporaryFolder, name: string, log: Uint8Array): Promise<string> {
  return await folder.write(`wandb/run-20240101_0000${name}-r/run-r.wandb`, log);
}

async function runIn(source: RunSource): Promise<RunKey> {
  return (await source.listRuns({ signal }))[0]!.key;
}

/** Writer and step of each row. */
const told = (rows: readonly HistoryRow[]) => rows.map(({ shape, step }) => [shape.writer ?? 1, step]);

async function readFolder(folder: TemporaryFolder) {
  const source = localSource(folder.path);
  return await readAll(source, await runIn(source));
}

/** Reads on as history does: what is corrupt is read anew. */
async function readOn(source: RunSource, key: RunKey, after: Cursor | null) {
  try {
    return { ...(await readAll(source, key, { after })), isAnew: false };
  } catch (error) {
    expect(error).toMatchObject({ code: 'corrupt' });
    expect(await source.hasNews(key, null, { signal })).toBe(true);
    return { ...(await readAll(source, key)), isAnew: true };
  }
}

describe('the logs of a run', () => {
  it('that follow one another are of one writer', async () => {
    await using folder = await temporaryFolder();
    await place(folder, '00', logOf({ start: 0, rows: lossAt([0, 1, 2], (step) => 1 + step) }));
    await place(folder, '10', logOf({ start: 10, rows: lossAt([1, 2], (step) => 11 + step) }));
    const { rows, cursor } = await readFolder(folder);
    expect(told(rows)).toEqual([
      [1, 0],
      [1, 1],
      [1, 2],
      [1, 1],
      [1, 2],
    ]);
    expect(cursor).not.toContain(':w');
  });

  it('of which one starts while another is written are of two', async () => {
    await using folder = await temporaryFolder();
    await place(folder, '00', logOf({ start: 0, rows: lossAt([0, 1, 2], (step) => 1 + 10 * step) }));
    await place(folder, '10', logOf({ start: 10, rows: lossAt([0, 1], (step) => 12 + step) }));
    // Continues whoever is done: both are, and the first comes first.
    await place(folder, '30', logOf({ start: 30, rows: lossAt([3], () => 31) }));
    const { rows } = await readFolder(folder);
    expect(told(rows)).toEqual([
      [1, 0],
      [1, 1],
      [1, 2],
      [2, 0],
      [2, 1],
      [1, 3],
    ]);
    expect(new Set(rows.map(({ shape }) => shape)).size).toBe(2);
  });

  it('of which one continues one of several are of the one who logged the same keys', async () => {
    await using folder = await temporaryFolder();
    const accuracyAt = (steps: readonly number[], time: number) =>
      steps.map((step) => [step, time, { accuracy: step }] as const);
    // A trainer whose rows arrive late, and an evaluator that is started again and again.
    await place(folder, '00', logOf({ start: 0, rows: lossAt([0, 1, 2], (step) => 1 + 10 * step) }));
    await place(folder, '10', logOf({ start: 10, rows: accuracyAt([0], 12) }));
    await place(folder, '30', logOf({ start: 30, rows: accuracyAt([3], 31) }));
    await place(folder, '40', logOf({ start: 40, rows: lossAt([2, 3], () => 41) }));
    const { rows } = await readFolder(folder);
    expect(told(rows)).toEqual([
      ...[0, 1, 2].map((step) => [1, step]),
      ...[0, 3].map((step) => [2, step]),
      ...[2, 3].map((step) => [1, step]),
    ]);
  });

  it('that share the run are of as many writers, whenever they were written, and count their rows', async () => {
    await using folder = await temporaryFolder();
    const part = { rows: lossAt([7, 7, 7], () => 1), isShared: true };
    await place(folder, '00', logOf({ ...part, start: 0 }));
    await place(folder, '10', logOf({ ...part, start: 10 }));
    await place(folder, '20', logOf({ ...part, start: 20, isShared: false }));
    expect(told((await readFolder(folder)).rows)).toEqual(
      [1, 2]
        .flatMap((writer) => [0, 1, 2].map((step) => [writer, step]))
        .concat([
          [3, 7],
          [3, 7],
          [3, 7],
        ]),
    );
  });

  it('have a writer each for samples of the machine and for cells too', async () => {
    await using folder = await temporaryFolder();
    const log = (start: number, last: number) =>
      new WandbLogWriter()
        .begin('r', { startTime: { seconds: EPOCH + start } })
        .stats(EPOCH + start + 1, { cpu: 1 })
        .row({ note: 'text', _step: 0, _timestamp: EPOCH + last })
        .bytes();
    await place(folder, '00', log(0, 100));
    await place(folder, '10', log(10, 100));
    const { records } = await readFolder(folder);
    const rows = records.filter((record): record is HistoryRow | SystemRow =>
      ['history', 'system'].includes(record.kind),
    );
    expect(rows.map(({ kind, shape }) => [kind, shape.writer])).toEqual([
      ['system', undefined],
      ['history', undefined],
      ['system', 2],
      ['history', 2],
    ]);
  });

  it('are of two writers where the machine of the first is still sampled after its last row', async () => {
    await using folder = await temporaryFolder();
    const sampled = (start: number, sampledAt: number, rows: Part['rows']) => {
      const log = new WandbLogWriter().begin('r', { startTime: { seconds: EPOCH + start } });
      for (const [step, time, values] of rows) log.row({ ...values, _step: step, _timestamp: EPOCH + time });
      // More than a look at the end of a log sees.
      for (let i = 0; i < 3000; i++) log.stats(EPOCH + start + ((sampledAt - start) * i) / 2999, { cpu: i });
      return log.bytes();
    };
    await place(
      folder,
      '00',
      sampled(
        0,
        100,
        lossAt([0, 1], (step) => 1 + step),
      ),
    );
    await place(
      folder,
      '10',
      sampled(
        10,
        40,
        lossAt([0, 1], (step) => 11 + step),
      ),
    );
    await place(
      folder,
      '50',
      sampled(
        50,
        60,
        lossAt([2], () => 51),
      ),
    );
    expect(told((await readFolder(folder)).rows)).toEqual([
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1],
      [2, 2],
    ]);
  });

  it('of a machine whose clock is behind stand beside the others', async () => {
    await using folder = await temporaryFolder();
    await place(folder, '00', logOf({ start: 100, rows: lossAt([0, 1], (step) => 101 + step) }));
    await place(folder, '10', logOf({ start: 101, rows: lossAt([1, 2], (step) => 102 + step) }));
    expect(told((await readFolder(folder)).rows)).toEqual([
      [1, 0],
      [1, 1],
      [2, 1],
      [2, 2],
    ]);
  });

  it('whose start is lost are of a writer of their own', async () => {
    await using folder = await temporaryFolder();
    await place(folder, '00', logOf({ start: 0, rows: lossAt([0], () => 1) }));
    const nameless = new WandbLogWriter().record({ header: {} }).row({ loss: 1, _step: 0 }).bytes();
    await place(folder, '10', nameless);
    const source = localSource(folder.path, { entity: 'acme', project: 'research' });
    expect(told((await readAll(source, await runIn(source))).rows)).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });
});

describe('logs of a run that grow at the same time', () => {
  const trainer = (rows: number) =>
    logOf({ start: 0, rows: lossAt([...Array(rows).keys()], (step) => step) });
  const evaluator = (rows: number) =>
    logOf({ start: 5, rows: [...Array(rows).keys()].map((i) => [i * 3, 6 + i, { accuracy: i }] as const) });

  it('are read on in turn, and nothing is lost', async () => {
    await using folder = await temporaryFolder();
    await place(folder, '00', trainer(10));
    await place(folder, '05', evaluator(1));
    const source = localSource(folder.path);
    const key = await runIn(source);
    let after: Cursor | null = null;
    const seen: (readonly [number | undefined, number])[] = [];
    const grow = async (act: () => Promise<unknown>) => {
      await act();
      expect(await source.hasNews(key, after, { signal })).toBe(true);
      const read = await readAll(source, key, { after });
      const again = await readAll(localSource(folder.path), key, { after, stopAt: read.cursor! });
      expect([again.cursor, again.rows.map(rowObject)]).toEqual([read.cursor, read.rows.map(rowObject)]);
      after = read.cursor;
      seen.push(...read.rows.map(({ shape, step }) => [shape.writer, step] as const));
      expect(await source.hasNews(key, after, { signal })).toBe(false);
    };
    await grow(async () => undefined);
    await grow(() => place(folder, '00', trainer(12)));
    await grow(() => place(folder, '05', evaluator(2)));
    await grow(() => place(folder, '00', trainer(13)));
    expect(seen.filter(([writer]) => writer === undefined).map(([, step]) => step)).toEqual([
      ...Array(13).keys(),
    ]);
    expect(seen.filter(([writer]) => writer === 2).map(([, step]) => step)).toEqual([0, 3]);
  });

  it('though the later one seemed to continue the earlier at first, are read anew as two writers', async () => {
    await using folder = await temporaryFolder();
    await place(folder, '00', trainer(3));
    await place(folder, '05', evaluator(2));
    const source = localSource(folder.path);
    const key = await runIn(source);
    const first = await readAll(source, key);
    expect(new Set(told(first.rows).map(([writer]) => writer))).toEqual(new Set([1]));
    await place(folder, '00', trainer(10));
    expect(await source.hasNews(key, first.cursor, { signal })).toBe(true);
    const second = await readOn(source, key, first.cursor);
    expect(second.isAnew).toBe(true);
    expect(told(second.rows).filter(([writer]) => writer === 2)).toHaveLength(2);
    await place(folder, '00', trainer(12));
    const third = await readOn(source, key, second.cursor);
    expect([third.isAnew, told(third.rows)]).toEqual([
      false,
      [
        [1, 10],
        [1, 11],
      ],
    ]);
  });

  it('are told apart once where the clock of the earlier is behind, and then read on', async () => {
    await using folder = await temporaryFolder();
    const behind = (rows: number) =>
      logOf({ start: 0, rows: lossAt([...Array(rows).keys()], (step) => step / 1000) });
    await place(folder, '00', behind(3));
    await place(folder, '05', evaluator(2));
    const source = localSource(folder.path);
    const key = await runIn(source);
    let { cursor: after } = await readAll(source, key);
    const isAnew: boolean[] = [];
    for (const rows of [5, 7, 9]) {
      await place(folder, '00', behind(rows));
      const read = await readOn(source, key, after);
      after = read.cursor;
      isAnew.push(read.isAnew);
    }
    expect(isAnew).toEqual([true, false, false]);
  });

  it('of which one has not named its run yet are read when it has', async () => {
    await using folder = await temporaryFolder();
    const whole = evaluator(2);
    await place(folder, '00', trainer(10));
    await place(folder, '05', whole.subarray(0, 7));
    const source = localSource(folder.path, { entity: 'acme', project: 'research' });
    const key = await runIn(source);
    const first = await readAll(source, key);
    expect(await source.hasNews(key, first.cursor, { signal })).toBe(false);
    await place(folder, '05', whole.subarray(0, 40));
    const second = await readAll(source, key, { after: first.cursor });
    expect(second.batches).toEqual([]);
    expect(await source.hasNews(key, first.cursor, { signal })).toBe(false);
    await place(folder, '05', whole);
    expect(await source.hasNews(key, first.cursor, { signal })).toBe(true);
    expect(told((await readAll(source, key, { after: first.cursor })).rows)).toEqual([
      [2, 0],
      [2, 3],
    ]);
  });

  it('that share the run are read where they come, in whatever order they do', async () => {
    await using folder = await temporaryFolder();
    const shared = (start: number) => logOf({ start, rows: lossAt([0], () => start + 1), isShared: true });
    await place(folder, '00', shared(0));
    await place(folder, '20', shared(20));
    const source = localSource(folder.path);
    const key = await runIn(source);
    const first = await readAll(source, key);
    await place(folder, '10', shared(10));
    await source.listRuns({ signal });
    const second = await readOn(source, key, first.cursor);
    expect([second.isAnew, told(second.rows)]).toEqual([false, [[3, 0]]]);
    const again = await readAll(localSource(folder.path), key, { stopAt: second.cursor! });
    expect([again.cursor, told(again.rows)]).toEqual([
      second.cursor,
      [
        [1, 0],
        [2, 0],
        [3, 0],
      ],
    ]);
  });

  it('go on when the directory of another is gone', async () => {
    await using folder = await temporaryFolder();
    await place(folder, '00', trainer(10));
    await place(folder, '05', evaluator(2));
    const source = localSource(folder.path);
    const key = await runIn(source);
    const first = await readAll(source, key);
    await rm(`${folder.path}/wandb/run-20240101_000000-r`, { recursive: true });
    expect(await source.hasNews(key, first.cursor, { signal })).toBe(false);
    await place(folder, '05', evaluator(3));
    expect(told((await readAll(source, key, { after: first.cursor })).rows)).toEqual([[2, 6]]);
  });

  it('are not looked at any more when they have ended and another goes on', async () => {
    await using folder = await temporaryFolder();
    const ended = logOf({ start: 0, rows: lossAt([0], () => 1), exits: true });
    const path = await place(folder, '00', ended);
    await place(folder, '05', evaluator(1));
    const source = localSource(folder.path);
    const key = await runIn(source);
    const { cursor } = await readAll(source, key);
    expect(await source.hasNews(key, cursor, { signal })).toBe(false);
    await appendFile(path, new Uint8Array(100));
    expect(await source.hasNews(key, cursor, { signal })).toBe(false);
    // Whoever has read less of it has news.
    expect(await source.hasNews(key, null, { signal })).toBe(true);
  });

  it('make a run that runs while one of them is written', async () => {
    await using folder = await temporaryFolder();
    const clock = new MovingClock(Date.now());
    await place(folder, '00', trainer(10));
    await place(folder, '05', logOf({ start: 5, rows: [], exits: true }));
    const source = localSource(folder.path, { clock, quietAfterMs: 60_000 });
    const key = await runIn(source);
    expect(await source.state(key, 0, { signal })).toBe('running');
    clock.advance(3_600_000);
    expect(await source.state(key, 0, { signal })).toBe('finished');
  });
});
