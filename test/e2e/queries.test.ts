/** Runs chosen by queries in a real TensorBoard, of a folder and of a server, through each way in. @module */

import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATISTICS } from '../../src/views/index.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { MOUNTING_MISSING } from '../support/mounting.ts';
import { DATA_SERVER } from '../support/program.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { scaled } from '../support/scale.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';
import { startWandbServer, type WandbServer } from '../support/wandb-server/index.ts';

/** `val/loss` falls and the learning rate grows from one to the next; the last one failed. */
const RUNS = ['a', 'b', 'c'] as const;
const LOSSES: Readonly<Record<(typeof RUNS)[number], number>> = { a: 3, b: 2, c: 1 };
const QUERIES: readonly (readonly [query: string, runs: readonly string[]])[] = [
  ['@best=val/loss:2:min', ['b', 'c']],
  ['@config.lr<0.25/@state=finished', ['a', 'b']],
];
const TRIED = scaled(QUERIES.slice(-1), QUERIES);

describe.skipIf(PYTHON_MISSING !== null)('TensorBoard on a query', () => {
  let folder: TemporaryFolder;
  let server: WandbServer;
  let served: ServedRuns;
  let mountPoint: string | null = null;
  let account: Readonly<Record<string, string>>;

  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startWandbServer();
    const project = server.store.project('acme', 'research');
    for (const [i, id] of RUNS.entries()) {
      const lr = (i + 1) / 10;
      const rows = [0, 1].map((step) => ({ _step: step, _timestamp: 1.7e9 + step, 'val/loss': LOSSES[id] }));
      const exitCode = id === 'c' ? 1 : 0;
      const config = { update: [{ nestedKey: ['lr'], valueJson: `${lr}` }] };
      const log = new WandbLogWriter().begin(id, { displayName: id, config });
      for (const row of rows) log.row(row);
      const update = [{ nestedKey: ['val/loss'], valueJson: `${LOSSES[id]}` }];
      log.record({ summary: { update } }).exit(exitCode);
      await folder.write(`wandb/run-20240101_00000${i}-${id}/run-${id}.wandb`, log.bytes());
      const summary = { 'val/loss': LOSSES[id] };
      const state = exitCode === 0 ? 'finished' : 'failed';
      project.addRun({ id, config: { lr }, summary, rows, state });
    }
    const directory = join(folder.path, 'mnt');
    await mkdir(directory);
    if (MOUNTING_MISSING === null) mountPoint = directory;
    const mounting = mountPoint === null ? [] : ['--mount', mountPoint];
    served = await serveRuns(join(folder.path, 'wandb'), join(folder.path, 'served'), mounting);
    account = {
      TENSORBOARD_DATA_SERVER_BINARY: DATA_SERVER,
      WANDB_LOGDIR_CACHE_DIR: join(folder.path, 'cache-of-data-server'),
      WANDB_BASE_URL: server.url,
      WANDB_API_KEY: server.apiKey,
    };
  });

  afterAll(async () => {
    await served[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  async function expectRuns(board: TensorBoard, runs: readonly string[]): Promise<void> {
    await using _board = board;
    const hasAll = (found: readonly string[]) => found.length >= runs.length;
    expect(await board.until(() => board.runs(), hasAll)).toEqual(runs);
    const [first] = runs;
    const points = () => board.scalars(first!, 'val/loss');
    const found = await board.until(points, ({ length }) => length === 2);
    expect(found.map(([, step]) => step)).toEqual([0, 1]);
  }

  it.each(TRIED)('%s: by our data server, of a folder and of a server', async (query, runs) => {
    for (const logdir of [`wandb:acme/research/${query}`, join(folder.path, 'wandb', query)]) {
      await expectRuns(await TensorBoard.start(logdir, [], { variables: account }), runs);
    }
  });

  it.each(TRIED)('%s: by files, mounted and over HTTP', async (query, runs) => {
    if (mountPoint !== null) {
      const path = join(mountPoint, 'acme/research', query);
      const { stdout } = await promisify(execFile)('ls', [path]);
      expect(stdout.trim().split('\n')).toEqual(runs);
      await expectRuns(await TensorBoard.start(path), runs);
    }
    for (const path of [query, encodeURI(query)]) {
      const logdir = `webhdfs://127.0.0.1:${served.port}/acme/research/${path}`;
      await expectRuns(await TensorBoard.start(logdir), runs);
    }
  });

  it('shows what groups have in common as runs, through each way in', async () => {
    const query = '@state=finished/@by=config.lr';
    const runs = ['0.1', '0.2'].flatMap((group) => STATISTICS.map((name) => `${group}/${name}`));
    const places = [`wandb:acme/research/${query}`, join(folder.path, 'wandb', query)];
    const files = [`webhdfs://127.0.0.1:${served.port}/acme/research/${query}`];
    if (mountPoint !== null) files.push(join(mountPoint, 'acme/research', query));
    for (const logdir of [...places, ...files]) {
      await using board = await TensorBoard.start(logdir, [], { variables: account });
      expect(
        await board.until(
          () => board.runs(),
          (found) => found.length >= runs.length,
        ),
      ).toEqual(runs);
      const points = () => board.scalars('0.2/mean', 'val/loss');
      const found = await board.until(points, ({ length }) => length === 2);
      expect(found.map(([, step, value]) => [step, value])).toEqual([
        [0, 2],
        [1, 2],
      ]);
    }
  });

  it('shows runs as a view of somebody makes them, by our data server', async () => {
    const views =
      "doubled:\n  runs: '@state=finished'\n  steps: [{scale: {val/loss: 2}}, {rename: {'val/*': '*'}}]\n";
    await folder.write('views.yaml', Buffer.from(views));
    const variables = { ...account, WANDB_LOGDIR_VIEWS: join(folder.path, 'views.yaml') };
    for (const source of ['wandb:acme/research', join(folder.path, 'wandb')]) {
      await using board = await TensorBoard.start(`${source}/@view=doubled`, [], { variables });
      const hasAll = (found: readonly string[]) => found.length >= 2;
      expect(await board.until(() => board.runs(), hasAll)).toEqual(['a', 'b']);
      const found = await board.until(
        () => board.scalars('b', 'loss'),
        ({ length }) => length === 2,
      );
      expect(found.map(([, step, value]) => [step, value])).toEqual([
        [0, 4],
        [1, 4],
      ]);
    }
  });

  it('takes in a run that the query has come to choose', async () => {
    const logdir = 'wandb:acme/research/@tag=keep';
    const project = server.store.project('acme', 'research');
    project.run('a').set({ tags: ['keep'] });
    const variables = { ...account, WANDB_LOGDIR_REFRESH_INTERVAL: '1s' };
    await using board = await TensorBoard.start(logdir, [], { variables });
    await board.until(
      () => board.runs(),
      (runs) => runs.join() === 'a',
    );
    project.run('b').set({ tags: ['keep'] });
    project.run('a').set({ tags: [] });
    await board.until(
      () => board.runs(),
      (runs) => runs.join() === 'b',
    );
  });
});
