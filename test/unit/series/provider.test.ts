/** The data provider over scripted runs: what is listed, what is read, and what is left alone. @module */

import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogdirError, runKey } from '../../../src/core/index.ts';
import { type TensorContent, tensorProto } from '../../../src/plugins/index.ts';
import { SESSION_END } from '../../../src/protobuf/index.ts';
import type { DataProvider } from '../../../src/series/index.ts';
import { buildHouse, type House, signal } from '../../support/house.ts';
import {
  EVERYTHING,
  listSeries,
  pluginOf,
  providerOver,
  readScalars,
  readTensors,
  selection,
  sessionOf,
} from '../../support/provider.ts';
import { configRecord, exitRecord, factsRecord, row, systemRow, text } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const A = runKey('team', 'vision', 'aaa');
const B = runKey('team', 'vision', 'bbb');
const LOSSES = Array.from({ length: 5000 }, (_, step) => row(step, { loss: 1 / (step + 1), acc: step }));

let source: ScriptedSource;
let house: House;
let provider: DataProvider;
beforeEach(async () => {
  source = new ScriptedSource();
  source.batchSize = 1000;
  source.add(A, [
    factsRecord('alpha', 1.7e9),
    configRecord({ lr: 0.1, deep: { depth: 3 }, _wandb: {} }),
    ...LOSSES,
    row(5000, { loss: 0, late: 7 }, [text('note', 'first')]),
    row(5001, { loss: 0.5 }, [text('note', 'second')]),
    exitRecord(),
  ]);
  source.add(B, [factsRecord('beta', 1.6e9), row(0, { loss: 3 }), systemRow(1.7e9, { cpu: 40 })]);
  house = await buildHouse({ sources: [source] });
  provider = providerOver(house);
});
afterEach(() => house[Symbol.asyncDispose]());

const read = async (tags: readonly string[] | null, points = 1000, runs: readonly string[] | null = null) =>
  await readScalars(provider, selection(runs, tags), points);

const START = '_hparams_/session_start_info';
const END = '_hparams_/session_end_info';

function shown(tensor: TensorContent): string {
  return Buffer.concat(tensorProto(tensor).stringVal ?? []).toString();
}

describe('lists', () => {
  it('runs by the names of their directories, with the time they started', async () => {
    expect(await provider.runs({ signal })).toEqual([
      { name: 'alpha', startTime: 1.7e9 },
      { name: 'beta', startTime: 1.6e9 },
    ]);
  });

  it('every scalar with its newest step, and the machine beside', async () => {
    expect(await listSeries(provider, 'scalars', EVERYTHING)).toMatchObject({
      alpha: {
        loss: { step: 5001, wallTime: 1.7e9 + 5001 },
        acc: { step: 4999, wallTime: 1.7e9 + 4999 },
        late: { step: 5000, wallTime: 1.7e9 + 5000 },
      },
      beta: {
        loss: { step: 0, wallTime: 1.7e9 },
        'system/cpu': { step: expect.any(Number), wallTime: 1.7e9 },
      },
    });
  });

  it('nothing for a run without the tag, for names nobody has, and for empty filters', async () => {
    const list = async (runs: readonly string[] | null, tags: readonly string[] | null) =>
      await listSeries(provider, 'scalars', selection(runs, tags));
    expect(Object.keys(await list(null, ['late']))).toEqual(['alpha']);
    expect(await list(['gamma'], null)).toEqual({});
    expect(await list(null, ['no such'])).toEqual({});
    expect(await list([], null)).toEqual({});
    expect(await list(null, [])).toEqual({});
  });

  it('those plugins that have data', async () => {
    expect((await provider.plugins({ signal })).map(({ name }) => name)).toEqual([
      'scalars',
      'text',
      'hparams',
    ]);
    const empty = new ScriptedSource();
    await using nothing = await buildHouse({ sources: [empty] });
    expect(await providerOver(nothing).plugins({ signal })).toEqual([]);
  });

  it('a series only if reading it gives a point', async () => {
    const listed = await listSeries(provider, 'scalars', EVERYTHING);
    const given = await read(null, 20);
    expect(Object.entries(given).map(([run, tags]) => [run, Object.keys(tags).sort()])).toEqual(
      Object.entries(listed).map(([run, tags]) => [run, Object.keys(tags).sort()]),
    );
    for (const tags of Object.values(given))
      for (const { steps } of Object.values(tags)) expect(steps.length).toBeGreaterThan(0);
  });
});

describe('points', () => {
  it('are all there where no more are than asked, and end with the newest otherwise', async () => {
    const { alpha } = await read(['late', 'loss'], 1000);
    expect([...alpha!['late']!.values]).toEqual([7]);
    expect(alpha!['loss']!.steps.length).toBeLessThanOrEqual(1000);
    expect([alpha!['loss']!.steps[0], alpha!['loss']!.steps.at(-1)]).toEqual([0, 5001]);
    const all = (await read(['loss'], 1e6, ['alpha']))['alpha']!['loss']!;
    expect([...all.steps]).toEqual(Array.from({ length: 5002 }, (_, step) => step));
    expect(all.values[3]).toBe(Math.fround(1 / 4));
  });

  it('of one point are the newest, without reading history', async () => {
    await provider.runs({ signal });
    await provider.list(pluginOf('scalars'), EVERYTHING, { signal });
    const before = await blocksRead();
    const { alpha, beta } = await read(null, 1);
    expect([alpha!['loss']!.values[0], alpha!['acc']!.values[0], alpha!['late']!.values[0]]).toEqual([
      0.5, 4999, 7,
    ]);
    expect([...beta!['system/cpu']!.values]).toEqual([40]);
    expect(await blocksRead()).toBe(before);
  });

  it('are none of zero', async () => {
    const { alpha } = await read(['loss'], 0);
    expect(alpha!['loss']!.steps.length).toBe(0);
  });

  it('are fewer of each where many series were asked for', async () => {
    const narrow = providerOver(house, { maxResponsePoints: 60 });
    const given = await readScalars(narrow, EVERYTHING, 1000);
    expect(given['alpha']!['loss']!.steps.length).toBe(20);
    const alone = await readScalars(narrow, selection(['alpha'], ['loss']), 1000);
    expect(alone['alpha']!['loss']!.steps.length).toBe(60);
  });

  it('follow a run that goes on, and one whose history goes back', async () => {
    expect([...(await read(['loss'], 10, ['beta']))['beta']!['loss']!.values]).toEqual([3]);
    source.push(B, row(1, { loss: 2 }), row(2, { loss: 1 }));
    await [...house.history.catalogue.runs.values()].find(({ key }) => key.runId === 'bbb')!.update();
    expect([...(await read(['loss'], 10, ['beta']))['beta']!['loss']!.values]).toEqual([3, 2, 1]);
    source.push(B, row(1, { loss: 9 }));
    await [...house.history.catalogue.runs.values()].find(({ key }) => key.runId === 'bbb')!.update();
    expect([...(await read(['loss'], 10, ['beta']))['beta']!['loss']!.values]).toEqual([3, 9]);
  });

  it('of several tags asked for at a time cost the blocks of one', async () => {
    await provider.list(pluginOf('scalars'), EVERYTHING, { signal });
    const before = await blocksRead();
    await Promise.all([read(['loss']), read(['acc']), read(['loss'])]);
    const together = (await blocksRead()) - before;
    const { ledger } = await [...house.history.catalogue.runs.values()][0]!.open();
    expect(together).toBeLessThanOrEqual(ledger.blockCount + 1);
    await read(['loss', 'acc']);
    expect((await blocksRead()) - before).toBe(together);
  });

  it('of one tag leave blocks alone that lack it', async () => {
    await provider.list(pluginOf('scalars'), EVERYTHING, { signal });
    const before = await blocksRead();
    await read(['late']);
    expect((await blocksRead()) - before).toBe(1);
  });
});

describe('texts', () => {
  it('are what was logged, and what the run tells of itself', async () => {
    const listed = await listSeries(provider, 'text', EVERYTHING);
    expect(Object.keys(listed['alpha']!).sort()).toEqual(['note', 'wandb/config', 'wandb/overview']);
    const { alpha } = await readTensors(provider, 'text', selection(['alpha']), 100);
    expect(alpha!['note']!.map(({ step, tensor }) => [step, shown(tensor)])).toEqual([
      [5000, 'first'],
      [5001, 'second'],
    ]);
    expect(shown(alpha!['wandb/config']![0]!.tensor)).toContain('lr: 0.1');
    const [newest] = (await readTensors(provider, 'text', selection(null, ['note']), 1))['alpha']!['note']!;
    expect(shown(newest!.tensor)).toBe('second');
  });
});

describe('sessions', () => {
  it('are config, state and times, of runs that have a config', async () => {
    const sessions = await listSeries(provider, 'hparams', EVERYTHING);
    expect(Object.keys(sessions)).toEqual(['alpha']);
    const alpha = sessions['alpha'] ?? {};
    expect(Object.keys(alpha).sort()).toEqual([END, START]);
    expect(sessionOf(alpha[START])).toEqual({
      sessionStartInfo: {
        hparams: { 'deep.depth': { numberValue: 3 }, lr: { numberValue: 0.1 } },
        startTimeSecs: 1.7e9,
      },
    });
    expect(sessionOf(alpha[END])).toEqual({
      sessionEndInfo: { status: SESSION_END.success, endTimeSecs: 1.7e9 + 5001 },
    });
  });

  it('end when the run did, which may be long after its last row', async () => {
    const idle = new ScriptedSource();
    idle.add(A, [factsRecord('idle', 1.7e9), configRecord({ lr: 1 }), row(3, { loss: 1 }), exitRecord(1)]);
    await using other = await buildHouse({ sources: [idle] });
    const sessions = await listSeries(providerOver(other), 'hparams', EVERYTHING);
    expect(sessionOf(sessions['idle']?.[END])).toEqual({
      sessionEndInfo: { status: SESSION_END.failure, endTimeSecs: 1.7e9 + 60 },
    });
  });

  it('have one kind of value per key over all runs', async () => {
    source.push(B, configRecord({ lr: 'auto' }));
    const runs = [...house.history.catalogue.runs.values()];
    await Promise.all(runs.map((run) => run.update()));
    const sessions = await listSeries(provider, 'hparams', selection(null, [START]));
    const values = Object.values(sessions).map(
      ({ [START]: info }) => sessionOf(info).sessionStartInfo?.hparams?.['lr'],
    );
    expect(values).toEqual([{ stringValue: '0.1' }, { stringValue: 'auto' }]);
  });
});

describe('trouble', () => {
  const away = new LogdirError('unavailable', 'the server is away');

  it('with a source leaves what is known as it is', async () => {
    const before = await read(['loss'], 10);
    source.failure = away;
    const again = providerOver(house);
    expect(await readScalars(again, selection(null, ['loss']), 10)).toEqual(before);
    await house.history.relist();
    expect(again.experiment().location).toBe('script (2 runs; the server is away)');
  });

  it('without any run known is told, but not by the list of plugins', async () => {
    source.failure = away;
    await using unknown = await buildHouse({ sources: [source] });
    const empty = providerOver(unknown);
    await expect(empty.runs({ signal })).rejects.toThrow(away);
    expect((await empty.plugins({ signal })).map(({ name }) => name)).toEqual([]);
    source.failure = null;
    await unknown.history.relist();
    expect(await empty.runs({ signal })).toHaveLength(2);
  });

  it('of a slow source holds a page up for a moment only', async () => {
    const slow = new ScriptedSource();
    slow.batchSize = 1;
    slow.pauseMs = 400;
    slow.add(A, [factsRecord('slow'), ...LOSSES.slice(0, 50)]);
    await using later = await buildHouse({ sources: [slow] });
    const startMs = performance.now();
    await providerOver(later).list(pluginOf('scalars'), EVERYTHING, { signal });
    expect(performance.now() - startMs).toBeLessThan(5000);
  });

  it('ends for whoever no longer waits', async () => {
    const slow = new ScriptedSource();
    slow.pauseMs = 300;
    slow.add(A, [factsRecord('slow'), ...LOSSES.slice(0, 50)]);
    await using later = await buildHouse({ sources: [slow] });
    const waiting = new AbortController();
    const asked = providerOver(later).list(pluginOf('scalars'), EVERYTHING, { signal: waiting.signal });
    await delay(50);
    waiting.abort();
    await expect(asked).rejects.toThrow(/abort/i);
  });
});

async function blocksRead(): Promise<number> {
  const { body } = await house.metrics.expose();
  return Number(/^wandb_logdir_series_blocks_read_total (\d+)/m.exec(body)?.[1] ?? 0);
}
