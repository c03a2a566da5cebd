/** Two hundred readers over all doors at once, for half a minute or for five: how long they wait, and what memory that takes. @module */

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, Figure } from '../bench.ts';
import { writeClonedRuns } from '../cloned-runs.ts';
import { MixedLoad } from '../mixed-load.ts';
import { startProgram } from '../server-process.ts';
import type { Workshop } from '../workshop.ts';

const READERS = 200;
const SECONDS = 30;
const LONG_SECONDS = 300;
const SHAPE = { project: 'load', runs: 20, tags: 8, rows: 5000 };
const RUNS = Array.from({ length: SHAPE.runs }, (_, i) => `acme/load/load-${`${i}`.padStart(4, '0')}`);
/** After which memory is looked at again: caches are full by then. */
const SETTLED_SHARE = 0.4;
const ALONE = { better: 'less', peer: null, goal: null } as const;

export const load: Bench = {
  name: 'load',
  title: `${READERS} readers without a pause over pages, listings, WebHDFS and ranges`,
  run,
};

async function* run(workshop: Workshop): AsyncIterable<Figure> {
  const seconds = workshop.isLong ? LONG_SECONDS : SECONDS;
  const folder = workshop.memoryFolder();
  const source = join(folder, 'wandb');
  writeClonedRuns(source, SHAPE);
  const where = { source, cacheDir: join(folder, 'cache'), portFile: join(folder, 'port') };
  await using server = await startProgram(workshop.program, where);
  const before = server.rssMegabytes();
  const readers = await MixedLoad.start({ url: server.url, readers: READERS, runs: RUNS });
  await delay(seconds * SETTLED_SHARE * 1000);
  const settled = server.rssMegabytes();
  await delay(seconds * (1 - SETTLED_SHARE) * 1000);
  const after = server.rssMegabytes();
  const { requests, bytes, p50Ms, p99Ms, maxMs } = await readers.stop();
  if (readers.errors.length > 0) throw new Error(`wrong answers: ${readers.errors.slice(0, 3).join('; ')}`);
  yield {
    ...ALONE,
    what: `answers a second, ${seconds} s`,
    unit: '/s',
    better: 'more',
    ours: requests / seconds,
  };
  yield { ...ALONE, what: '… bytes a second', unit: 'MB/s', better: 'more', ours: bytes / seconds / 1e6 };
  yield { ...ALONE, what: '… half are whole after', unit: 'ms', ours: p50Ms };
  yield { ...ALONE, what: '… 99 of 100 are whole after', unit: 'ms', ours: p99Ms };
  yield { ...ALONE, what: '… the slowest', unit: 'ms', ours: maxMs };
  yield { ...ALONE, what: '… wrong or missing', unit: 'answers', ours: readers.errors.length };
  yield { ...ALONE, what: 'memory before', unit: 'MB', ours: before };
  yield { ...ALONE, what: `… after ${seconds * SETTLED_SHARE} s`, unit: 'MB', ours: settled };
  yield { ...ALONE, what: '… at the end', unit: 'MB', ours: after };
  yield { ...ALONE, what: '… at its peak', unit: 'MB', ours: server.peakRssMegabytes() };
}
