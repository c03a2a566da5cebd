/** The program over a W&B server, as a person meets it: sources by name, keys, what is said when something is wrong. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placePath } from '../../../src/cli/commands/path-source.ts';
import { loadSettings, readEnvironment } from '../../../src/config/index.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { EXAMPLES, type ProgramResult, runProgram, startProgram } from '../../support/program.ts';
import {
  answerHtml,
  answerStatus,
  replaceAt,
  startWandbServer,
  type WandbServer,
} from '../../support/wandb-server/index.ts';

let server: WandbServer;
let folder: TemporaryFolder;
beforeEach(async () => {
  server = await startWandbServer();
  folder = await temporaryFolder();
  const project = server.store.project('acme', 'vision');
  for (const id of ['one', 'two']) {
    const run = project.addRun({ id, rows: Array.from({ length: 50 }, (_, i) => ({ loss: i })) });
    run.addFile('output.log', `trained ${id}\n`);
    run.finish();
  }
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const environment = (variables: Readonly<Record<string, string>> = {}) => ({
  cwd: folder.path,
  variables: { WANDB_BASE_URL: server.url, WANDB_API_KEY: server.apiKey, ...variables },
});

async function program(
  words: readonly string[],
  variables?: Readonly<Record<string, string>>,
): Promise<ProgramResult> {
  return await runProgram(words, environment(variables));
}

describe('a path on a server', () => {
  it.each([
    [['ls', 'acme/vision'], 'one\ntwo\n'],
    [['ls', 'wandb:acme/vision'], 'one\ntwo\n'],
    [['ls', 'wandb:'], 'acme\n'],
    [['ls', 'wandb:acme'], 'vision\n'],
    [['cat', 'acme/vision/one/@files/output.log'], 'trained one\n'],
    [['cat', 'wandb:acme/vision/two/@files/output.log'], 'trained two\n'],
  ] as const)('%j', async (words, expected) => {
    const { stdout, stderr, code } = await program(words);
    expect([String(stdout), stderr, code]).toEqual([expected, '', 0]);
  });

  it('may be the address of a page', async () => {
    expect(String((await program(['ls', `${server.url}/acme/vision`])).stdout)).toBe('one\ntwo\n');
    const run = await program(['ls', `${server.url}/acme/vision/runs/one`]);
    expect(String(run.stdout)).toMatch(
      /^config\.yaml\nevents\.out\.tfevents\.\d+\.one\.v\d+\nrun\.json\nsummary\.json\n$/,
    );
  });

  it('is one of this machine where there is a ./wandb, or a source was named', () => {
    const load = (flags: Readonly<Record<string, unknown>>) => ({
      loaded: loadSettings({ flags, environment: readEnvironment({}) }),
    });
    const disk = (...paths: string[]) => ({
      exists: (path: string) => paths.includes(path),
      names: () => [],
    });
    expect(placePath('a/b/c', load({}), disk('./wandb'))).toEqual({ source: null, path: 'a/b/c' });
    expect(placePath('a/b/c', load({}), disk())).toEqual({ source: 'a/b', path: 'a/b/c' });
    expect(placePath('/a/', load({}), disk('./wandb'))).toEqual({ source: null, path: 'a' });
    expect(placePath('a/b', load({ source: ['/x'] }), disk())).toEqual({ source: null, path: 'a/b' });
    expect(placePath('wandb:a/b/c/d', load({ source: ['/x'] }), disk('./wandb'))).toEqual({
      ...{ source: 'wandb:a/b', path: 'a/b/c/d' },
    });
  });
});

describe('prefetch', () => {
  it('reads every run, says how much that was, and has nothing left to do the next time', async () => {
    const first = await program(['prefetch', 'acme/vision']);
    expect(String(first.stdout)).toMatch(/^2 of 2 runs, 100 rows, \d+\.\d MB in \d+\.\d s\n$/);
    server.requests.reset();
    const second = await program(['prefetch', 'acme/vision']);
    expect(String(second.stdout)).toMatch(/^2 of 2 runs, 0 rows/);
    expect(Object.keys(server.requests.tally())).toEqual(['Runs']);
  });

  it('reads what it can, names what it cannot, and fails', async () => {
    const isOne = { operation: 'RunDetail', run: 'one' };
    server.faults.add({ match: isOne, effect: replaceAt(['project', 'run'], null) });
    const { stdout, stderr, code } = await program(['prefetch', 'acme/vision']);
    expect(String(stdout)).toMatch(/^2 of 2 runs, 50 rows, .*, 1 failed\n$/);
    expect(stderr).toMatch(/warning: one: .*gone from/);
    expect(code).toBe(1);
  }, 60_000);
});

describe('doctor', () => {
  it('looks at key, server, clock and source', async () => {
    const { stdout } = await program(['doctor', 'acme/vision']);
    expect(String(stdout)).toContain(`ok    API key for ${server.url}: in WANDB_API_KEY`);
    expect(String(stdout)).toContain('answers as ada; entities: acme');
    expect(String(stdout)).toMatch(/ok {4}clock: agrees/);
    expect(String(stdout)).toContain('ok    source acme/vision: 2 runs');
  });

  it('says what to type when there is no key', async () => {
    const { stdout, code } = await program(['doctor', 'acme/vision'], { WANDB_API_KEY: '' });
    expect(String(stdout)).toContain(`wandb login --host ${server.url}`);
    expect(code).toBe(1);
  });
});

describe('a key that was revoked', () => {
  it('shows nothing of what is kept, in any command, and says how to log in', async () => {
    expect((await program(['prefetch', 'acme/vision'])).code).toBe(0);
    const bad = { WANDB_API_KEY: 'b'.repeat(40) };
    for (const words of [
      ['ls', 'acme/vision'],
      ['tree', 'acme/vision'],
      ['stat', 'acme/vision/one/run.json'],
      ['cat', 'acme/vision/one/run.json'],
      ['prefetch', 'acme/vision'],
      ['serve', 'acme/vision', '--port', '0'],
      ['tensorboard', 'acme/vision', '--tensorboard', '/bin/true'],
    ]) {
      const { code, stdout, stderr } = await program(words, bad);
      expect([words, code === 0, String(stdout).includes('one')]).toEqual([words, false, false]);
      expect(stderr).toContain(`wandb login --host ${server.url}`);
      expect(stderr).not.toContain('what is cached');
    }
  }, 60_000);

  it('takes away what a server shows that is running, and gives it back when it is good again', async () => {
    const portFile = join(folder.path, 'port');
    const places = ['--port', '0', '--port-file', portFile, '--refresh-interval', '1s'];
    const { child, result } = startProgram(['serve', 'acme/vision', ...places], environment());
    const port = async () => Number(await readFile(portFile, 'utf8').catch(() => ''));
    await expect.poll(port, { timeout: 60_000 }).toBeGreaterThan(0);
    const url = `http://127.0.0.1:${await port()}`;
    const get = async (path: string) => await (await fetch(url + path)).text();
    expect(await get('/p/acme/vision')).toContain('href="/p/acme/vision/one"');
    await get('/logdir/acme/vision/one/run.json');
    const revoked = server.faults.add({ effect: answerStatus(401) });
    const page = { timeout: 60_000, interval: 500 };
    await expect.poll(() => get('/p/acme/vision'), page).toContain('may not be read.');
    await expect.poll(() => get('/p/acme/vision'), page).not.toContain('href="/p/acme/vision/one"');
    expect(await get('/webhdfs/v1/acme/vision?op=LISTSTATUS')).not.toContain('one');
    for (const path of ['/logdir/acme/vision/one/run.json', '/p/acme/vision/one'])
      expect((await fetch(url + path)).status).not.toBe(200);
    revoked.remove();
    await expect.poll(() => get('/p/acme/vision'), page).toContain('href="/p/acme/vision/one"');
    child.kill();
    expect((await result).stderr).toMatch(/wandb login --host/);
  }, 240_000);

  it('leaves the runs of a folder', async () => {
    const words = ['ls', '--source', 'wandb:acme/vision', '--source', EXAMPLES, 'acme'];
    const { stdout, stderr, code } = await program(words, { WANDB_API_KEY: 'b'.repeat(40) });
    expect([String(stdout), code]).toEqual(['image-classifier\nlanguage-model\nvision\n', 0]);
    expect(stderr.match(/wandb login/g)).toHaveLength(1);
  });
});

describe('one clear message', () => {
  const NOTHING_THERE = 'http://127.0.0.1:9';

  it.each([
    [
      'a key that is not good',
      { WANDB_API_KEY: 'b'.repeat(40) },
      ['wandb login --host', 'WANDB_API_KEY', '--api-key-file'],
    ],
    ['a server that is not there', { WANDB_BASE_URL: NOTHING_THERE }, ['could not be reached', '--base-url']],
  ])('for %s', async (_, variables, words) => {
    const { stderr, code } = await program(['ls', 'acme/vision'], variables);
    for (const word of words) expect(stderr).toContain(word);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain(variables['WANDB_API_KEY' as keyof typeof variables] ?? 'at Object.');
    expect(code).not.toBe(0);
  });

  it.each([
    ['a project there is not', 'acme/nothing', 'check the spelling'],
    ['an entity there is not', 'nobody/vision', 'check the spelling'],
    ['a run there is not', 'acme/vision/nothing', 'check the spelling'],
  ])('for %s', async (_, source, word) => {
    const { stderr, code } = await program(['prefetch', source]);
    expect(stderr).toContain(word);
    expect(stderr).toContain(
      source.split('/').at(-1) === 'nothing' && source.includes('vision') ? 'nothing' : source,
    );
    expect(code).toBe(3);
  });

  it('for a proxy that answers with a page of its own', async () => {
    server.faults.add({ effect: answerHtml(200) });
    const { stderr } = await program(['ls', 'acme/vision']);
    expect(stderr).toContain('a web page instead of data');
  }, 60_000);
});

describe('serve', () => {
  it('starts while the server is away, says so once, and has its runs when it is back', async () => {
    const outage = server.faults.add({ effect: answerStatus(503) });
    const portFile = join(folder.path, 'port');
    const words = [
      'serve',
      'acme/vision',
      '--port',
      '0',
      '--port-file',
      portFile,
      '--refresh-interval',
      '1s',
    ];
    const { child, result } = startProgram(words, environment());
    let told = '';
    child.stderr.on('data', (chunk) => {
      told += String(chunk);
    });
    await expect.poll(() => told, { timeout: 60_000 }).toContain('runs show as soon as the server answers');
    outage.remove();
    await expect.poll(() => readFile(portFile, 'utf8').catch(() => ''), { timeout: 10_000 }).toMatch(/\d/);
    const port = await readFile(portFile, 'utf8');
    const list = async () => {
      const url = `http://127.0.0.1:${port.trim()}/webhdfs/v1/acme/vision?op=LISTSTATUS`;
      return await (await fetch(url)).text();
    };
    await expect.poll(list, { timeout: 30_000, interval: 500 }).toContain('"pathSuffix":"two"');
    child.kill();
    await result;
    expect(told.match(/503/g)?.length).toBeLessThanOrEqual(3);
  }, 120_000);

  it('serves what was read before while the server is away', async () => {
    await program(['prefetch', 'acme/vision']);
    server.faults.add({ effect: answerStatus(503) });
    const { stdout, stderr, code } = await program(['cat', 'acme/vision/one/run.json']);
    expect(JSON.parse(String(stdout))).toMatchObject({ history: { rows: 50 } });
    expect(stderr).toContain('what is cached is shown');
    expect(code).toBe(0);
  }, 60_000);
});
