/** A thousand local runs: how soon the program is ready, and what it takes while TensorBoard reads them all. @module */

import { join } from 'node:path';
import type { Bench, Figure } from '../bench.ts';
import { writeClonedRuns } from '../cloned-runs.ts';
import { copyEvents, rowsRead } from '../exported-runs.ts';
import { median } from '../median.ts';
import { type ServerProcess, startProgram } from '../server-process.ts';
import { readingSeconds } from '../tensorboard-process.ts';
import type { Workshop } from '../workshop.ts';

const SHAPE = { runs: 1000, tags: 20, rows: 1000 };
/** Runs that TensorBoard's Python loader reads through WebHDFS; all of them take it many minutes. */
const FEW_RUNS = 100;
const PROJECT = 'acme/thousand';
const READY_ROUNDS = 5;
const PAGE_ROUNDS = 15;
const TAG = 'group0/metric0';
const ALONE = { better: 'less', peer: null } as const;

export const thousandRuns: Bench = {
  name: 'thousand-runs',
  title: `${SHAPE.runs} runs x ${SHAPE.tags} tags x ${SHAPE.rows} steps`,
  run,
};

interface Setting {
  readonly workshop: Workshop;
  readonly start: () => Promise<ServerProcess>;
}

async function* run(workshop: Workshop): AsyncIterable<Figure> {
  const folder = workshop.diskFolder();
  const source = join(folder, 'wandb');
  writeClonedRuns(source, { project: 'thousand', ...SHAPE });
  const where = { source, cacheDir: join(folder, 'cache'), portFile: join(folder, 'port') };
  const setting = { workshop, start: () => startProgram(workshop.program, where) };
  yield* coldStart(setting);
  yield* warmStarts(setting);
  yield* reading(setting);
  yield* fewRunsByPython(workshop);
}

async function* coldStart({ start }: Setting): AsyncIterable<Figure> {
  await using server = await start();
  const startMs = performance.now();
  await rowsRead(server, SHAPE.runs * SHAPE.rows);
  const seconds = (server.readyMs + performance.now() - startMs) / 1000;
  yield { ...ALONE, what: 'ready, cold cache', unit: 's', ours: server.readyMs / 1000, goal: null };
  yield { ...ALONE, what: 'every run read, cold cache', unit: 's', ours: seconds, goal: null };
  yield {
    ...ALONE,
    what: 'peak memory of that',
    unit: 'MB',
    ours: server.peakRssMegabytes(),
    goal: { value: 300 },
  };
}

async function* warmStarts({ start }: Setting): AsyncIterable<Figure> {
  const readyMs: number[] = [];
  for (let round = 0; round < READY_ROUNDS; round++) {
    await using server = await start();
    readyMs.push(server.readyMs);
  }
  yield { ...ALONE, what: 'ready, warm cache', unit: 's', ours: median(readyMs) / 1000, goal: { value: 2 } };
}

async function* reading({ workshop, start }: Setting): AsyncIterable<Figure> {
  await using server = await start();
  yield {
    ...ALONE,
    what: 'project page',
    unit: 'ms',
    ours: await pageMs(server, `/p/${PROJECT}`),
    goal: null,
  };
  const list = `/webhdfs/v1/${PROJECT}?op=LISTSTATUS`;
  yield { ...ALONE, what: 'listing of all runs', unit: 'ms', ours: await pageMs(server, list), goal: null };
  const copy = workshop.memoryFolder();
  const startMs = performance.now();
  await copyEvents(server, PROJECT, copy);
  const copySeconds = (performance.now() - startMs) / 1000;
  yield { ...ALONE, what: 'copy of all event files by HTTP', unit: 's', ours: copySeconds, goal: null };
  const everything = { runs: SHAPE.runs, tag: TAG, lastStep: SHAPE.rows - 1 };
  const seconds = await readingSeconds(workshop.python(), copy, 'rust', everything);
  yield { ...ALONE, what: "TensorBoard's Rust loader reads the copy", unit: 's', ours: seconds, goal: null };
  yield {
    ...ALONE,
    what: 'peak memory of that',
    unit: 'MB',
    ours: server.peakRssMegabytes(),
    goal: { value: 300 },
  };
}

/** Median milliseconds of a GET. */
async function pageMs(server: ServerProcess, path: string): Promise<number> {
  const timesMs: number[] = [];
  for (let round = 0; round < PAGE_ROUNDS; round++) {
    const startMs = performance.now();
    const response = await fetch(server.url + path);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
    timesMs.push(performance.now() - startMs);
  }
  return median(timesMs);
}

async function* fewRunsByPython(workshop: Workshop): AsyncIterable<Figure> {
  const folder = workshop.diskFolder();
  const source = join(folder, 'wandb');
  writeClonedRuns(source, { project: 'few', ...SHAPE, runs: FEW_RUNS });
  const where = { source, cacheDir: join(folder, 'cache'), portFile: join(folder, 'port') };
  await using server = await startProgram(workshop.program, where);
  const logdir = `webhdfs://${new URL(server.url).host}/acme/few`;
  const everything = { runs: FEW_RUNS, tag: TAG, lastStep: SHAPE.rows - 1 };
  const seconds = await readingSeconds(workshop.python(), logdir, 'python', everything);
  const what = `TensorBoard's Python loader reads ${FEW_RUNS} runs by WebHDFS, cold cache`;
  yield { ...ALONE, what, unit: 's', ours: seconds, goal: null };
  yield {
    ...ALONE,
    what: 'peak memory of that',
    unit: 'MB',
    ours: server.peakRssMegabytes(),
    goal: { value: 300 },
  };
}
