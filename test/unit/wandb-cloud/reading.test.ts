/** History of a run on a server: complete and exact, however the server gives it. */

import { describe, expect, it } from 'vitest';
import { type RunKey, runKey } from '../../../src/core/index.ts';
import type { Cursor, RecordBatch } from '../../../src/sources/index.ts';
import { type CloudSource, type ConnectOptions, cloudSource } from '../../support/cloud.ts';
import { plainRow } from '../../support/cloud-rows.ts';
import { neverAborted, type ReadResult, readAll } from '../../support/local-runs.ts';
import { MovingClock } from '../../support/moving-clock.ts';
import { randomNumbers } from '../../support/random.ts';
import {
  alterData,
  answerStatus,
  corruptBytes,
  type ExportOptions,
  expireUrl,
  type JsonObject,
  type JsonValue,
  type Run,
  resetAfter,
  type ServerOptions,
  startWandbServer,
  type WandbServer,
} from '../../support/wandb-server/index.ts';

const KEY: RunKey = runKey('acme', 'vision', 'r');

interface Bench extends AsyncDisposable {
  readonly server: WandbServer;
  readonly run: Run;
  readonly cloud: CloudSource;
}

interface BenchOptions extends ConnectOptions {
  readonly server?: ServerOptions;
  readonly refreshIntervalMs?: number;
}

async function bench(
  rows: readonly JsonObject[],
  { server: serverOptions = {}, ...connect }: BenchOptions = {},
): Promise<Bench> {
  const server = await startWandbServer(serverOptions);
  const run = server.store.project('acme', 'vision').addRun({ id: 'r', rows });
  const cloud = await cloudSource(server, { entity: 'acme', project: 'vision' }, connect);
  await cloud.source.listRuns({ signal: neverAborted });
  return {
    ...{ server, run, cloud },
    [Symbol.asyncDispose]: async () => {
      await cloud[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Rows as the double keeps them, by step. */
function logged(run: Run): Record<string, unknown>[] {
  const rows = run.history.places().map(({ block, index }) => block.row(index));
  return rows.map(({ _runtime, ...row }) => row);
}

const plain = ({ rows }: Pick<ReadResult, 'rows'>) => rows.map(plainRow);

/** Sparse rows of several keys, all kinds of numbers, steps with gaps. */
function sparseRows(count: number, seed = 1): JsonObject[] {
  const random = randomNumbers(seed);
  let step = -1;
  return Array.from({ length: count }, () => {
    step += 1 + Math.floor(random() * 3);
    const row: Record<string, JsonValue> = { _step: step };
    if (random() < 0.9) row['loss'] = random() < 0.05 ? Number.NaN : random();
    if (random() < 0.3) row['val/acc'] = random() < 0.1 ? Number.POSITIVE_INFINITY : random();
    if (random() < 0.1) row['a.b'] = Math.floor(random() * 1000);
    if (random() < 0.1) row['note'] = `step ${step}`;
    return row;
  });
}

describe('history of a run', () => {
  const rows = sparseRows(3000);
  const ways: readonly [string, ServerOptions, ExportOptions | null][] = [
    ['live rows alone', {}, null],
    ['one exported file', {}, {}],
    ['several files whose columns differ', {}, { files: 3, codec: 'ZSTD' }],
    ['files that overlap and are out of order', {}, { files: 3, order: 'shuffled', repeatedRows: 7 }],
    ['files, and live rows beyond them', {}, { throughRow: 2000 }],
    ['files, and a server that answers the rest alone', { historyServes: 'live' }, { throughRow: 2000 }],
    ['files as an artifact, of a server without parquetHistory', { missing: ['Run.parquetHistory'] }, {}],
    ['neither parquetHistory nor artifacts', { missing: ['Run.parquetHistory', 'Project.artifact'] }, {}],
    ['no maxKeyLimit', { missing: ['Run.history.maxKeyLimit'] }, null],
    ['rows cut to a few keys unless told otherwise', { defaultMaxKeyLimit: 1 }, null],
    ['pages of few rows', { maxHistorySamples: 400 }, null],
    ['maxStep of sampled history excluded', { sampledMaxStep: 'exclusive' }, null],
    ['compressed answers', { compresses: true }, null],
    ['a server that does not know its keys', { missing: ['Run.historyKeys'] }, null],
    ['a server that counts no rows', { missing: ['Run.historyLineCount'] }, null],
  ];
  it.each(ways)('is complete and exact from %s', async (_, options, exports) => {
    await using b = await bench(rows, { server: options });
    if (exports !== null) b.run.exports.exportHistory(exports);
    expect(plain(await readAll(b.cloud.source, KEY))).toEqual(logged(b.run));
  });

  it('is complete without steps 0 to 61,010, and with steps in the tens of millions', async () => {
    await using b = await bench([
      ...[61_010, 61_020, 40_000_000, 40_000_001].map((step) => ({ _step: step, x: step })),
    ]);
    expect(plain(await readAll(b.cloud.source, KEY))).toEqual(logged(b.run));
    expect(b.server.requests.count({ field: 'history' })).toBeLessThan(6);
  });

  it('may be none', async () => {
    await using b = await bench([]);
    b.run.finish();
    const { rows: none, records } = await readAll(b.cloud.source, KEY);
    expect(none).toEqual([]);
    expect(records.map(({ kind }) => kind)).toContain('exit');
  });

  it('may have ten thousand keys', async () => {
    const wide = (step: number): JsonObject =>
      Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`layer${i}/norm`, step * i]));
    await using b = await bench([wide(0), wide(1), wide(2)]);
    const { rows: read } = await readAll(b.cloud.source, KEY);
    expect(read.map(({ values }) => values.length)).toEqual([10_000, 10_000, 10_000]);
    expect(plain({ rows: read })).toEqual(logged(b.run));
  });

  it('is asked for key by key where a server cannot make its pages', async () => {
    await using b = await bench(rows);
    b.server.faults.add({ match: { field: 'history' }, effect: answerStatus(502) });
    expect(plain(await readAll(b.cloud.source, KEY))).toEqual(logged(b.run));
    expect(b.server.requests.count({ field: 'sampledHistory' })).toBeGreaterThan(0);
  });

  it('comes from a fork with what its parent had', async () => {
    await using b = await bench(rows.slice(0, 100));
    const fork = b.run.project.forkRun('r', { id: 'f', step: 50, rows: [{ loss: 9 }, { loss: 8 }] });
    const key = runKey('acme', 'vision', 'f');
    await b.cloud.source.listRuns({ signal: neverAborted });
    expect(plain(await readAll(b.cloud.source, key))).toEqual(logged(fork));
  });
});

describe('exported history', () => {
  const rows = sparseRows(500);

  it('is fetched with new addresses when the old ones have expired', async () => {
    await using b = await bench(rows);
    b.run.exports.exportHistory({ files: 2 });
    b.server.faults.add({ match: { door: 'storage' }, effect: expireUrl(), times: 1 });
    expect(plain(await readAll(b.cloud.source, KEY))).toEqual(logged(b.run));
    expect(b.server.requests.count({ field: 'history' })).toBe(0);
  });

  it('goes on where a connection broke off', async () => {
    await using b = await bench(rows);
    b.run.exports.exportHistory();
    b.server.faults.add({ match: { door: 'storage' }, effect: resetAfter(3000), times: 2 });
    expect(plain(await readAll(b.cloud.source, KEY))).toEqual(logged(b.run));
    expect(b.server.requests.count({ field: 'history' })).toBe(0);
  });

  it.each([
    ['damaged', corruptBytes({ from: 4, every: 50 })],
    ['gone', answerStatus(404)],
  ])('that is %s is no loss: the server has the rows too', async (_, effect) => {
    await using b = await bench(rows);
    b.run.exports.exportHistory();
    b.server.faults.add({ match: { door: 'storage' }, effect });
    expect(plain(await readAll(b.cloud.source, KEY))).toEqual(logged(b.run));
  });

  it('takes four requests for 125,000 rows, and no page', async () => {
    await using server = await startWandbServer();
    const run = server.store.project('acme', 'vision').addRun({ id: 'r' });
    const columns = Object.fromEntries(
      Array.from({ length: 8 }, (_, i) => [`m${i}`, (step: number) => step * i]),
    );
    run.append({ count: 125_000, columns });
    run.finish();
    run.exports.exportHistory();
    await using cloud = await cloudSource(server, { entity: 'acme', project: 'vision' });
    await cloud.source.listRuns({ signal: neverAborted });
    server.requests.reset();
    const { rows: read } = await readAll(cloud.source, KEY);
    expect(read.length).toBe(125_000);
    expect(server.requests.count()).toBeLessThanOrEqual(4);
  });
});

describe('a run made anew after it was deleted', () => {
  it.each([
    ['the files of the one before it', {}],
    ['them alone, of a server without parquetHistory', { missing: ['Run.parquetHistory'] }],
  ])('has nothing of %s', async (_, options) => {
    await using b = await bench(
      Array.from({ length: 30 }, (_row, i) => ({ loss: i })),
      { server: options },
    );
    b.run.appendEvents([{ _timestamp: 1000, 'system.cpu': 1 }]);
    b.run.finish();
    b.run.exports.exportHistory();
    b.run.exports.exportEvents();
    const { cursor } = await readAll(b.cloud.source, KEY);
    const { project } = b.run;
    project.deleteRun('r');
    const createdAt = project.now() + 60_000;
    const run = project.addRun({
      id: 'r',
      createdAt,
      rows: Array.from({ length: 5 }, (_row, i) => ({ loss: 100 + i })),
    });
    run.finish();
    const anew = await readAll(b.cloud.source, KEY);
    expect(plain(anew)).toEqual(logged(run));
    expect(anew.records.filter(({ kind }) => kind === 'system')).toEqual([]);
    await expect(readAll(b.cloud.source, KEY, { after: cursor })).rejects.toMatchObject({ code: 'corrupt' });
  });
});

describe('what the server counts and does not send', () => {
  const missing = ({ batches }: ReadResult) =>
    batches.reduce((sum, { unread }) => sum + (unread.missing ?? 0), 0);

  it('is noticed: rows', async () => {
    await using b = await bench(Array.from({ length: 50 }, (_, i) => ({ loss: i })));
    const fewer = (data: unknown) =>
      JSON.parse(JSON.stringify(data, (key, value) => (key === 'history' ? value.slice(0, 40) : value)));
    b.server.faults.add({ match: { field: 'history' }, effect: alterData(fewer) });
    const first = await readAll(b.cloud.source, KEY);
    expect(missing(first)).toBe(10);
    // What it sends after all is not missing any more.
    b.run.append([{ loss: 1 }]);
    expect(missing(await readAll(b.cloud.source, KEY, { after: first.cursor }))).toBe(-10);
  });

  it('is noticed: values of a key', async () => {
    await using b = await bench(Array.from({ length: 50 }, (_, i) => ({ loss: i, acc: i })));
    const without = (data: unknown) => JSON.parse(JSON.stringify(data).replaceAll('\\"acc\\"', '\\"_\\"'));
    b.server.faults.add({ match: { field: 'history' }, effect: alterData(without) });
    expect(missing(await readAll(b.cloud.source, KEY))).toBe(50);
  });

  it('is nothing as a rule', async () => {
    const nested: JsonObject[] = [
      { a: { b: 1 } },
      { img: { _type: 'image-file', path: 'x' } },
      { l: [1, 2], t: 'x', n: null },
    ];
    await using b = await bench([...sparseRows(300), ...nested]);
    expect(missing(await readAll(b.cloud.source, KEY))).toBe(0);
  });
});

describe('a run that goes on', () => {
  it('grows by what is new alone', async () => {
    await using b = await bench(sparseRows(200));
    let { rows, cursor } = await readAll(b.cloud.source, KEY);
    for (let round = 0; round < 5; round++) {
      b.run.append([{ loss: round }, { 'val/acc': round }]);
      const more = await readAll(b.cloud.source, KEY, { after: cursor });
      expect(more.rows.length).toBe(2);
      rows = [...rows, ...more.rows];
      cursor = more.cursor;
    }
    expect(plain({ rows })).toEqual(logged(b.run));
  });

  it('grows by what was exported meanwhile', async () => {
    await using b = await bench(sparseRows(100));
    const first = await readAll(b.cloud.source, KEY);
    b.run.append(Array.from({ length: 6000 }, (_, i) => ({ loss: i })));
    b.run.exports.exportHistory();
    const more = await readAll(b.cloud.source, KEY, { after: first.cursor });
    expect(plain({ rows: [...first.rows, ...more.rows] })).toEqual(logged(b.run));
  });

  it('has news when it has, and asks nothing else meanwhile', async () => {
    const clock = new MovingClock(Date.now());
    await using b = await bench(sparseRows(10), { clock });
    const { cursor } = await readAll(b.cloud.source, KEY);
    expect(await b.cloud.source.hasNews(KEY, cursor, { signal: neverAborted })).toBe(false);
    b.server.requests.reset();
    b.run.append([{ loss: 1 }]);
    expect(await b.cloud.source.hasNews(KEY, cursor, { signal: neverAborted })).toBe(true);
    expect(b.server.requests.count()).toBe(1);
  });

  it('tells its end, its summary and config as they are', async () => {
    await using b = await bench([{ loss: 1 }]);
    b.run.set({ config: { lr: 0.1 }, summary: { best: 3 } });
    const { cursor, records } = await readAll(b.cloud.source, KEY);
    expect(records).toContainEqual({
      kind: 'config',
      change: { update: [{ path: ['lr'], json: '0.1' }], remove: [] },
    });
    b.run.set({ config: { lr: 0.2 } });
    b.run.finish(1);
    const { records: more } = await readAll(b.cloud.source, KEY, { after: cursor });
    expect(more.filter(({ kind }) => kind !== 'facts')).toMatchObject([
      { kind: 'config', change: { update: [{ path: ['lr'], json: '0.2' }] } },
      { kind: 'summary', change: { update: [{ path: ['best'], json: '3' }] } },
      { kind: 'exit', exitCode: 1 },
    ]);
  });
});

describe('history that went back', () => {
  /** What a cursor was in is another history: the source says so, and has all of the new one. */
  async function readAnew(b: Bench, cursor: Cursor | null): Promise<ReadResult> {
    await expect(readAll(b.cloud.source, KEY, { after: cursor })).rejects.toMatchObject({ code: 'corrupt' });
    const read = await readAll(b.cloud.source, KEY);
    expect(plain(read)).toEqual(logged(b.run));
    return read;
  }

  it.each([
    ['rewound, its id kept', (run: Run) => run.rewind(50, { keepsId: true })],
    ['rewound, under a new id', (run: Run) => run.rewind(50)],
    ['begun anew', (run: Run) => run.reinit()],
    ['begun anew under a new id', (run: Run) => run.reinit([], { keepsId: false })],
  ])('because the run was %s has the run read anew', async (_, goBack) => {
    await using b = await bench(Array.from({ length: 100 }, (_, i) => ({ loss: i, _timestamp: 1000 + i })));
    const { cursor } = await readAll(b.cloud.source, KEY);
    goBack(b.run);
    b.run.append([1, 2, 3].map((i) => ({ loss: -i, _timestamp: 2000 + i })));
    const more = await readAnew(b, cursor);
    // And from there on as ever.
    b.run.append([{ loss: -4, _timestamp: 3000 }]);
    const last = await readAll(b.cloud.source, KEY, { after: more.cursor });
    expect(plain(last)).toEqual(logged(b.run).slice(-1));
  });

  it('and has grown beyond where it was is noticed too', async () => {
    await using b = await bench(Array.from({ length: 20 }, (_, i) => ({ loss: i, _timestamp: 1000 + i })));
    const { cursor } = await readAll(b.cloud.source, KEY);
    b.run.rewind(9, { keepsId: true });
    b.run.append(Array.from({ length: 30 }, (_, i) => ({ loss: -1 - i, _timestamp: 2000 + i })));
    await readAnew(b, cursor);
  });

  it.each([
    ['begun anew', (run: Run) => run.reinit()],
    ['rewound', (run: Run) => run.rewind(49)],
  ])('because the run was %s on a machine whose clock is behind', async (_, goBack) => {
    await using b = await bench(
      Array.from({ length: 100 }, (_row, i) => ({ loss: i, _timestamp: 1000 + i })),
    );
    const { cursor } = await readAll(b.cloud.source, KEY);
    goBack(b.run);
    b.run.append([1, 2, 3].map((i) => ({ loss: -i, _timestamp: 900 + i })));
    const more = await readAnew(b, cursor);
    b.run.append([{ loss: -4, _timestamp: 904 }]);
    const last = await readAll(b.cloud.source, KEY, { after: more.cursor });
    expect(plain(last)).toEqual(logged(b.run).slice(-1));
  });

  it('cannot be read again as it was: the cache is told so', async () => {
    await using b = await bench(Array.from({ length: 20 }, (_, i) => ({ loss: i })));
    const { cursor } = await readAll(b.cloud.source, KEY);
    b.run.reinit();
    await expect(readAll(b.cloud.source, KEY, { stopAt: cursor! })).rejects.toThrow(
      expect.objectContaining({ code: 'corrupt' }),
    );
  });
});

describe('system metrics', () => {
  const events: JsonObject[] = Array.from({ length: 3000 }, (_, i) => ({
    _timestamp: 1000 + i,
    'system.cpu': i % 100,
  }));
  const samples = (batches: readonly RecordBatch[]) =>
    batches.flatMap(({ records }) => records).filter((record) => record.kind === 'system');

  it('are complete where they were exported', async () => {
    await using b = await bench([{ loss: 1 }]);
    b.run.appendEvents(events);
    b.run.finish();
    b.run.exports.exportEvents();
    const found = samples((await readAll(b.cloud.source, KEY)).batches);
    expect(found.map(({ timestamp }) => timestamp)).toEqual(events.map(({ _timestamp }) => _timestamp));
    expect(found[7]).toMatchObject({ shape: { keys: ['cpu'] }, values: [7] });
  });

  it('are sampled where not, and only ever appended', async () => {
    await using b = await bench([{ loss: 1 }]);
    b.run.appendEvents(events.slice(0, 2000));
    const first = await readAll(b.cloud.source, KEY);
    b.run.appendEvents(events.slice(2000));
    const more = await readAll(b.cloud.source, KEY, { after: first.cursor });
    const times = [...samples(first.batches), ...samples(more.batches)].map(({ timestamp }) => timestamp);
    expect(times).toEqual([...times].sort((a, z) => a - z));
    expect(new Set(times).size).toBe(times.length);
    expect(times.length).toBeGreaterThan(1000);
  });

  it('that cannot be had are no reason to lose a run', async () => {
    await using b = await bench([{ loss: 1 }]);
    b.run.appendEvents(events);
    b.server.faults.add({ match: { field: 'events' }, effect: answerStatus(500) });
    expect((await readAll(b.cloud.source, KEY)).rows.length).toBe(1);
  });
});

describe('a run that cannot be had', () => {
  it('is left alone for ever longer, and said why; others are read', async () => {
    const clock = new MovingClock(Date.now());
    await using b = await bench([{ loss: 1 }], { clock, refreshIntervalMs: 1000 });
    b.run.project.addRun({ id: 'well', rows: [{ loss: 1 }] });
    b.run.isPoisoned = true;
    const poisoned = expect.objectContaining({
      code: 'unavailable',
      message: expect.stringContaining('502'),
    });
    const readings: number[] = [];
    for (let second = 0; second < 100; second++) {
      const before = b.server.requests.count({ run: 'r' });
      await expect(readAll(b.cloud.source, KEY)).rejects.toThrow(poisoned);
      if (b.server.requests.count({ run: 'r' }) > before) readings.push(second);
      expect((await readAll(b.cloud.source, runKey('acme', 'vision', 'well'))).rows.length).toBe(1);
      clock.advance(1000);
    }
    const pauses = readings.slice(1).map((second, i) => second - readings[i]!);
    expect(readings.length).toBeLessThan(10);
    expect(pauses).toEqual([...pauses].sort((x, y) => x - y));
    b.run.isPoisoned = false;
    clock.advance(2 * 3_600_000);
    expect((await readAll(b.cloud.source, KEY)).rows.length).toBe(1);
  });

  it('because it was deleted is not found', async () => {
    await using b = await bench([{ loss: 1 }]);
    const { cursor } = await readAll(b.cloud.source, KEY);
    b.run.project.deleteRun('r');
    const gone = expect.objectContaining({ code: 'not-found' });
    await expect(b.cloud.source.hasNews(KEY, cursor, { signal: neverAborted })).rejects.toThrow(gone);
    await expect(readAll(b.cloud.source, KEY)).rejects.toThrow(gone);
  });
});

describe('files of a run', () => {
  const text = async (b: Bench, name: string) => {
    await using file = await b.cloud.source.openFile(KEY, name, { signal: neverAborted });
    const pieces: Uint8Array[] = [];
    for await (const piece of file.read({ start: 0, end: file.file.size }, { signal: neverAborted }))
      pieces.push(piece);
    return Buffer.concat(pieces).toString();
  };

  it('are fetched once however often they are opened, and again when their address has expired', async () => {
    await using b = await bench([{ loss: 1 }]);
    b.run.addFile('media/x.txt', 'hello');
    b.server.faults.add({ match: { door: 'storage' }, effect: expireUrl(), times: 1 });
    for (let i = 0; i < 5; i++) expect(await text(b, 'media/x.txt')).toBe('hello');
    expect(b.server.requests.count({ door: 'storage' })).toBe(2);
  });

  it.each([
    ['page by page', {}],
    ['of a server that knows only the last lines', { missing: ['Run.logLines.useImprovedPagination'] }],
  ])('include what it wrote to its console so far, %s', async (_, options) => {
    await using b = await bench([{ loss: 1 }], { server: options });
    b.run.console.write(0, ['first', 'second']);
    const [file] = await b.cloud.source.listFiles(KEY, { signal: neverAborted });
    expect(file).toMatchObject({ name: 'output.log', size: 13 });
    expect(await text(b, 'output.log')).toBe('first\nsecond\n');
  });

  it('are those of the server where there is a file of its console output', async () => {
    await using b = await bench([{ loss: 1 }]);
    b.run.console.write(0, ['line']);
    b.run.addFile('output.log', 'the whole output');
    expect(await text(b, 'output.log')).toBe('the whole output');
    expect(b.server.requests.count({ field: 'logLines' })).toBe(0);
  });
});
