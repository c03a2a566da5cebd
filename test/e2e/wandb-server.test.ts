/** The real SDK logs to the W&B double and reads back from it: what comes out is what went in. @module */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PYTHON, PYTHON_MISSING, runPython } from '../support/python.ts';
import { IS_FULL, scaled } from '../support/scale.ts';
import { asLogged, type LoggedRun, type ReadRun, SdkClient } from '../support/sdk-client.ts';
import {
  answerStatus,
  type JsonObject,
  startWandbServer,
  uploadRuns,
  type WandbServer,
} from '../support/wandb-server/index.ts';

const KINDS = ['scalars', 'media', 'sweep', 'resume', 'branches', 'hostile', 'wide', 'long'];
const SIZES = ['--runs', '6', '--rows', `${scaled(1500, 5000)}`, '--metrics', '8'];
const TEN_MINUTES_MS = 600_000;

function expectRows(
  read: ReadRun,
  logged: LoggedRun,
  change: (row: JsonObject) => JsonObject = (row) => row,
): void {
  const rows = new Map(read.rows.map((row) => [Number(row['_step']), asLogged(row)]));
  expect([read.id, rows.size]).toEqual([read.id, read.rows.length]);
  const expected = [...logged.rows].map(([step, row]) => [step, asLogged(change(row))] as const);
  const kept = expected.filter(([, row]) => Object.keys(row).length > 0);
  for (const [step, row] of kept) expect([read.id, step, rows.get(step)]).toEqual([read.id, step, row]);
  expect([read.id, [...rows.keys()].filter((step) => !logged.rows.has(step))]).toEqual([read.id, []]);
  expect([read.id, read.lastStep]).toEqual([read.id, Math.max(...logged.rows.keys())]);
}

/** In parquet every number is a double. */
function asDoubles(row: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
  );
}

describe.skipIf(PYTHON_MISSING !== null)('the real SDK', () => {
  let server: WandbServer;
  let sdk: SdkClient;
  let truth: ReadonlyMap<string, LoggedRun>;

  beforeAll(async () => {
    server = await startWandbServer();
    sdk = await SdkClient.create(server);
    await sdk.log(...KINDS, ...SIZES);
    truth = await sdk.truth();
  }, TEN_MINUTES_MS);

  afterAll(async () => {
    await sdk?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  const pathOf = (id: string) => {
    const run = server.store.projects
      .flatMap(({ runs }) => [...runs.values()])
      .find(({ name }) => name === id)!;
    return `${run.project.entity}/${run.project.name}/${id}`;
  };

  it('has all its runs here, finished', () => {
    const runs = server.store.projects.flatMap((project) => [...project.runs.values()]);
    expect(runs.map(({ name }) => name).toSorted()).toEqual([...truth.keys()].toSorted());
    expect(runs.map(({ state }) => state).filter((state) => state !== 'finished')).toEqual([]);
  });

  it('reads back every row that it logged, while rows are live', async () => {
    for (const [id, logged] of truth) expectRows(await sdk.readRun(pathOf(id)), logged);
  });

  it('resumed a run where it had ended', () => {
    const steps = [...truth.get('resume01')!.rows.keys()];
    expect(steps).toEqual(Array.from({ length: 100 }, (_, step) => step));
    expect(server.store.run(pathOf('resume01')).history.length).toBe(100);
  });

  it('went back: rewound a run, forked one off it, started one again from nothing', async () => {
    const lengths = ['branch01', 'forked01', 'again001'].map((id) => truth.get(id)!.rows.size);
    expect(lengths).toEqual([16, 11, 5]);
    expect(server.store.run(pathOf('branch01')).storageId).toContain(
      Buffer.from('Run:v2').toString('base64'),
    );
  });

  it('reads back config, summary, system metrics, tags and notes', async () => {
    const read = await sdk.readRun(pathOf('scalars1'));
    const { config, ...facts } = truth.get('scalars1')!.facts;
    expect(read.config).toEqual({ ...(config as JsonObject), late: 5 });
    expect(read).toMatchObject({ name: facts['name'], group: 'g1', jobType: 'train', notes: facts['notes'] });
    expect(read.tags).toEqual(facts['tags']);
    expect(read.summary).toMatchObject({ final: 0.123, gap: 3, train: { a: 49, b: { c: 122.5 } } });
    expect(read.system.length).toBeGreaterThanOrEqual(2);
    expect(read.system[0]).toHaveProperty(['system.cpu']);
    expect(read.history).toHaveLength(read.rows.length);
  });

  it('finds its media, files and artifacts, byte for byte', async () => {
    const read = await sdk.readRun(pathOf('media001'));
    const image = read.rows.find(({ img }) => img)!['img'] as JsonObject;
    expect(image).toMatchObject({
      _type: 'image-file',
      width: 8,
      height: 8,
      caption: 'image 0',
      format: 'png',
    });
    expect(read.files[String(image['path'])]).toBe(image['size']);
    expect(read.artifacts).toContain('run-media001-table:v2');
    const downloaded = await sdk.ask('files', pathOf('media001'), sdk.folder('files'));
    expect(downloaded).toEqual(Object.keys(read.files).toSorted());
    const local = await sdk.localFiles('media001');
    expect(local.size).toBeGreaterThan(8);
    for (const [name, bytes] of local) {
      if (name.startsWith('media/'))
        expect([name, await readFile(join(sdk.folder('files'), name))]).toEqual([name, bytes]);
    }
    const folder = sdk.folder('artifact');
    const table = await sdk.ask('artifact', 'acme/research/run-media001-table:latest', folder);
    expect(table).toEqual(['table.table.json']);
  });

  it('lists runs by filter and order', async () => {
    const list = (...words: string[]) => sdk.ask('runs', 'acme/sweeps', ...words);
    expect(await list()).toEqual(['sw000', 'sw001', 'sw002', 'sw003', 'sw004', 'sw005']);
    expect(await list('{}', '-created_at')).toHaveLength(6);
    expect(await list('{"$and": [{"group": "exp1"}, {"tags": {"$in": ["t2"]}}]}')).toEqual(['sw005']);
    expect(await list('{"config.seed": {"$gte": 4}}', '-config.seed')).toEqual(['sw005', 'sw004']);
    expect(await list('{"summary_metrics.loss": {"$exists": false}}')).toEqual([]);
    expect(await list('{"display_name": {"$regex": "run-[23]$"}}')).toEqual(['sw002', 'sw003']);
  });

  it('lists sweeps with their runs', async () => {
    const project = server.store.project('acme', 'sweeps');
    project.addSweep({ name: 'swp1', method: 'bayes' });
    project.addSweep({ name: 'swp2' });
    for (const id of ['sw001', 'sw002']) project.run(id).set({ sweepName: 'swp1' });
    expect(await sdk.ask('sweeps', 'acme/sweeps')).toEqual({
      swp1: ['sw001', 'sw002'],
      swp2: [],
    });
  });

  it('reads back every row when they are exported as parquet, in one file or in several', async () => {
    for (const [number, [id, logged]] of [...truth].entries()) {
      const { exports } = server.store.run(pathOf(id));
      const codec = (['SNAPPY', 'ZSTD', 'GZIP', 'UNCOMPRESSED'] as const)[number % 4]!;
      exports.exportHistory({ codec, files: 1 + (number % 3), rowGroupRows: 1000 });
      server.requests.reset();
      expectRows(await sdk.readRun(pathOf(id)), logged, asDoubles);
      expect([id, server.requests.count({ field: 'history', operation: 'HistoryPage' })]).toEqual([id, 0]);
      expect([id, server.requests.count({ file: /\.parquet$/ })]).toEqual([id, 1 + (number % 3)]);
    }
  });

  it('never sent its key to the object store', () => {
    const stored = server.requests.matching({ origin: 'storage' });
    expect(stored.length).toBeGreaterThan(0);
    expect(stored.filter(({ authorization }) => authorization !== null)).toEqual([]);
  });

  it('made no query that the schema refuses', () => {
    expect(server.requests.matching({ door: 'graphql' }).filter(({ status }) => status !== 200)).toEqual([]);
  });
});

describe.skipIf(PYTHON_MISSING !== null)('a folder of runs that were logged offline', () => {
  it('is here with every row and every file, each of which the SDK gets by its name', async () => {
    await using server = await startWandbServer();
    await using sdk = await SdkClient.create(server);
    const places = ['--out', sdk.folder('runs'), '--truth', sdk.folder('truth')];
    await runPython('make-runs.py', ['media', 'scalars', ...places]);
    await uploadRuns(server, sdk.folder('runs'), { python: PYTHON });
    expect(server.requests.all).toEqual([]);
    for (const [id, logged] of await sdk.truth())
      expectRows(await sdk.readRun(`acme/research/${id}`), logged);
    expect(server.requests.downloads()).toEqual({});

    const local = await sdk.localFiles('media001');
    const images = [...local].filter(([name]) => name.startsWith('media/images/img_'));
    expect(images).toHaveLength(3);
    for (const [name, bytes] of images) {
      const folder = sdk.folder('downloads');
      const file = await sdk.ask('file', 'acme/research/media001', name, folder);
      expect(file).toEqual([name, bytes.length, 'image/png']);
      expect(await readFile(join(folder, name))).toEqual(bytes);
      expect(server.requests.downloads()[`media001/${name}`]).toBe(1);
    }
  });
});

describe.skipIf(PYTHON_MISSING !== null)('the real SDK, where files end amid a page', () => {
  /** Steps that scanning gives more than once. */
  async function doubled(server: WandbServer): Promise<number> {
    const run = server.store.project('acme', 'vision').addRun({ id: 'r' });
    run.append({ count: 2500, columns: { loss: (step) => step } });
    run.exports.exportHistory({ throughRow: 1300, files: 2 });
    await using sdk = await SdkClient.create(server);
    const { rows } = await sdk.readRun('acme/vision/r');
    expect(new Set(rows.map(({ _step }) => _step)).size).toBe(2500);
    return rows.length - 2500;
  }

  it('gives each row once when the server leaves out of pages what files hold', async () => {
    await using server = await startWandbServer({ historyServes: 'live' });
    expect(await doubled(server)).toBe(0);
  });

  it('gives rows twice when the server does not', async () => {
    await using server = await startWandbServer();
    expect(await doubled(server)).toBe(300);
  });
});

describe.skipIf(PYTHON_MISSING !== null)('the real SDK, in trouble', () => {
  it.runIf(IS_FULL)('gets through faults and the rate limit, and loses nothing', async () => {
    await using server = await startWandbServer();
    await using sdk = await SdkClient.create(server);
    server.faults.add({ match: { operation: 'UpsertBucket' }, effect: answerStatus(503), times: 1 });
    server.faults.add({ match: { door: 'file-stream' }, effect: answerStatus(500), times: 1 });
    const limited = { match: { operation: 'CreateRunFiles' }, times: 1 };
    server.faults.add({ ...limited, effect: answerStatus(429, { headers: { 'Retry-After': '1' } }) });
    await sdk.log('resume');
    const [[, logged]] = [...(await sdk.truth())] as [[string, LoggedRun]];
    server.limitRate({ requests: 2, windowMs: 1000 });
    expectRows(await sdk.readRun('acme/research/resume01'), logged);
    expect(server.requests.matching({ door: 'graphql' }).some(({ status }) => status === 429)).toBe(true);
  });

  it('shows a run while it goes on, and after it was killed', async () => {
    await using server = await startWandbServer();
    await using sdk = await SdkClient.create(server);
    // The reader is there before the run is: on a busy machine it takes longer to start than the run to end.
    server.store.project('acme', 'research');
    expect(await sdk.ask('runs', 'acme/research')).toEqual([]);
    const logging = sdk.log('live', '--seconds', '8');
    const lengths: number[] = [];
    while (new Set(lengths).size < 3) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      if (server.store.findProject('acme', 'research')?.runs.has('live0001') !== true) continue;
      const { rows, state } = await sdk.readRun('acme/research/live0001');
      if (state === 'running') lengths.push(rows.length);
      else break;
    }
    await logging;
    expect(new Set(lengths).size).toBeGreaterThanOrEqual(2);
    expect(lengths.at(-1)).toBeGreaterThan(lengths[0]!);

    await sdk.log('crash');
    const killed = await sdk.readRun('acme/research/crash001');
    expect(killed.state).toBe('running');
    expect(killed.rows.length).toBeGreaterThan(50);
    const logged = (await sdk.truth()).get('crash001')!;
    for (const row of killed.rows) expect(asLogged(row)).toEqual(logged.rows.get(Number(row['_step'])));
  });
});
