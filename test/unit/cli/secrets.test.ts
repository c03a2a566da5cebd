/** Keys, tokens and passwords, in every place they may be given: none is in a log, a page, a metric, a file or the cache. */

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { runProgram, startProgram } from '../../support/program.ts';
import { startWandbServer, type WandbServer } from '../../support/wandb-server/index.ts';

/** What must not show, by a word that nothing else holds. */
const SECRET = 'hushhush';
/** Of the length and the letters of an API key. */
const KEY = SECRET.repeat(5);

let server: WandbServer;
let folder: TemporaryFolder;
beforeEach(async () => {
  server = await startWandbServer({ apiKey: KEY });
  folder = await temporaryFolder();
  const run = server.store.project('acme', 'vision').addRun({ id: 'one', rows: [{ loss: 1 }, { loss: 2 }] });
  run.addFile('output.log', 'trained\n');
  run.finish();
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const at = (name: string) => join(folder.path, name);

function file(name: string, text: string): string {
  writeFileSync(at(name), text);
  return at(name);
}

interface Given {
  readonly words?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
}

/** What clients ask of a server, with secrets of their own. */
const PATHS = [
  ...[
    '/',
    '/p/acme/vision',
    '/p/acme/vision/one',
    '/metrics',
    '/readyz',
    '/logdir/',
    '/logdir/acme/vision/one/run.json',
  ],
  ...['/logdir/acme/vision/one/config.yaml', '/logdir/nowhere', '/nowhere'],
  '/webhdfs/v1/acme?op=LISTSTATUS&user.name=x',
] as const;

/** Everything that `serve` says and gives while it is asked with secrets, and what it leaves on disk. */
async function everything({ words = [], variables = {} }: Given): Promise<string> {
  const options = ['--port', '0', '--port-file', 'port', '--cache-dir', 'cache', '--log-level', 'trace'];
  const log = ['--access-log', 'on', '--log-format', 'json'];
  const source = `${server.url}/acme/vision?accessToken=${SECRET}`;
  const { child, result } = startProgram(['serve', source, ...options, ...log, ...words], {
    cwd: folder.path,
    variables: { WANDB_BASE_URL: server.url, ...variables },
    isService: true,
  });
  await expect.poll(() => existsSync(at('port')), { timeout: 30_000 }).toBe(true);
  const url = `http://127.0.0.1:${readFileSync(at('port'), 'utf8').trim()}`;
  const given: string[] = [];
  const headers = { Authorization: `Bearer ${SECRET}`, Cookie: `session=${SECRET}` };
  for (const path of PATHS) {
    const query = `${path.includes('?') ? '&' : '?'}api_key=${SECRET}&token=${SECRET}`;
    const answer = await fetch(`${url}${path}`, { headers });
    given.push(`${path} ${answer.status} ${await answer.text()}`);
    await (await fetch(`${url}${path}${query}`, { headers })).text();
  }
  child.kill('SIGHUP');
  child.kill('SIGTERM');
  const { stdout, stderr } = await result;
  return [...given, String(stdout), stderr, ...filesBelow(at('cache'))].join('\n');
}

function filesBelow(path: string): string[] {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  const files = names.map((name) => join(path, name)).filter((name) => statSync(name).isFile());
  return files.map((name) => `${name} ${readFileSync(name, 'latin1')}`);
}

describe('serve at trace', () => {
  it.each<[string, () => Given]>([
    ['WANDB_API_KEY', () => ({ variables: { WANDB_API_KEY: KEY } })],
    [
      '~/.netrc',
      () => {
        file('.netrc', `machine ${new URL(server.url).hostname} login user password ${KEY}\n`);
        return {};
      },
    ],
    ['--api-key-file', () => ({ words: ['--api-key-file', file('key', `${KEY}\n`)] })],
    [
      '--https-proxy with a password',
      () => ({
        words: ['--https-proxy', `http://user:${SECRET}@127.0.0.1:9`],
        variables: { WANDB_API_KEY: KEY, NO_PROXY: '127.0.0.1,localhost' },
      }),
    ],
  ])('with a key from %s shows no secret', async (_, given) => {
    const text = await everything(given());
    // It was read with that key, and logged.
    expect(text).toContain('/logdir/acme/vision/one/run.json 200');
    expect(text).toContain('wandb_logdir_build_info');
    expect(text).toMatch(/"msg":"run read"/);
    expect(text).toMatch(/"path":"\/logdir\/nowhere".*"msg":"answered"/);
    expect(text).not.toContain(SECRET);
  });

  it('with a key that is refused, and a proxy that is away, shows none in what it says of them', async () => {
    const wrong = { WANDB_API_KEY: `${KEY.slice(0, -1)}x`, WANDB_BASE_URL: server.url };
    const refused = await runProgram(['serve', 'wandb:acme/vision', '--log-level', 'trace'], {
      cwd: folder.path,
      variables: wrong,
    });
    expect(refused.stderr).toContain('does not accept the API key');
    expect(refused.stdout + refused.stderr).not.toContain(SECRET);
    const words = [
      '--https-proxy',
      `http://user:${SECRET}@127.0.0.1:9`,
      '--base-url',
      'https://w.example.com',
    ];
    const away = await runProgram(['prefetch', 'wandb:acme/vision', ...words], {
      cwd: folder.path,
      variables: { WANDB_API_KEY: KEY, WANDB_LOGDIR_LOG_LEVEL: 'trace' },
    });
    expect(away.code).not.toBe(0);
    expect(away.stderr).toContain('could not be reached');
    expect(away.stdout + away.stderr).not.toContain(SECRET);
  });
});

describe('a message about', () => {
  const ADDRESS = `https://api:${SECRET}@w.example.com`;

  it.each<[string, readonly string[], Readonly<Record<string, string>>]>([
    ['--base-url', ['doctor', '--base-url', ADDRESS], {}],
    ['a source', ['ls', `${ADDRESS}/acme/vision`], {}],
    ['a source after serve', ['serve', `${ADDRESS}/acme/vision?token=${SECRET}`], {}],
    ['WANDB_BASE_URL', ['doctor'], { WANDB_BASE_URL: ADDRESS }],
    ['HTTPS_PROXY', ['doctor'], { HTTPS_PROXY: `socks?://${SECRET}@x` }],
    ['a proxy without its scheme', ['doctor'], { HTTPS_PROXY: `me:${SECRET}@proxy:3128` }],
  ])('%s that holds a secret does not', async (_, words, variables) => {
    const { code, stdout, stderr } = await runProgram(words, { cwd: folder.path, variables });
    expect(code).toBe(2);
    expect(stderr).toContain('is wrong');
    expect(stdout + stderr).not.toContain(SECRET);
  });

  it('a config file that holds one does not either', async () => {
    const config = file('c.yaml', `baseUrl: ${ADDRESS}\nhttpsProxy: http://me:${SECRET}@p:1\n`);
    for (const words of [['doctor'], ['config', 'show'], ['config', 'show', '--json']]) {
      const all = [...words, '--config', config];
      const { stdout, stderr } = await runProgram(all, {
        cwd: folder.path,
        variables: { WANDB_API_KEY: KEY },
      });
      expect(stdout + stderr).not.toContain(SECRET);
      expect(stdout + stderr).toContain('[redacted]');
    }
  });
});
