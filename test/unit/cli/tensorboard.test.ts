/** Finding and running TensorBoard: the search, the packages it needs, its output and its end. @module */

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTensorboard } from '../../../src/cli/tensorboard-process.ts';
import { findTensorboard, splitCommand } from '../../../src/cli/tensorboard-program.ts';
import { EXAMPLES, runProgram } from '../../support/program.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tensorboard-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function executable(name: string, text: string): string {
  const path = join(dir, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/** A program in the place of Python: answers what can be imported, and runs as TensorBoard otherwise. */
function python(packages: Record<string, string | null>, tensorboard = 'exit 0'): string {
  return executable(
    'bin/python3',
    `#!/bin/sh\nif [ "$1" = -c ] && [ $# = 2 ]; then echo '${JSON.stringify(packages)}'; exit; fi\nshift\n${tensorboard}\n`,
  );
}

const COMPLETE = { tensorboard: '2.21.0', fsspec: '1', requests: '2', tensorflow: null };

describe('findTensorboard', () => {
  it('takes the first on the search path, and its Python from its first line', () => {
    const interpreter = python(COMPLETE);
    const path = executable('tools/tensorboard', `#!${interpreter}\nprint()\n`);
    const found = findTensorboard('tensorboard', ['/nowhere', join(dir, 'tools')]);
    expect(found).toEqual({ command: [path], python: interpreter });
  });

  it('reads the first lines that pip writes when the path is too long for the kernel', () => {
    const interpreter = python(COMPLETE);
    const path = executable('tensorboard', `#!/bin/sh\n'''exec' ${interpreter} "$0" "$@"\n' '''\n`);
    expect(findTensorboard(path, [])).toEqual({ command: [path], python: interpreter });
  });

  it('takes a command with arguments, a path with blanks, and a Python', () => {
    const interpreter = python(COMPLETE);
    const found = findTensorboard(`"${interpreter}" -m tensorboard.main`, []);
    expect(found).toEqual({ command: [interpreter, '-m', 'tensorboard.main'], python: interpreter });
    const blank = executable('with blank/tb', '#!/bin/sh\n');
    expect(findTensorboard(blank, [])).toEqual({ command: [blank], python: null });
  });

  it('finds nothing where there is nothing to run', () => {
    writeFileSync(join(dir, 'tensorboard'), 'not executable');
    expect(findTensorboard('tensorboard', [dir])).toBeNull();
    expect(findTensorboard(join(dir, 'gone'), [])).toBeNull();
    expect(findTensorboard('', [dir])).toBeNull();
  });

  it('splits words, keeping quoted blanks', () => {
    expect(splitCommand(`a "b c"  'd e' f`)).toEqual(['a', 'b c', 'd e', 'f']);
  });
});

describe('startTensorboard', () => {
  it('passes lines on, tells the address and the exit code', async () => {
    const path = executable(
      'tb',
      '#!/bin/sh\necho "TensorBoard 2.21.0 at http://localhost:6006/ (Press)" >&2\nexit 3\n',
    );
    const lines: string[] = [];
    const child = startTensorboard({
      ...{ command: [path], args: [], environment: process.env, isDetached: false },
      onLine: (line) => lines.push(line),
    });
    expect(await child.url).toBe('http://localhost:6006/');
    expect(await child.exited).toBe(3);
    expect(lines).toHaveLength(1);
  });

  it('stops what does not end by itself', async () => {
    const path = executable('tb', '#!/bin/sh\nexec sleep 60\n');
    const child = startTensorboard({
      ...{ command: [path], args: [], environment: process.env, isDetached: false },
      onLine: () => {},
    });
    await child.stop();
    expect(await child.exited).toBeNull();
  });
});

describe('the tensorboard command', () => {
  const run = (setting: string, ...words: string[]) =>
    runProgram(['tensorboard', EXAMPLES, '--tensorboard', setting, ...words], { cwd: dir });

  it('starts it on the server, with what follows --, and ends with its code', async () => {
    const interpreter = python(COMPLETE, 'echo "args: $*"; exit 7');
    const { code, stderr } = await run(`${interpreter} -m tensorboard.main`, '--', '--port', '6007');
    expect(stderr).toMatch(/args: tensorboard\.main --grpc_data_provider 127\.0\.0\.1:\d+ --port 6007\n/);
    expect(code).toBe(7);
  });

  it('labels the two addresses, TensorBoard last', async () => {
    const interpreter = python(
      COMPLETE,
      'echo "TensorBoard 2.21.0 at http://localhost:6006/ (Press CTRL+C to quit)"; sleep 0.2',
    );
    const { stderr } = await run(`${interpreter} -m tb`);
    const [first, ...others] = stderr.trim().split('\n');
    expect(first).toMatch(/^project page {2}http:\/\/127\.0\.0\.1:\d+ {2}6 runs in 2 projects$/);
    expect(others.at(-1)).toBe('  Open http://localhost:6006/   (TensorBoard; stop with Ctrl-C)');
  });

  it('asks for everything by itself: no proxy stands between', async () => {
    const interpreter = python(COMPLETE, 'echo "direct: $no_grpc_proxy; $no_proxy; $NO_PROXY; $https_proxy"');
    const variables = { https_proxy: 'http://127.0.0.1:9', no_proxy: 'intranet' };
    const words = ['tensorboard', EXAMPLES, '--tensorboard', `${interpreter} -m tb`];
    const { stderr } = await runProgram(words, { cwd: dir, variables });
    const list = 'intranet,localhost,127.0.0.1,::1';
    expect(stderr).toContain(`direct: ${list}; ${list}; ${list}; http://127.0.0.1:9\n`);
  });

  it('lets it read files over HTTP when asked', async () => {
    const interpreter = python(COMPLETE, 'echo "args: $*"');
    const { stderr } = await run(`${interpreter} -m tb`, '--door', 'webhdfs');
    expect(stderr).toMatch(/args: tb --logdir webhdfs:\/\/127\.0\.0\.1:\d+\/acme\n/);
  });

  it('opens one project when asked', async () => {
    const interpreter = python(COMPLETE, 'echo "args: $*"');
    const { code, stderr } = await run(
      `${interpreter} -m tb`,
      '--project',
      'language-model',
      '--door',
      'webhdfs',
    );
    expect(stderr).toMatch(/--logdir webhdfs:\/\/127\.0\.0\.1:\d+\/acme\/language-model\n/);
    expect(code).toBe(0);
  });

  it.each(['grpc', 'webhdfs'])('does not start it on a view that there is not, by %s', async (door) => {
    const interpreter = python(COMPLETE, 'echo "args: $*"');
    const source = `${EXAMPLES}/acme/image-classifier/@view=x`;
    const words = ['tensorboard', source, '--tensorboard', `${interpreter} -m tb`, '--door', door];
    const { code, stderr } = await runProgram(words, { cwd: dir });
    expect([code, stderr]).toEqual([6, expect.stringContaining('no view is called x; there are none')]);
    expect(stderr).not.toContain('args:');
  });

  it('says so where a query chooses nothing now', async () => {
    const interpreter = python(COMPLETE, 'sleep 3');
    const source = `${EXAMPLES}/acme/image-classifier/@by=config.learning_rat`;
    const words = ['tensorboard', source, '--tensorboard', `${interpreter} -m tb`];
    const { stderr } = await runProgram(words, { cwd: dir });
    expect(stderr).toContain('is config.learning_rat meant for config.learning_rate?');
  });

  it("gives it the options that are TensorBoard's, and keeps the page on this machine", async () => {
    const interpreter = python(COMPLETE, 'echo "args: $*"');
    const words = ['--port', '6010', '--bind_all', '--page-port', '0'];
    const { stderr, code } = await run(`${interpreter} -m tensorboard.main`, ...words);
    expect(stderr).toMatch(/--grpc_data_provider 127\.0\.0\.1:\d+ --port 6010 --bind_all\n/);
    expect(stderr).toMatch(/http:\/\/127\.0\.0\.1:\d+ {2}6 runs/);
    expect(code).toBe(0);
  });

  it('says that there is no login where others reach it', async () => {
    const interpreter = python(
      COMPLETE,
      'echo "TensorBoard 2.21.0 at http://0.0.0.0:6010/ (Press CTRL+C)"; sleep 1',
    );
    for (const [words, where] of [
      [['--bind_all'], 'all addresses'],
      [['--', '--host=192.0.2.1'], '192.0.2.1'],
    ] as const) {
      const { stderr } = await run(`${interpreter} -m tensorboard.main`, ...words);
      expect(stderr).toContain(`warning: there is no login: TensorBoard listens on ${where},`);
      expect(stderr).toContain('Open http://localhost:6010/ ');
    }
    const alone = await run(`${interpreter} -m tensorboard.main`, '--host', 'localhost');
    expect(alone.stderr).not.toContain('no login');
  });

  it('ends with the exit code of a port that is taken, and what to do', async () => {
    const line = 'ERROR: TensorBoard could not bind to port 6006, it was already in use';
    const interpreter = python(COMPLETE, `echo "${line}" >&2; exit 255`);
    const { code, stderr } = await run(`${interpreter} -m tensorboard.main`);
    expect(code).toBe(4);
    expect(stderr).toContain('choose another with --port (0 takes any free one)');
  });

  it('says so where no browser opens', async () => {
    const url = 'TensorBoard 2.21.0 at http://localhost:6010/ (Press CTRL+C)';
    const interpreter = python(COMPLETE, `echo "${url}"; sleep 1`);
    executable('bin/xdg-open', '#!/bin/sh\nexit 3\n');
    const words = ['tensorboard', EXAMPLES, '--tensorboard', `${interpreter} -m tensorboard.main`, '--open'];
    const withOpener = `${join(dir, 'bin')}:/usr/bin:/bin`;
    const failing = await runProgram(words, { cwd: dir, variables: { PATH: withOpener } });
    expect(failing.stderr).toContain(
      'no browser was opened (xdg-open ended with 3): open http://localhost:6010/ yourself',
    );
    rmSync(join(dir, 'bin', 'xdg-open'));
    const tools = executable('tools/sleep', '#!/bin/sh\nexec /bin/sleep "$@"\n');
    const missing = await runProgram(words, { cwd: dir, variables: { PATH: join(tools, '..') } });
    expect(missing.stderr).toContain('no browser was opened (xdg-open is not installed)');
  });

  it('keeps TensorFlow out of it, which does not know webhdfs', async () => {
    const interpreter = python({ ...COMPLETE, tensorflow: '2.20.0' }, 'echo "args: $*"');
    const { code, stderr } = await run(
      `${interpreter} -m tensorboard.main`,
      '--door',
      'webhdfs',
      '--',
      '--bind_all',
    );
    expect(stderr).toContain('sys.modules["tensorboard.compat.notf"]');
    expect(stderr).toMatch(/run_main\(\) --logdir webhdfs:\S+ --bind_all\n/);
    expect(code).toBe(0);
  });

  it('says which packages are missing and how to install them', async () => {
    const interpreter = python({ ...COMPLETE, fsspec: null, requests: null });
    const command = `${interpreter} -m tensorboard.main`;
    expect((await run(command)).code).toBe(0);
    const { code, stderr } = await run(command, '--door', 'webhdfs');
    expect(code).toBe(5);
    expect(stderr).toContain(
      `lacks fsspec and requests. Install: ${interpreter} -m pip install fsspec requests`,
    );
  });

  it('says so when its Python does not run', async () => {
    const interpreter = executable('bin/python3', '#!/bin/sh\nexit 1\n');
    const { code, stderr } = await run(`${interpreter} -m tensorboard.main`);
    expect(code).toBe(5);
    expect(stderr).toContain(`${interpreter}, the Python of TensorBoard, does not run`);
  });
});

describe('doctor', () => {
  it('tells what is fine and what to type for the rest', async () => {
    const interpreter = python({ ...COMPLETE, requests: null });
    const words = ['doctor', EXAMPLES, '--tensorboard', `${interpreter} -m tensorboard.main`, '--port', '0'];
    const { code, stdout } = await runProgram(words, { cwd: dir });
    const text = String(stdout);
    expect(text).toMatch(/^ok {4}Node \d+/);
    expect(text).toContain(`ok    source ${EXAMPLES}: 7 run logs`);
    expect(text).toMatch(/ok {4}cache .*writable/);
    expect(text).toContain(
      `      only for tensorboard --door webhdfs: ${interpreter} -m pip install requests\n`,
    );
    expect(code).toBe(0);
  });

  it('fails for a source without runs and passes when all is well', async () => {
    const tensorboard = `${python(COMPLETE)} -m tensorboard.main`;
    const run = (source: string) =>
      runProgram(['doctor', source, '--tensorboard', tensorboard, '--port', '0'], { cwd: dir });
    expect((await run('nowhere')).code).toBe(1);
    expect((await run(EXAMPLES)).code).toBe(0);
  });
});
