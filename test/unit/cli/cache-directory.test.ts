/** The cache directory: made, replaced, or refused with a sentence, whoever runs the program. @module */

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { usableCache } from '../../../src/cli/cache-directory.ts';
import { loadSettings, readEnvironment } from '../../../src/config/index.ts';
import { EXAMPLES, PROGRAM, runProgram } from '../../support/program.ts';

const { PATH } = process.env;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cache-directory-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const list = (...words: string[]) => runProgram(['ls', '--source', EXAMPLES, ...words], { cwd: dir });

async function used(variables: Readonly<Record<string, string>>, flags = {}) {
  const environment = readEnvironment({ TMPDIR: dir, ...variables });
  return await usableCache(loadSettings({ flags, environment }), environment);
}

describe('a cache directory that was named', () => {
  it.each(['/proc/x', '/proc/x/y', '/dev/null/x', '/sys/x'])('%s ends with a sentence', async (path) => {
    if (!existsSync('/proc/self')) return;
    const { code, stdout, stderr } = await list('--cache-dir', path);
    expect([code, String(stdout)]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^error: the cache directory \S+ cannot be made \(E[A-Z]+\)\. .*--cache-dir DIR\n$/,
    );
  });

  it('is refused below a file, and made where it is not', async () => {
    writeFileSync(join(dir, 'file'), '');
    expect((await list('--cache-dir', 'file/below')).stderr).toContain('cannot be made (ENOTDIR)');
    expect((await list('--cache-dir', 'file')).stderr).toContain('cannot be made (EEXIST)');
    expect((await list('--cache-dir', 'new/er')).code).toBe(0);
    expect(statSync(join(dir, 'new', 'er')).isDirectory()).toBe(true);
  });

  it('is a finding of doctor, which goes on', async () => {
    const { stdout } = await runProgram(['doctor', EXAMPLES, '--cache-dir', '/dev/null/x'], { cwd: dir });
    expect(String(stdout)).toMatch(/fail {2}cache \/dev\/null\/x/);
    expect(String(stdout)).toMatch(/^(?:ok|warn|fail) +mount: /m);
  });
});

describe('a default that cannot be', () => {
  it('is replaced by a directory of this user alone', async () => {
    writeFileSync(join(dir, 'home'), '');
    const { cacheDir, warning } = await used({ HOME: join(dir, 'home') });
    expect(cacheDir).toBe(join(dir, `wandb-logdir-${process.getuid?.()}`));
    expect(statSync(cacheDir).mode & 0o777).toBe(0o700);
    expect(warning).toContain(`so the cache is in ${cacheDir}`);
    expect((await used({ HOME: join(dir, 'home') })).cacheDir).toBe(cacheDir);
  });

  it('is not replaced by one that others may write to', async () => {
    writeFileSync(join(dir, 'home'), '');
    const taken = join(dir, `wandb-logdir-${process.getuid?.()}`);
    mkdirSync(taken);
    chmodSync(taken, 0o777);
    const { cacheDir } = await used({ HOME: join(dir, 'home') });
    expect(cacheDir).not.toBe(taken);
    expect(statSync(cacheDir).mode & 0o777).toBe(0o700);
  });

  it('leaves memory, where nothing can be made at all', async () => {
    writeFileSync(join(dir, 'home'), '');
    const nowhere = join(dir, 'home', 'tmp');
    const { warning } = await used({ HOME: join(dir, 'home'), TMPDIR: nowhere });
    expect(warning).toContain('kept in memory until this ends');
  });
});

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** The project where anybody may read it, wherever it lies: for the program alone, in a mount namespace of its own. */
const AS_USER = 'mount --bind "$1" "$2" && shift 2 && exec setpriv --reuid=54321 --clear-groups "$@" 2>&1';
const mayBeAnother =
  process.getuid?.() === 0 &&
  ['unshare', 'setpriv'].every((tool) => spawnSync(tool, ['--version']).status === 0) &&
  spawnSync('unshare', ['-m', 'true']).status === 0;

/** Programs of a user the system does not know, without any variable. Needs root, and rights to mount. */
describe.skipIf(!mayBeAnother)('an unknown user', () => {
  const inProject = (path: string) => {
    const within = relative(ROOT, path);
    return within.startsWith('..') ? path : join(dir, 'project', within);
  };
  const asUser = (...words: string[]) => {
    const project = join(dir, 'project');
    mkdirSync(project, { recursive: true });
    const options = { cwd: '/', encoding: 'utf8', stdio: 'pipe', env: { PATH, TMPDIR: dir } } as const;
    const program = [process.execPath, PROGRAM, ...words].map((word) =>
      isAbsolute(word) ? inProject(word) : word,
    );
    return execFileSync('unshare', ['-m', 'sh', '-c', AS_USER, 'sh', ROOT, project, ...program], options);
  };

  it('without a home lists runs, with a warning', () => {
    chmodSync(dir, 0o777);
    const text = asUser('ls', '--source', EXAMPLES);
    expect(text).toMatch(
      /^warning: this user has no home directory, so the cache is in .*wandb-logdir-54321/,
    );
    expect(text).toMatch(/\nacme\n$/);
  });

  it('who may not write the cache is told so, and reads what is there', () => {
    const cache = join(dir, 'cache');
    mkdirSync(cache);
    chmodSync(dir, 0o755);
    const text = asUser('ls', '--source', EXAMPLES, '--cache-dir', cache);
    expect(text).toContain(`the cache ${cache} may not be written (EACCES)`);
    expect(text).toMatch(/\nacme\n$/);
    const run = 'acme/language-model/small-4-layers/run.json';
    const read = asUser('cat', run, '--source', EXAMPLES, '--cache-dir', cache, '--log-level', 'warn');
    expect(read).toContain('cache cannot be written');
    expect(`${text}${read}`).not.toMatch(/free space/i);
  });
});
