/**
 * `npm run demo`: opens the example runs in TensorBoard, installing what is missing first. With `--once`, or
 * where CI is set, it stops by itself as soon as TensorBoard shows the runs.
 * @module
 */

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { build, canImport, fail, installPackages, pythonEnvironment, ROOT } from './installation.mjs';

const NEEDED = ['tensorboard'];
const EXAMPLES = join('examples', 'wandb');
/** A first start of TensorBoard compiles its Python modules. */
const READY_TIMEOUT_MS = 120_000;

const isOnce = process.argv.includes('--once') || Boolean(process.env['CI']);

installPackages();
build();
const python = canImport('python3', NEEDED) ? 'python3' : await pythonEnvironment([...NEEDED, 'setuptools']);
const program = [
  join('dist', 'program', 'wandb-logdir.mjs'),
  'tensorboard',
  EXAMPLES,
  '--cache-dir',
  '.cache/demo',
];
const args = [...program, '--tensorboard', `"${python}" -m tensorboard.main`, '--', ...portArguments()];
const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'pipe'] });

createInterface({ input: child.stderr }).on('line', (line) => {
  console.error(line);
  const url = /^TensorBoard \S+ at (http\S+)/.exec(line)?.[1];
  if (url && isOnce) void ready(url);
});
process.on('SIGINT', () => {}); // The terminal sends Ctrl-C to the program as well; its end is ours.
child.once('exit', (code) => {
  process.exitCode = process.exitCode ?? code ?? 1;
});

/** @param {string} url */
async function ready(url) {
  const shown = await runsShown(url);
  console.error(`TensorBoard shows ${shown.length} runs: ${shown.join(', ')}`);
  process.exitCode = 0;
  child.kill('SIGINT');
}

/** Waits until TensorBoard lists every example run. @param {string} url @returns {Promise<string[]>} */
async function runsShown(url) {
  const ids = readdirSync(join(ROOT, EXAMPLES)).map((name) => /^offline-run-[\d_]+-(.+)$/.exec(name)?.[1]);
  const expected = new Set(ids.filter(Boolean)).size; // A resumed run has several directories.
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const response = await fetch(new URL('data/runs', url)).catch(() => null);
    const runs = response?.ok ? await response.json() : [];
    if (runs.length >= expected) return runs;
    if (Date.now() > deadline) {
      child.kill('SIGTERM');
      fail(`TensorBoard shows ${runs.length} of ${expected} runs after ${READY_TIMEOUT_MS / 1000} s`);
    }
    await delay(500);
  }
}

/** In a smoke test any free port will do; a person gets TensorBoard's usual one. */
function portArguments() {
  return isOnce ? ['--port', '0'] : [];
}
