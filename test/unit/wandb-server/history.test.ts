/** How the double answers history: step ranges, samples, chosen keys, what it knows of each key. @module */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askRun } from '../../support/wandb-client.ts';
import {
  type JsonObject,
  type Run,
  type ServerOptions,
  startWandbServer,
  type WandbServer,
} from '../../support/wandb-server/index.ts';

const PATH = 'acme/vision/r';
let server: WandbServer;
let run: Run;
beforeEach(async () => await restart());
afterEach(async () => await server[Symbol.asyncDispose]());

async function restart(options: ServerOptions = {}): Promise<void> {
  await server?.[Symbol.asyncDispose]();
  server = await startWandbServer(options);
  run = server.store.project('acme', 'vision').addRun({ id: 'r', createdAt: 1.7e12 });
}

/** Rows of a field that answers JSON texts. */
async function rowsOf(field: string): Promise<JsonObject[]> {
  const { rows } = await askRun<{ rows: string[] }>(server, PATH, `rows: ${field}`);
  return rows.map((text) => JSON.parse(text) as JsonObject);
}

async function sampled(...specs: JsonObject[]): Promise<JsonObject[][]> {
  const variables = { specs: specs.map((spec) => JSON.stringify(spec)) };
  const fields = 'sampledHistory(specs: $specs)';
  const { sampledHistory } = await askRun<{ sampledHistory: JsonObject[][] }>(server, PATH, fields, {
    variables,
  });
  return sampledHistory;
}

const steps = (rows: readonly JsonObject[]) => rows.map(({ _step }) => _step);

describe('history', () => {
  it('gives rows of a range of steps: from minStep, up to but not maxStep', async () => {
    run.append([
      { loss: 1, _step: 10 },
      { loss: 2, _step: 20 },
      { loss: 3, _step: 30 },
    ]);
    expect(steps(await rowsOf('history(minStep: 10, maxStep: 30, samples: 20)'))).toEqual([10, 20]);
    expect(steps(await rowsOf('history(minStep: 31, maxStep: 99, samples: 68)'))).toEqual([]);
    expect(steps(await rowsOf('history'))).toEqual([10, 20, 30]);
  });

  it('flattens nested dicts, keeps media whole, and has words for what JSON lacks', async () => {
    const histogram = { _type: 'histogram', values: [1], bins: [0, 1] };
    run.append([
      { a: { b: { c: 1 }, none: {} }, h: histogram, n: Number.NaN, m: [Number.NEGATIVE_INFINITY], z: null },
    ]);
    expect(await rowsOf('history')).toEqual([
      {
        'a.b.c': 1,
        h: histogram,
        n: 'NaN',
        m: ['-Infinity'],
        z: null,
        _step: 0,
        _timestamp: 1.7e9,
        _runtime: 0,
      },
    ]);
  });

  it('gives exact integers beyond 2^53', async () => {
    run.append([{ big: 2n ** 60n + 3n }]);
    const { history } = await askRun<{ history: string[] }>(server, PATH, 'history');
    expect(history[0]).toContain('"big":1152921504606846979');
  });

  it('samples rows when there are more than asked for, other ones each time', async () => {
    run.append({ count: 1000, columns: { loss: (index) => index } });
    const first = steps(await rowsOf('history(samples: 100)'));
    expect(first).toHaveLength(100);
    expect(first.toSorted((a, b) => Number(a) - Number(b))).toEqual(first);
    expect(steps(await rowsOf('history(samples: 100)'))).not.toEqual(first);
    expect(await rowsOf('history(samples: 1000)')).toHaveLength(1000);
  });

  it('orders rows by step, though they were logged otherwise', async () => {
    run.append([
      { loss: 1, _step: 5 },
      { loss: 2, _step: 3 },
      { loss: 3, _step: 9 },
    ]);
    expect(steps(await rowsOf('history(minStep: 0, maxStep: 9, samples: 9)'))).toEqual([3, 5]);
  });

  it('loses keys of wide rows, as told by the query or by the server', async () => {
    await restart({ defaultMaxKeyLimit: 3 });
    run.append([Object.fromEntries(Array.from({ length: 10 }, (_, key) => [`k${key}`, key]))]);
    expect(Object.keys((await rowsOf('history'))[0]!)).toHaveLength(3);
    expect(Object.keys((await rowsOf('history(maxKeyLimit: 5)'))[0]!)).toHaveLength(5);
    expect(Object.keys((await rowsOf('history(maxKeyLimit: 99)'))[0]!)).toHaveLength(13);
  });

  it('may leave out what was exported', async () => {
    await restart({ historyServes: 'live' });
    run.append([{ loss: 1 }, { loss: 2 }]);
    run.exports.exportHistory();
    run.append([{ loss: 3 }]);
    expect(steps(await rowsOf('history'))).toEqual([2]);
    expect(await sampled({ keys: ['_step', 'loss'] })).toEqual([[{ _step: 2, loss: 3 }]]);
  });
});

describe('sampledHistory', () => {
  beforeEach(() => run.append([{ a: 1, b: 1 }, { a: 2 }, { a: 3, b: 3 }, { b: 4 }, { a: null, b: 5 }]));

  it('gives one list for each spec, of the rows that have all its keys, with those keys alone', async () => {
    expect(await sampled({ keys: ['_step', 'a'] }, { keys: ['a', 'b'] })).toEqual([
      [
        { _step: 0, a: 1 },
        { _step: 1, a: 2 },
        { _step: 2, a: 3 },
      ],
      [
        { a: 1, b: 1 },
        { a: 3, b: 3 },
      ],
    ]);
  });

  it.each([
    ['inclusive', [1, 2]],
    ['exclusive', [1]],
  ] as const)('counts maxStep as %s', async (sampledMaxStep, expected) => {
    await restart({ sampledMaxStep });
    run.append([{ a: 1 }, { a: 2 }, { a: 3 }, { a: 4 }]);
    const [rows] = await sampled({ keys: ['_step', 'a'], minStep: 1, maxStep: 2, samples: 9 });
    expect(steps(rows!)).toEqual(expected);
  });

  it('samples only when rows with the keys outnumber the samples', async () => {
    await restart();
    run.append({
      count: 10_000,
      columns: { loss: () => 1, rare: (step) => (step % 100 === 0 ? step : undefined) },
    });
    const [rare, loss] = await sampled({ keys: ['rare'], samples: 100 }, { keys: ['loss'], samples: 100 });
    expect(rare).toHaveLength(100);
    expect(rare!.at(-1)).toEqual({ rare: 9900 });
    expect(loss).toHaveLength(100);
  });

  it('has words for numbers JSON lacks', async () => {
    await restart();
    run.append([{ a: Number.NaN }, { a: Number.POSITIVE_INFINITY }]);
    expect(await sampled({ keys: ['a'] })).toEqual([[{ a: 'NaN' }, { a: 'Infinity' }]]);
  });

  it('samples what a fork inherited apart from its own rows, and mixes them up', async () => {
    const project = server.store.project('acme', 'vision');
    const fork = project.forkRun('r', { id: 'fork', step: 2, rows: [{ a: 9 }, { a: 10 }] });
    expect(fork.history.length).toBe(5);
    const variables = { specs: [JSON.stringify({ keys: ['_step'], samples: 3 })] };
    const fields = 'sampledHistory(specs: $specs)';
    const answer = await askRun<{ sampledHistory: JsonObject[][] }>(server, 'acme/vision/fork', fields, {
      variables,
    });
    expect(steps(answer.sampledHistory[0]!)).toEqual([3, 4, 0, 1, 2]);
  });

  it('refuses a spec without keys', async () => {
    await expect(sampled({ samples: 3 })).rejects.toThrow('invalid spec');
  });
});

describe('bucketedHistory', () => {
  it('gives mean, least and greatest of each stretch', async () => {
    run.append({ count: 100, columns: { loss: (step) => step } });
    const variables = { specs: ['{"keys":["loss"],"samples":10,"xAxis":"_step"}'] };
    const fields = 'bucketedHistory(specs: $specs, packVersion: 1)';
    const answer = await askRun<{ bucketedHistory: JsonObject[][] }>(server, PATH, fields, { variables });
    const [buckets] = answer.bucketedHistory;
    expect(buckets).toHaveLength(10);
    expect(buckets![1]).toMatchObject({
      bucketSize: 10,
      lossAvg: 14.5,
      lossMin: 10,
      lossMax: 19,
      _stepAvg: 14.5,
    });
  });
});

describe('events', () => {
  it('are capped, however many are asked for', async () => {
    run.appendEvents({ count: 3000, columns: { 'system.cpu': (index) => index } });
    expect(await rowsOf('events(samples: 10)')).toHaveLength(10);
    expect(await rowsOf('events(samples: 100000)')).toHaveLength(1000);
    expect(await askRun(server, PATH, 'eventsLineCount')).toEqual({ eventsLineCount: 3000 });
  });
});

describe('the end of a run', () => {
  it('is told by counts and tails', async () => {
    run.append([{ loss: 1 }, { loss: Number.NaN }]);
    run.appendEvents([{ 'system.cpu': 3 }]);
    run.console.write(0, ['one', 'two']);
    const fields = 'historyLineCount eventsLineCount logLineCount historyTail eventsTail systemMetrics';
    const tail = await askRun<Record<string, string | number>>(server, PATH, fields);
    expect(tail).toMatchObject({ historyLineCount: 2, eventsLineCount: 1, logLineCount: 2 });
    const [last] = JSON.parse(String(tail['historyTail'])) as string[];
    expect(JSON.parse(last!)).toMatchObject({ loss: 'NaN', _step: 1 });
    expect(JSON.parse(String(tail['systemMetrics']))).toEqual({ 'system.cpu': 3 });
  });

  it('of a run without rows is empty', async () => {
    const fields = 'historyLineCount historyTail systemMetrics historyKeys summaryMetrics';
    expect(await askRun(server, PATH, fields)).toEqual({
      historyLineCount: 0,
      historyTail: '[]',
      systemMetrics: '{}',
      historyKeys: { sets: [], lastStep: -1, keys: {} },
      summaryMetrics: '{}',
    });
  });
});

describe('historyKeys', () => {
  type Keys = { lastStep: number; keys: Record<string, JsonObject> };
  const keysOf = async () => (await askRun<{ historyKeys: Keys }>(server, PATH, 'historyKeys')).historyKeys;

  it('counts types of each key, and knows the last number', async () => {
    run.append([
      { loss: 3, text: 'a', flag: true, image: { _type: 'image-file' }, list: [{ x: 1 }], none: null },
      { loss: Number.NaN, text: 1 },
      { loss: 2.5 },
    ]);
    const { lastStep, keys } = await keysOf();
    expect(lastStep).toBe(2);
    expect(keys['loss']).toEqual({
      typeCounts: [
        { type: 'number', count: 2 },
        { type: 'string', count: 1 },
      ],
      previousValue: 2.5,
    });
    expect(keys['_step']).toEqual({
      typeCounts: [{ type: 'number', count: 3 }],
      monotonic: true,
      previousValue: 2,
    });
    const items = [{ type: 'map', keys: { x: [{ type: 'number' }] } }];
    expect(keys['list']).toMatchObject({ typeCounts: [{ type: 'list', count: 1, items }] });
    expect(keys['image']).toMatchObject({ typeCounts: [{ type: 'image-file', count: 1 }] });
    expect(keys['none']).toMatchObject({
      typeCounts: [{ type: 'nil', count: 1 }],
      previousValue: -Number.MAX_VALUE,
    });
    expect(keys['flag']).toMatchObject({ typeCounts: [{ type: 'bool', count: 1 }] });
  });

  it('grows with the run, and starts anew when rows vanish', async () => {
    run.append([{ loss: 1 }, { loss: 2 }]);
    await keysOf();
    run.append([{ acc: 1 }]);
    expect((await keysOf()).keys['acc']).toMatchObject({ typeCounts: [{ type: 'number', count: 1 }] });
    run.rewind(0);
    const { lastStep, keys } = await keysOf();
    expect(lastStep).toBe(0);
    expect(keys['acc']).toBeUndefined();
    expect(keys['loss']).toMatchObject({ typeCounts: [{ type: 'number', count: 1 }], previousValue: 1 });
  });
});
