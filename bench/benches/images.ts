/** A run of 10,000 pictures of a megabyte, against the same run without pictures. @module */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, Figure } from '../bench.ts';
import { dataServer } from '../data-server.ts';
import { DataServerProcess } from '../data-server-process.ts';
import { IMAGE_BYTES, IMAGE_RUN, IMAGE_STEPS, SCALARS } from '../image-run.ts';
import { interleaved, median } from '../median.ts';
import { ServerProcess } from '../server-process.ts';
import { readingSeconds } from '../tensorboard-process.ts';
import type { Workshop } from '../workshop.ts';

const ROUNDS = 3;
/** Before the bytes of each file: a disk of a network, and a server. */
const LATENCIES_MS = [16, 50] as const;
/** A fifth longer than the run without pictures. */
const GOAL = { ratio: 0.833 };
const PEER = 'the run without pictures';
const LAST_STEP = IMAGE_STEPS - 1;
const TAG = SCALARS[0]!;

const VARIETIES = ['with', 'without'] as const;
type Variety = (typeof VARIETIES)[number];

export const images: Bench = {
  name: 'images',
  title: `${IMAGE_STEPS} steps of 5 numbers and a picture of ${IMAGE_BYTES / 1e6} MB, against the same without pictures`,
  run,
};

async function* run(workshop: Workshop): AsyncIterable<Figure> {
  workshop.require('python3');
  yield* looks(workshop);
  yield* scalars(workshop);
  for (const latencyMs of LATENCIES_MS) yield* files(workshop, latencyMs);
  for (const latencyMs of LATENCIES_MS) yield* underLoader(workshop, latencyMs);
  yield* underTensorBoard(workshop);
  yield* everything(workshop);
}

/** What bench/subjects/images.ts prints. */
interface Reading {
  readonly seconds: number;
  readonly opened: number;
  readonly memoryMaxBytes: number;
  readonly peakRss: number;
}

async function read<T>(
  workshop: Workshop,
  task: string,
  variety: Variety,
  options: { readonly latencyMs: number; readonly cacheDir?: string },
): Promise<Reading & T> {
  const words = [task, variety, `${options.latencyMs}`, options.cacheDir ?? workshop.diskFolder()];
  return await workshop.subject<Reading & T>('images.js', words);
}

/** Looking at everything opens no picture. */
async function* looks(workshop: Workshop): AsyncIterable<Figure> {
  type Listing = { readonly runMs: number; readonly filesMs: number; readonly files: number };
  const found = { with: [] as (Reading & Listing)[], without: [] as (Reading & Listing)[] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const variety of VARIETIES)
      found[variety].push(await read<Listing>(workshop, 'list', variety, { latencyMs: 50 }));
  }
  if (found.with.some(({ files }) => files !== IMAGE_STEPS)) throw new Error('not all pictures are listed');
  const common = { better: 'less', goal: null, peer: null } as const;
  const opened = Math.max(...found.with.map((reading) => reading.opened));
  const what = `files opened by listing the run and stat of all ${IMAGE_STEPS} pictures`;
  yield { ...common, what, unit: 'files', ours: opened, goal: { value: 0 } };
  const [ours, plain] = VARIETIES.map((variety) => median(found[variety].map(({ runMs }) => runMs)));
  const peer = { name: PEER, value: plain! };
  yield { ...common, what: 'its directory listed, everything in it stat', unit: 'ms', ours: ours!, peer };
  const filesMs = median(found.with.map((reading) => reading.filesMs));
  yield { ...common, what: `${IMAGE_STEPS} pictures listed and stat`, unit: 'ms', ours: filesMs };
}

/** Every point of all tags as the data provider has them, which opens no picture: from the start, and again by another process. */
async function* scalars(workshop: Workshop): AsyncIterable<Figure> {
  const ways = [
    ['read for the first time', () => undefined],
    ['history cached', (cache: string) => cache],
  ] as const;
  const caches = { with: workshop.diskFolder(), without: workshop.diskFolder() };
  for (const [what, cacheDirOf] of ways) {
    const [ours, plain] = await interleaved(ROUNDS, VARIETIES, async (variety) => {
      const cacheDir = cacheDirOf(caches[variety]) ?? workshop.diskFolder();
      caches[variety] = cacheDir;
      return (await read(workshop, 'scalars', variety, { latencyMs: 50, cacheDir })).seconds;
    });
    yield {
      ...{ what: `all scalars through the data provider, ${what}`, unit: 's', better: 'less', goal: GOAL },
      ...{ ours: ours!, peer: { name: PEER, value: plain! } },
    };
  }
}

/** The event file from end to end, at the speed of memory. */
async function* files(workshop: Workshop, latencyMs: number): AsyncIterable<Figure> {
  const caches = { with: workshop.diskFolder(), without: workshop.diskFolder() };
  let megabytes = 0;
  // The first round fills the caches.
  const seconds = { with: [] as number[], without: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const variety of VARIETIES) {
      const options = { latencyMs, cacheDir: caches[variety] };
      const found = await read<{ readonly bytes: number }>(workshop, 'file', variety, options);
      if (round > 0) seconds[variety].push(found.seconds);
      megabytes = Math.max(megabytes, found.bytes / 1e6);
    }
  }
  yield {
    what: `the event file of ${megabytes.toFixed(0)} MB read to its end, a picture after ${latencyMs} ms, history cached`,
    ...{ unit: 's', better: 'less', goal: GOAL, ours: median(seconds.with) },
    peer: { name: PEER, value: median(seconds.without) },
  };
}

/** TensorBoard's Rust loader over the mount, alone: from its start until it has the last step. */
async function* underLoader(workshop: Workshop, latencyMs: number): AsyncIterable<Figure> {
  const program = dataServer(workshop.python());
  const [ours, plain] = await interleaved(ROUNDS, VARIETIES, async (variety) => {
    const folder = workshop.memoryFolder();
    await using mount = await mounted(folder, variety, latencyMs);
    await using server = await DataServerProcess.start({
      ...{ command: [program], logdir: mount.directory, portFile: join(folder, 'port') },
    });
    return (await server.untilComplete(TAG, 1, LAST_STEP)) / 1000;
  });
  yield {
    what: `TensorBoard's Rust loader over the mount until the last step, a picture after ${latencyMs} ms`,
    ...{ unit: 's', better: 'less', goal: GOAL, ours: ours!, peer: { name: PEER, value: plain! } },
  };
}

/** What somebody waits for who starts TensorBoard. */
async function* underTensorBoard(workshop: Workshop): AsyncIterable<Figure> {
  const latencyMs = 50;
  const [ours, plain] = await interleaved(ROUNDS, VARIETIES, async (variety) => {
    await using mount = await mounted(workshop.memoryFolder(), variety, latencyMs);
    const all = { runs: 1, tag: TAG, lastStep: LAST_STEP };
    return await readingSeconds(workshop.python(), mount.directory, 'rust', all);
  });
  yield {
    what: `start of TensorBoard over the mount until the last step, a picture after ${latencyMs} ms`,
    ...{ unit: 's', better: 'less', goal: GOAL, ours: ours!, peer: { name: PEER, value: plain! } },
  };
}

interface MountedRun extends AsyncDisposable {
  /** Of the run. */
  readonly directory: string;
}

/** Each time a process of its own: one that has served pictures has some of them in memory. */
async function mounted(folder: string, variety: Variety, latencyMs: number): Promise<MountedRun> {
  const portFile = join(folder, 'ready');
  const mountPoint = join(folder, 'mnt');
  mkdirSync(mountPoint, { recursive: true });
  const subject = fileURLToPath(new URL('../subjects/image-mount.js', import.meta.url));
  const words = [subject, portFile, join(folder, 'cache'), variety, `${latencyMs}`, mountPoint];
  const server = await ServerProcess.start({ words, portFile });
  writeFileSync('/proc/sys/vm/drop_caches', '1\n');
  return {
    directory: join(mountPoint, IMAGE_RUN.entity, IMAGE_RUN.project, IMAGE_RUN.runId),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** All ten gigabytes, which takes as long as it takes; what counts is memory. */
async function* everything(workshop: Workshop): AsyncIterable<Figure> {
  type Gauged = { readonly mediaBytes: number; readonly segmentBytes: number; readonly bytes: number };
  const found = await read<Gauged>(workshop, 'all', 'with', { latencyMs: 16 });
  const plain = await read<Gauged>(workshop, 'all', 'without', { latencyMs: 16 });
  if (found.opened < IMAGE_STEPS) throw new Error(`only ${found.opened} pictures were read`);
  const common = { better: 'less', peer: null, goal: null } as const;
  const what = `all ${IMAGE_STEPS} pictures read, ${(found.bytes / 1e9).toFixed(1)} GB, a picture after 16 ms`;
  yield { ...common, what, unit: 's', ours: found.seconds };
  yield { ...common, what: '… pictures opened', unit: 'files', ours: found.opened };
  const kept = (found.mediaBytes + found.segmentBytes) / 1e6;
  const goal = { value: Math.round(found.memoryMaxBytes / 1e6) };
  yield { ...common, what: '… pictures and segments kept in memory at most', unit: 'MB', ours: kept, goal };
  const peer = { name: PEER, value: plain.peakRss / 1e6 };
  yield { ...common, what: '… peak memory of the process', unit: 'MB', ours: found.peakRss / 1e6, peer };
}
