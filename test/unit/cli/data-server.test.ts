/** The program TENSORBOARD_DATA_SERVER_BINARY points at, started as TensorBoard starts it. @module */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataProviderClient } from '../../support/data-provider-client.ts';
import { DATA_SERVER, EXAMPLES } from '../../support/program.ts';
import { startWandbServer } from '../../support/wandb-server/index.ts';

let dir: string;
let child: ChildProcess | null;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'data-server-'));
  child = null;
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const file = (name: string) => join(dir, name);
const text = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : null);

/** Started with the flags of TensorBoard 2.21. */
function start(
  logdir: string,
  words: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
  portWanted = '0',
) {
  const flags = [
    ...[
      '--logdir',
      logdir,
      '--reload=5',
      '--samples-per-plugin=',
      `--port=${portWanted}`,
      `--port-file=${file('port')}`,
    ],
    ...['--die-after-stdin', `--error-file=${file('error')}`, '--verbose', ...words],
  ];
  const env = { PATH: process.env['PATH'], HOME: dir, WANDB_LOGDIR_CACHE_DIR: file('cache'), ...variables };
  const started = spawn(process.execPath, [DATA_SERVER, ...flags], { cwd: dir, env });
  let stderr = '';
  started.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const ended = once(started, 'exit').then(([code]) => code as number);
  child = started;
  return { process: started, ended, stderr: () => stderr };
}

async function port(): Promise<number> {
  await expect.poll(() => text('port'), { timeout: 40_000, interval: 10 }).toMatch(/^\d+\n$/);
  return Number(text('port'));
}

async function runNames(ofPort: number): Promise<(string | undefined)[]> {
  using client = new DataProviderClient(`127.0.0.1:${ofPort}`);
  return (await client.call('ListRuns', {})).runs?.map(({ name }) => name) ?? [];
}

describe('the data server', () => {
  it('tells its port, answers, and ends with its TensorBoard', async () => {
    const started = start(EXAMPLES);
    expect(await runNames(await port())).toContain('language-model/small-4-layers');
    started.process.stdin.end();
    expect(await started.ended).toBe(0);
    expect(text('error')).toBeNull();
  });

  it('lets flags of later TensorBoards pass', async () => {
    start(EXAMPLES, ['--some-new-flag=1', '--verbose']);
    expect(await runNames(await port())).toHaveLength(6);
  });

  it('takes a project of a server, in either spelling, by bare run names', async () => {
    await using server = await startWandbServer();
    server.store.project('acme', 'vision').addRun({ id: 'aaa', displayName: 'alpha' }).finish();
    for (const logdir of ['wandb:acme/vision', 'wandb://acme/vision', 'wandb:']) {
      rmSync(file('port'), { force: true });
      const variables = { WANDB_BASE_URL: server.url, WANDB_API_KEY: server.apiKey };
      const started = start(logdir, [], variables);
      expect(await runNames(await port())).toEqual(['alpha']);
      started.process.stdin.end();
      await started.ended;
    }
  });

  it('takes the address of a page that lacks its scheme for one, as the browser does', async () => {
    const variables = { WANDB_BASE_URL: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9' };
    const started = start('wandb.ai/acme/vision', [], variables);
    await port();
    expect(started.stderr()).not.toContain('no folder');
  });

  it('tells its port while a server does not answer', async () => {
    await using server = await startWandbServer({ latencyMs: 600_000 });
    start('wandb:acme/vision', [], { WANDB_BASE_URL: server.url, WANDB_API_KEY: server.apiKey });
    expect(await port()).toBeGreaterThan(0);
  });
});

describe('what keeps it from starting is in the error file, as a sentence without its period', () => {
  it.each([
    ['wandb:acme/missing', {}, /^no project acme\/missing at .*[^.]$/],
    ['wandb:acme/vision/nope', {}, /^no run nope of project acme\/vision/],
    ['wandb:acme/visoin', {}, /acme has vision\. Did you mean acme\/vision\?$/],
    ['wandb:nobody', {}, /no entity nobody .*; it sees acme$/],
    ['wandb:a/b/c/d', {}, /names no runs: give a folder/],
    ['wandb:acme/vision', { WANDB_API_KEY: 'w'.repeat(40) }, /key/],
  ])('%s %j', async (logdir, variables, message) => {
    await using server = await startWandbServer();
    server.store.project('acme', 'vision').addRun({ id: 'aaa' }).finish();
    const environment = { WANDB_BASE_URL: server.url, WANDB_API_KEY: server.apiKey, ...variables };
    const started = start(logdir, [], environment);
    expect(await started.ended).toBeGreaterThan(0);
    expect(text('error')).toMatch(message);
    expect(text('error')).not.toContain(server.apiKey);
    expect(started.stderr()).toContain('with --load_fast=true it says why and ends');
    expect(text('port')).toBeNull();
  });

  it('a view that there is not', async () => {
    writeFileSync(file('views.yaml'), 'smooth:\n  steps: [{drop: x}]\n');
    const variables = { WANDB_LOGDIR_VIEWS: file('views.yaml') };
    const started = start(`${EXAMPLES}/acme/image-classifier/@view=smoth`, [], variables);
    expect(await started.ended).toBe(6);
    expect(text('error')).toBe('no view is called smoth: did you mean @view=smooth?');
    expect(text('port')).toBeNull();
  });

  it('a port that another listens on, whatever the sources are at', async () => {
    await using other = await startWandbServer();
    const started = start(EXAMPLES, [], {}, new URL(other.url).port);
    expect(await started.ended).toBe(1);
    expect(text('error')).toContain('another process listens there');
  });

  it('a port that is none, which TensorBoard does not give, is told on stderr', async () => {
    const started = start(EXAMPLES, [], {}, '99999');
    expect(await started.ended).toBe(2);
    expect(started.stderr()).toContain('--port: expected a number from 0 to 65535');
  });

  it('a wrong setting', async () => {
    const started = start(EXAMPLES, [], { WANDB_LOGDIR_CACHE_MAX_BYTES: 'much' });
    expect(await started.ended).toBe(2);
    expect(text('error')).toContain('WANDB_LOGDIR_CACHE_MAX_BYTES');
  });
});

describe("a logdir that is TensorBoard's own", () => {
  /** A Python that knows where TensorBoard's data server is; that writes down how it was started. */
  function withOwnServer(): string {
    const own = executable(
      'own/server',
      '#!/bin/sh\necho "$@" >"$(dirname "$0")/words"\ncat >/dev/null\nexit 7\n',
    );
    executable('bin/python3', `#!/bin/sh\necho ${own}\n`);
    return `${file('bin')}:/usr/bin:/bin`;
  }
  function executable(name: string, content: string): string {
    mkdirSync(join(file(name), '..'), { recursive: true });
    writeFileSync(file(name), content);
    chmodSync(file(name), 0o755);
    return file(name);
  }

  it('is handed to its own data server, with the same words, stdin and exit code', async () => {
    mkdirSync(file('logs/train'), { recursive: true });
    writeFileSync(file('logs/train/events.out.tfevents.1.host'), '');
    const started = start(file('logs'), [], { PATH: withOwnServer() });
    await expect
      .poll(() => text('own/words'), { timeout: 10_000 })
      .toContain(`--logdir ${file('logs')} --reload=5`);
    await delay(200);
    expect(started.process.exitCode).toBeNull();
    started.process.stdin.end();
    expect(await started.ended).toBe(7);
  });

  it('also where it is not there yet', async () => {
    const started = start(file('not-yet'), [], { PATH: withOwnServer() });
    await expect.poll(() => text('own/words'), { timeout: 10_000 }).toContain('not-yet');
    started.process.stdin.end();
    await started.ended;
  });

  it.each(['acme/demo', 'acme/demo/run1'])(
    'such as %s, which nobody made, names the other reading',
    async (logdir) => {
      const started = start(logdir, [], { PATH: withOwnServer() });
      await expect.poll(() => text('own/words'), { timeout: 10_000 }).toContain(`--logdir ${logdir}`);
      expect(started.stderr()).toContain(`no folder ${logdir}`);
      expect(started.stderr()).toContain(`--logdir wandb:${logdir}\n`);
      started.process.stdin.end();
      await started.ended;
    },
  );

  it('that is mistyped names the nearest folder, and asks no server', async () => {
    await using server = await startWandbServer();
    mkdirSync(file('exp/wandb'), { recursive: true });
    for (const logdir of ['exp/wnadb', './exp/wnadb', file('exp/wnadb')]) {
      const variables = { PATH: withOwnServer(), WANDB_BASE_URL: server.url, WANDB_API_KEY: server.apiKey };
      const started = start(logdir, [], variables);
      await expect.poll(() => text('own/words'), { timeout: 10_000 }).toContain(`--logdir ${logdir}`);
      expect(started.stderr()).toMatch(/Did you mean \S*exp\/wandb\?/);
      started.process.stdin.end();
      await started.ended;
    }
    expect(server.requests.tally()).toEqual({});
  });

  it('is refused with a sentence where that program is missing', async () => {
    mkdirSync(file('empty'));
    const started = start(file('empty'), [], { PATH: file('bin') });
    expect(await started.ended).toBe(3);
    expect(text('error')).toMatch(/unset TENSORBOARD_DATA_SERVER_BINARY$/);
  });
});
