/** What a server says in its log, and what it says to people instead. @module */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { givenSettings } from '../../../src/cli/start-record.ts';
import { loadSettings, readEnvironment } from '../../../src/config/index.ts';
import { EXAMPLES, runProgram, startProgram } from '../../support/program.ts';
import { until } from '../../support/waiting.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'server-log-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

type LogRecord = Readonly<Record<string, unknown>> & { readonly msg: string };

/** Records of `serve` until it is ready and was asked some paths; what else it printed. */
async function served(words: readonly string[], paths: readonly string[] = []) {
  const all = ['serve', EXAMPLES, '--port', '0', '--cache-dir', 'cache', '--log-format', 'json', ...words];
  const { child, result } = startProgram(all, { cwd });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const records = () => {
    // The last line may be on its way.
    const lines = stderr.split('\n').slice(0, -1);
    return lines.map(recordOf);
  };
  const ofMessage = (message: string) => records().filter(({ msg }) => msg === message);
  await until(() => ofMessage('ready').length > 0, 'the server to be ready');
  const urls = ofMessage('ready')[0]?.['urls'] as readonly string[];
  for (const path of paths) await (await fetch(`${urls.at(-1)}${path}`)).arrayBuffer();
  await until(() => paths.length === 0 || ofMessage('run read').length > 0, 'a run to be read');
  await until(() => paths.length === 0 || ofMessage('answered').length > paths.length, 'its records');
  child.kill('SIGTERM');
  const { stdout, code } = await result;
  return { records: records(), stdout: String(stdout), code };
}

/** Records of `serve` that was asked whether it is ready. */
async function servedProbes(words: readonly string[]) {
  const more = ['--port', '0', '--port-file', 'port', '--cache-dir', 'cache', '--log-format', 'json'];
  const { child, result } = startProgram(['serve', EXAMPLES, ...more, ...words], { cwd });
  await until(() => existsSync(join(cwd, 'port')), 'the server to be ready');
  await fetch(`http://127.0.0.1:${readFileSync(join(cwd, 'port'), 'utf8').trim()}/readyz`);
  child.kill('SIGTERM');
  const { stderr } = await result;
  return { records: stderr.trimEnd().split('\n').filter(Boolean).map(recordOf) };
}

function recordOf(line: string): LogRecord {
  try {
    return JSON.parse(line) as LogRecord;
  } catch {
    throw new Error(`no record: ${line}`);
  }
}

describe('serve --log-format json', () => {
  it('says everything in records: start, addresses, warning, end', async () => {
    const { records, stdout, code } = await served([
      '--host',
      '0.0.0.0',
      '--access',
      'off',
      '--quiet-after',
      '10min',
    ]);
    expect([stdout, code]).toEqual(['', 0]);
    const [first] = records;
    expect(first).toMatchObject({
      ...{ msg: 'starting', command: 'serve', version: expect.stringMatching(/^\d+\./), cacheDir: 'cache' },
      ...{ node: process.versions.node, sources: [EXAMPLES], pid: expect.any(Number) },
      ...{ hostname: expect.any(String), settings: { host: '0.0.0.0', quietAfterMs: 600_000, port: 0 } },
    });
    const others = records.slice(1);
    expect(others.filter((record) => 'version' in record).map(({ msg }) => msg)).toEqual(['ready']);
    const warning = others.find(({ msg }) => msg.startsWith('there is no login'));
    expect(warning).toMatchObject({ level: 40 });
    expect(others.find(({ msg }) => msg === 'ready')).toMatchObject({
      ...{ runs: 6, projects: 2, grpc: expect.stringMatching(/^127\.0\.0\.1:\d+$/), level: 30 },
      ...{ urls: expect.any(Array), sources: [EXAMPLES], cacheDir: 'cache', node: process.versions.node },
      ...{ version: first?.['version'], cacheMaxBytes: 20 * 1024 ** 3, memoryMaxBytes: 128 * 1024 ** 2 },
    });
    expect(records.at(-1)?.msg).toBe('stopping');
  });

  it('tells at debug which runs were found and read, and who asked for what, without their queries', async () => {
    const paths = ['/', '/webhdfs/v1/acme?op=LISTSTATUS&user.name=secret', '/logdir/nowhere?api_key=secret'];
    const { records } = await served(['--log-level', 'debug'], paths);
    const found = records.filter(({ msg }) => msg === 'run found');
    expect(found.map(({ name }) => name)).toContain('baseline');
    const read = records.filter(({ msg }) => msg === 'run read');
    expect(read[0]).toMatchObject({
      ...{ run: expect.any(String), rows: expect.any(Number), bytes: expect.any(Number) },
      ms: expect.any(Number),
    });
    expect(records.find(({ msg }) => msg === 'source listed')).toMatchObject({ runs: 6, source: EXAMPLES });
    const answered = records.filter(({ msg }) => msg === 'answered');
    expect(answered.map(({ method, path, status }) => [method, path, status])).toEqual([
      ['GET', '/healthz', 200],
      ['GET', '/', 200],
      ['GET', '/webhdfs/v1/acme?op=LISTSTATUS', 200],
      ['GET', '/logdir/nowhere', 404],
    ]);
    expect(answered[1]).toMatchObject({
      ...{ bytes: expect.any(Number), ms: expect.any(Number), client: '127.0.0.1' },
    });
    expect(JSON.stringify(records)).not.toContain('secret');
  });

  it.each([
    [
      ['--log-level', 'error', '--access-log', 'on'],
      ['/healthz', '/readyz'],
    ],
    [['--log-level', 'debug', '--access-log', 'off'], []],
    [['--log-level', 'info'], []],
  ])('has with %j records of requests: %j', async (words, expected) => {
    const { records } = await servedProbes(words);
    expect(records.filter(({ msg }) => msg === 'answered').map(({ path }) => path)).toEqual(expected);
  });

  it('ends with a record that says why, once', async () => {
    const words = ['serve', './nowhere', '--log-format', 'json'];
    const { code, stdout, stderr } = await runProgram(words, { cwd });
    expect([code, String(stdout)]).toEqual([3, '']);
    const records = stderr.trimEnd().split('\n').map(recordOf);
    expect(records.map(({ level }) => level)).toEqual([30, 50]);
    expect(records[1]?.msg).toContain('no runs in');
  });
});

describe('settings in the log', () => {
  it('are those that were given, without passwords', () => {
    const flags = { 'https-proxy': 'http://me:secret@proxy:3128', source: ['./wandb', 'a/b'], port: '1' };
    const environment = readEnvironment({ HOME: cwd, WANDB_LOGDIR_LOG_LEVEL: 'debug' });
    expect(givenSettings(loadSettings({ flags, environment }))).toEqual({
      ...{ httpsProxy: 'http://[redacted]@proxy:3128', sources: ['./wandb', 'a/b'] },
      ...{ port: 1, logLevel: 'debug' },
    });
  });
});
