/**
 * The tree over a run of 10,000 pictures of a megabyte, or the same run without, in a process of its own:
 * `images TASK with|without LATENCY_MS CACHE`. Every file that is opened takes so long. TASK:
 *
 *     list      reads the run, then lists its directories and stats everything
 *     scalars   reads every point of its five tags as the data provider does
 *     file      reads its event file from end to end, with a sample of pictures, as is usual
 *     all       the same with every picture
 *
 * @module
 */

import { existsSync, readdirSync } from 'node:fs';
import { loadSettings, readEnvironment } from '../../src/config/index.ts';
import { DEFAULT_MEDIA, type MediaPolicy } from '../../src/eventfile/index.ts';
import { piecesOf } from '../../src/tree/index.ts';
import { buildHouse, COMPLETE, eventPath, type House, signal } from '../../test/support/house.ts';
import { providerOver, scalarEntries } from '../../test/support/provider.ts';
import { IMAGE_RUN, IMAGE_STEPS, imageFiles, imageRecords, SCALARS } from '../image-run.ts';
import { OneRunSource } from '../one-run-source.ts';

const DIRECTORY = [IMAGE_RUN.entity, IMAGE_RUN.project, IMAGE_RUN.runId].join('/');
/** Gauges are looked at so often. */
const LOOK_EVERY_MS = 50;
/** Twice what all pictures of the run take. */
const EVERYTHING: MediaPolicy = { ...DEFAULT_MEDIA, mode: 'all', maxFileBytes: 2e10 };

const [task, variety, latency, cacheDir] = process.argv.slice(2);
if (cacheDir === undefined) throw new Error('usage: images TASK with|without LATENCY_MS CACHE');
const hasImages = variety === 'with';
const source = new OneRunSource(
  IMAGE_RUN,
  imageRecords(hasImages),
  hasImages ? imageFiles(Number(latency)) : null,
);
const { memoryMaxBytes } = loadSettings({ flags: {}, environment: readEnvironment() }).settings;
// Whoever reads what is cached asks for no record, and has none in memory.
if (existsSync(cacheDir) && readdirSync(cacheDir).length > 0) source.forget();

const startMs = performance.now();
await using house = await buildHouse({
  ...{ sources: [source], cacheDir, memoryMaxBytes, media: task === 'all' ? EVERYTHING : DEFAULT_MEDIA },
});
const found = await done(house);
const seconds = (performance.now() - startMs) / 1000;
const { maxRSS } = process.resourceUsage();
console.log(
  JSON.stringify({
    ...{ seconds, opened: source.opened, memoryMaxBytes, peakRss: maxRSS * 1024 },
    ...found,
  }),
);

async function done(of: House): Promise<object> {
  switch (task) {
    case 'list':
      return await listed(of);
    case 'scalars':
      return await scalars(of);
    case 'file':
      return { bytes: await readEvents(of) };
    default:
      return await gauged(of, async () => ({ bytes: await readEvents(of) }));
  }
}

/** The time of looking alone: the run was read before, as it is when somebody has looked at it once. */
async function listed({ tree, history }: House): Promise<object> {
  for (const run of history.catalogue.runs.values()) await run.update();
  const beganMs = performance.now();
  const runNodes = await tree.list(DIRECTORY, { signal });
  for (const { name } of runNodes) await tree.stat(`${DIRECTORY}/${name}`, COMPLETE);
  const runMs = performance.now() - beganMs;
  const files = hasImages ? `${DIRECTORY}/@files/media/images/val` : `${DIRECTORY}/@files`;
  const names = await tree.list(files, { signal });
  for (const { name } of names) await tree.stat(`${files}/${name}`, COMPLETE);
  const filesMs = performance.now() - beganMs - runMs;
  return { runMs, filesMs, files: names.length };
}

async function scalars(of: House): Promise<object> {
  for (const run of of.history.catalogue.runs.values()) await run.update();
  const wanted = { runs: null, tags: new Set(SCALARS) };
  const entries = await scalarEntries(providerOver(of, { maxResponsePoints: 1e6 }), wanted, IMAGE_STEPS);
  const points = entries.flatMap(({ tags }) => tags.map(([, { steps }]) => steps.length));
  return { points: points.reduce((sum, count) => sum + count, 0) };
}

async function readEvents({ tree }: House): Promise<number> {
  await tree.stat(DIRECTORY, COMPLETE);
  await using file = await tree.open(await eventPath(tree, DIRECTORY), COMPLETE);
  // All of it is in the cache by now.
  source.forget();
  let bytes = 0;
  const whole = { start: 0, end: file.node.size };
  for await (const piece of piecesOf(file.read(whole, { signal, transient: true }))) bytes += piece.length;
  return bytes;
}

/** What somebody does, and the most that gauges of memory said meanwhile. */
async function gauged(of: House, work: () => Promise<object>): Promise<object> {
  const peaks = { mediaBytes: 0, segmentBytes: 0 };
  const look = async () => {
    const { body } = await of.metrics.expose();
    const gauge = (name: string) => Number(new RegExp(`^wandb_logdir_${name} (\\S+)$`, 'm').exec(body)?.[1]);
    peaks.mediaBytes = Math.max(peaks.mediaBytes, gauge('media_memory_bytes'));
    peaks.segmentBytes = Math.max(peaks.segmentBytes, gauge('block_cache_bytes'));
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  try {
    return { ...(await work()), ...peaks };
  } finally {
    clearInterval(timer);
  }
}
