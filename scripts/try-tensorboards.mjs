/**
 * `node scripts/try-tensorboards.mjs 2.21 2.20 …`: installs each TensorBoard below .cache, opens the example runs in it in
 * both ways by which it asks a data server, and prints the table of docs/TENSORBOARD.md. $PYTHON names the Python to use.
 * @module
 */

import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build, ROOT } from './installation.mjs';

const CACHE = join(ROOT, '.cache', 'tensorboards');
const RUNS = join(ROOT, 'examples', 'wandb');
const GRPC_PORT = 47_301;
const START_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 10_000;

/** TensorBoards before 2.17 do not start with NumPy 2, and have no HParams with newer protobufs. */
const OLDER_NEED = ['numpy<2', 'protobuf<5'];

const of = (tag) => new URLSearchParams({ run: 'image-classifier/baseline', tag });
const SESSIONS = {
  experimentName: '',
  allowedStatuses: ['STATUS_UNKNOWN', 'STATUS_SUCCESS', 'STATUS_FAILURE', 'STATUS_RUNNING'],
  colParams: [],
  startIndex: 0,
  sliceSize: 100,
};
/** What is asked of each, and which answer will do. */
const QUESTIONS = {
  runs: { path: '/data/runs', isGood: (runs) => runs.length === 6 },
  scalars: {
    path: `/data/plugin/scalars/scalars?${of('train/loss')}`,
    isGood: (points) => points.length === 300,
  },
  text: {
    path: `/data/plugin/text/text?${of('wandb/config')}`,
    isGood: ([{ text }]) => text.includes('learning_rate: 0.1'),
  },
  hparams: {
    path: '/data/plugin/hparams/session_groups',
    body: SESSIONS,
    isGood: ({ sessionGroups }) => sessionGroups.length === 6,
  },
};

const WAYS = {
  variable: { words: ['--logdir', RUNS], variable: join(ROOT, 'dist/program/wandb-logdir-data-server.mjs') },
  address: { words: ['--grpc_data_provider', `127.0.0.1:${GRPC_PORT}`], variable: '' },
};

/** Its Python and its full version. */
function install(version) {
  const python = join(CACHE, version, 'bin', 'python');
  if (!existsSync(python))
    execFileSync(process.env['PYTHON'] ?? 'python3', ['-m', 'venv', join(CACHE, version)]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  const older = Number(version.split('.')[1]) < 17 ? OLDER_NEED : [];
  execFileSync(python, [...pip, `tensorboard==${version}.*`, ...older], { stdio: 'inherit' });
  const code = 'from importlib.metadata import version; print(version("tensorboard"))';
  return { python, release: execFileSync(python, ['-c', code]).toString().trim() };
}

/** A program, and what it printed so far. */
function start(program, words, variables = {}) {
  const env = { ...process.env, WANDB_LOGDIR_CACHE_DIR: join(CACHE, 'runs'), ...variables };
  const started = { child: spawn(program, words, { env }), output: '' };
  for (const stream of [started.child.stdout, started.child.stderr]) {
    stream.on('data', (chunk) => {
      started.output += chunk;
    });
  }
  return started;
}

/** What a program prints in place of the pattern's group; null when it ends or takes too long. */
async function printed(started, pattern) {
  for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS && started.child.exitCode === null; waitedMs += 100) {
    const found = pattern.exec(started.output);
    if (found !== null) return found[1];
    await delay(100);
  }
  return null;
}

async function answers(url, { path, body, isGood }) {
  const headers = { 'Content-Type': 'application/json' };
  const request = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
  for (let waitedMs = 0; waitedMs < ANSWER_TIMEOUT_MS; waitedMs += 500) {
    const answer = await fetch(url + path, request).catch(() => undefined);
    if (answer?.ok && isGood(await answer.json())) return true;
    await delay(500);
  }
  return false;
}

async function attempt(python, { words, variable }) {
  const variables = { TENSORBOARD_DATA_SERVER_BINARY: variable };
  const board = start(python, ['-m', 'tensorboard.main', '--port', '0', ...words], variables);
  const url = await printed(board, /TensorBoard \S+ at (http:\/\/[^/\s]+)/);
  const results = [];
  for (const question of Object.values(QUESTIONS))
    results.push(url !== null && (await answers(url, question)) ? 'yes' : 'no');
  board.child.kill();
  if (results.includes('no')) console.error(board.output);
  return results;
}

build();
const main = join(ROOT, 'dist', 'program', 'wandb-logdir.mjs');
const server = start(process.execPath, [main, 'serve', RUNS, '--port', '0', '--grpc-port', `${GRPC_PORT}`]);
process.once('exit', () => server.child.kill());
await printed(server, /(--grpc_data_provider)/);
console.log(`| TensorBoard | way | ${Object.keys(QUESTIONS).join(' | ')} |`);
console.log('|---|---|---|---|---|---|');
for (const version of process.argv.slice(2)) {
  const { python, release } = install(version);
  for (const [name, way] of Object.entries(WAYS))
    console.log(`| ${release} | ${name} | ${(await attempt(python, way)).join(' | ')} |`);
}
server.child.kill();
