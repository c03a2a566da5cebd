/** The data provider, against TensorBoard's own data server on the same runs as event files. @module */

import { join } from 'node:path';
import type { Bench, Figure } from '../bench.ts';
import { writeClonedRuns } from '../cloned-runs.ts';
import { dataServer } from '../data-server.ts';
import { DataServerProcess } from '../data-server-process.ts';
import { copyEvents, rowsRead } from '../exported-runs.ts';
import { median } from '../median.ts';
import { startProgram } from '../server-process.ts';
import { firstCardSeconds } from '../tensorboard-process.ts';
import { DOUBLE_ENTITY, METRICS, WandbDouble } from '../wandb-double.ts';
import type { Workshop } from '../workshop.ts';

const SHAPE = { runs: 1000, tags: 20, rows: 1000 };
const NEVER_READ = { runs: 1000, rows: 200, latencyMs: 50 };
const PROJECT = 'acme/thousand';
const LAST_STEP = SHAPE.rows - 1;
const POINTS = 100;
const tagOf = (number: number) => `group${number % 4}/metric${number}`;

export const dataProvider: Bench = {
  name: 'data-provider',
  title: `the data provider, against TensorBoard's data server: ${SHAPE.runs} runs x ${SHAPE.tags} tags x ${SHAPE.rows} steps`,
  run,
};

/** The same runs for both, and where the program keeps its cache. */
interface Site {
  readonly workshop: Workshop;
  readonly source: string;
  readonly exported: string;
  readonly cacheDir: string;
  readonly portFile: string;
}

async function* run(workshop: Workshop): AsyncIterable<Figure> {
  workshop.require('python3');
  const folder = workshop.diskFolder();
  const source = join(folder, 'wandb');
  writeClonedRuns(source, { project: 'thousand', ...SHAPE });
  const where = { source, cacheDir: join(folder, 'cache'), portFile: join(folder, 'port') };
  const site: Site = { workshop, exported: workshop.memoryFolder(), ...where };
  yield* coldCache(site);
  {
    await using server = await startProgram(workshop.program, where);
    await rowsRead(server, 0);
    await copyEvents(server, PROJECT, site.exported);
  }
  yield* servers(site);
  yield* underTensorBoard(site);
  yield* neverRead(workshop);
}

function ours({ workshop, source, cacheDir, portFile }: Site) {
  const command = [process.execPath, workshop.dataServer] as const;
  const variables = { WANDB_LOGDIR_CACHE_DIR: cacheDir };
  return { command: [...command] as [string, ...string[]], logdir: source, portFile, variables };
}

function theirs({ workshop, exported, portFile }: Site) {
  return { command: [dataServer(workshop.python())] as [string, ...string[]], logdir: exported, portFile };
}

/** Nothing was ever read: all of the logs are. */
async function* coldCache(site: Site): AsyncIterable<Figure> {
  await using server = await DataServerProcess.start(ours(site));
  const seconds = (await server.untilComplete(tagOf(0), SHAPE.runs, LAST_STEP)) / 1000;
  const what = 'start to one tag of all runs, nothing cached';
  yield { what, unit: 's', better: 'less', ours: seconds, peer: null, goal: null };
}

async function* servers(site: Site): AsyncIterable<Figure> {
  const mine = await DataServerProcess.start(ours(site));
  const seconds = (await mine.untilComplete(tagOf(0), SHAPE.runs, LAST_STEP)) / 1000;
  const firstMemory = mine.peakRssMegabytes();
  const timesMs = await cardTimesMs(mine);
  const memory = mine.peakRssMegabytes();
  await mine[Symbol.asyncDispose]();
  await using their = await DataServerProcess.start(theirs(site));
  const theirSeconds = (await their.untilComplete(tagOf(0), SHAPE.runs, LAST_STEP)) / 1000;
  const theirFirstMemory = their.peakRssMegabytes();
  const theirTimesMs = await cardTimesMs(their);
  const peer = (value: number) => ({ name: 'Rust data server', value });
  const less = { better: 'less' } as const;
  yield {
    what: 'start to one tag of all runs',
    unit: 's',
    ...less,
    ours: seconds,
    peer: peer(theirSeconds),
    goal: null,
  };
  yield {
    what: '… peak memory by then',
    unit: 'MB',
    ...less,
    ours: firstMemory,
    peer: peer(theirFirstMemory),
    goal: { ratio: 6 },
  };
  yield {
    what: `ReadScalars, a tag not read before, ${SHAPE.runs} runs, ${POINTS} points`,
    unit: 'ms',
    ...less,
    ours: median(timesMs.first),
    peer: peer(median(theirTimesMs.first)),
    goal: { value: 150 },
  };
  yield {
    what: 'the same tag again',
    unit: 'ms',
    ...less,
    ours: median(timesMs.again),
    peer: peer(median(theirTimesMs.again)),
    goal: null,
  };
  const theirMemory = peer(their.peakRssMegabytes());
  yield {
    what: `… and after ${SHAPE.tags} tags, each read twice`,
    unit: 'MB',
    ...less,
    ours: memory,
    peer: theirMemory,
    goal: null,
  };
}

/** Milliseconds of reading each of the other tags of all runs, and once more. */
async function cardTimesMs(server: DataServerProcess): Promise<{ first: number[]; again: number[] }> {
  const timesMs = { first: [] as number[], again: [] as number[] };
  for (let tag = 1; tag < SHAPE.tags; tag++) {
    for (const times of [timesMs.first, timesMs.again]) {
      const startMs = performance.now();
      await server.readScalars(tagOf(tag), POINTS);
      times.push(performance.now() - startMs);
    }
  }
  return timesMs;
}

/** From the start of TensorBoard to the JSON of one card with every run to its last step. */
async function* underTensorBoard(site: Site): AsyncIterable<Figure> {
  const { workshop, source, exported, cacheDir } = site;
  const card = { runs: SHAPE.runs, tag: tagOf(0), lastStep: LAST_STEP };
  const python = workshop.python();
  const variables = {
    TENSORBOARD_DATA_SERVER_BINARY: workshop.dataServer,
    WANDB_LOGDIR_CACHE_DIR: cacheDir,
  };
  const mine = await firstCardSeconds(python, source, card, variables);
  const their = await firstCardSeconds(python, exported, card);
  yield {
    what: 'start of TensorBoard to the JSON of the first card',
    unit: 's',
    better: 'less',
    ours: mine,
    peer: { name: 'Rust data server', value: their },
    goal: { ratio: 5 },
  };
}

/** A project of a server of which nothing was ever read. */
async function* neverRead(workshop: Workshop): AsyncIterable<Figure> {
  await using double = await WandbDouble.start(workshop, NEVER_READ);
  const [tag = ''] = METRICS;
  let seconds = Number.NaN;
  // The double makes its answers in the first round; in the second it gives them as late as asked.
  for (let round = 0; round < 2; round++) {
    const folder = workshop.diskFolder();
    await using server = await DataServerProcess.start({
      command: [process.execPath, workshop.dataServer],
      logdir: `wandb:${DOUBLE_ENTITY}/pages`,
      portFile: join(folder, 'port'),
      variables: { ...double.variables, WANDB_LOGDIR_CACHE_DIR: folder },
    });
    seconds = (await server.untilShown(tag, NEVER_READ.runs)) / 1000;
  }
  const { runs, latencyMs } = NEVER_READ;
  const what = `start to the first card of ${runs} runs of a server that answers after ${latencyMs} ms, none ever read`;
  yield { what, unit: 's', better: 'less', ours: seconds, peer: null, goal: { value: 3 } };
}
