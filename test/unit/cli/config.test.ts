/** `config show` and `config path`: what is in force, from where, and nothing that is secret. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definitions, fileKey } from '../../../src/config/index.ts';
import { runProgram } from '../../support/program.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'config-command-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

async function config(words: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await runProgram(['config', ...words], { cwd, variables });
  return { code, stdout: String(stdout), stderr };
}

async function shown(words: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const { stdout, ...others } = await config(['show', '--json', ...words], variables);
  return { report: JSON.parse(stdout), ...others };
}

function file(text: string): string {
  writeFileSync(join(cwd, 'c.yaml'), text);
  return 'c.yaml';
}

describe('config show', () => {
  it('has every setting, with its value and the flag, variable, line or default it is from', async () => {
    const words = ['--config', file('# ours\nport: 7171\n\nwatch: polling\n'), '--cache-max-bytes', '3GiB'];
    const { report, code, stderr } = await shown(words, { WANDB_LOGDIR_HOST: '0.0.0.0', TENSORBOARD: 'tb' });
    expect([code, stderr]).toEqual([0, '']);
    expect(Object.keys(report.settings)).toEqual(definitions().map(([, { flag }]) => fileKey(flag)));
    expect(report.settings).toMatchObject({
      port: { value: 7171, origin: 'file', where: 'file c.yaml:2', onReload: false },
      watch: { value: 'polling', where: 'file c.yaml:4' },
      cacheMaxBytes: { value: 3 * 1024 ** 3, text: '3GiB', where: 'flag --cache-max-bytes', onReload: true },
      host: { value: '0.0.0.0', origin: 'environment', where: 'env WANDB_LOGDIR_HOST' },
      tensorboard: { value: 'tb', where: 'env TENSORBOARD' },
      source: { value: ['./wandb'], origin: 'default', where: 'default' },
      caFile: { value: null, text: null },
    });
    expect(report).toMatchObject({
      configFile: { path: 'c.yaml', exists: true },
      problems: [],
      warnings: [],
    });
  });

  it('prints the same for people', async () => {
    const { stdout } = await config(['show', '--config', file('port: 7171\n')]);
    expect(stdout).toMatch(/^Config file: c\.yaml$/m);
    expect(stdout).toMatch(/^Server\n {2}host +127\.0\.0\.1 +default\n {2}port +7171 +file c\.yaml:1$/m);
    expect(stdout).toMatch(/^ {2}API key +none; public projects alone$/m);
  });

  it('names wrong values, unknown keys and unknown variables, goes on, and ends with 2', async () => {
    const words = ['--config', file('prot: 1\nwatch: maybe\n'), '--port', 'x'];
    const { report, code, stderr } = await shown(words, { WANDB_LOGDIR_PROT: '1' });
    expect(code).toBe(2);
    expect(report.problems).toEqual([
      expect.stringMatching(/^file c\.yaml:1, key prot: no such setting; .*Did you mean port\?$/),
      expect.stringMatching(/^file c\.yaml:2, key watch: "maybe" is wrong; expected events/),
      expect.stringMatching(/^flag --port: "x" is wrong/),
    ]);
    expect(report.warnings).toEqual([
      'env WANDB_LOGDIR_PROT: no such setting; did you mean WANDB_LOGDIR_PORT?',
    ]);
    expect(report.settings.watch).toMatchObject({ value: null, text: 'maybe' });
    expect(stderr).toContain('error: file c.yaml:1, key prot');
  });

  it('tells where the API key is and not what, and blanks out credentials in addresses', async () => {
    const netrc = 'machine api.wandb.ai\n  login user\n  password s3cret\n';
    writeFileSync(join(cwd, '.netrc'), netrc);
    const words = ['--https-proxy', 'http://me:s3cret@proxy:3128'];
    const found = await shown(words);
    expect(found.report.apiKey).toEqual({ isFound: true, where: join(cwd, '.netrc') });
    expect(found.report.settings.httpsProxy.value).toBe('http://[redacted]@proxy:3128');
    const wrong = await config(['show', ...words, '--base-url', 'https://api:s3cret@wandb.example.com'], {
      WANDB_API_KEY: 's3cret',
    });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('holds a user or password');
    expect(JSON.stringify([found, wrong])).not.toContain('s3cret');
  });

  it('says what is wrong with a file that cannot be read', async () => {
    const { report, code } = await shown(['--config', 'nowhere.yaml']);
    expect([code, report.problems.length]).toEqual([2, 1]);
    expect(report).toMatchObject({ configFile: { path: 'nowhere.yaml', exists: false } });
  });
});

describe('config path', () => {
  it('is the file that is read, or would be', async () => {
    const usual = join(cwd, '.config', 'wandb-logdir', 'config.yaml');
    expect(await config(['path'])).toEqual({
      code: 0,
      stdout: `${usual}\n`,
      stderr: '(there is no such file)\n',
    });
    expect((await config(['path'], { WANDB_LOGDIR_CONFIG: '/x.yaml' })).stdout).toBe('/x.yaml\n');
    expect((await config(['path', '--config', file('')])).stderr).toBe('');
  });
});

describe('config', () => {
  it.each([
    [[], 'config needs a word: show or path'],
    [['list'], 'expected one of'],
    [['show', '--hots', '1'], 'Did you mean --host?'],
  ])('%j is a wrong command line', async (words, text) => {
    const { code, stderr } = await config(words);
    expect(code).toBe(2);
    expect(stderr).toContain(text);
  });
});
