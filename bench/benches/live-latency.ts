/** How soon rows that reach the disk can be read: from the end of a write to the event file's growth. @module */

import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { randomNumbers } from '../../test/support/random.ts';
import type { Bench, Figure } from '../bench.ts';
import { growingLog } from '../cloned-runs.ts';
import { median } from '../median.ts';
import { startProgram } from '../server-process.ts';
import { eventFile, fileLength, listStatus } from '../web-hdfs.ts';
import type { Workshop } from '../workshop.ts';

/** The SDK hands its log to the system in blocks of this size. */
const BLOCK_BYTES = 32_768;
const BLOCKS = 40;
const TAGS = 8;
/** More rows than the blocks hold. */
const ROWS = 8000;
const POLL_EVERY_MS = 5;
/** Between two blocks, so that they meet any phase of what the server does by itself. */
const PAUSE_MS = { least: 300, most: 900 };
const TIMEOUT_MS = 30_000;

export const liveLatency: Bench = {
  name: 'live-latency',
  title: 'from a 32 KiB block of a growing log on disk to its rows in the event file, with the watcher',
  run,
};

async function* run(workshop: Workshop): AsyncIterable<Figure> {
  const folder = workshop.diskFolder();
  const directory = join(folder, 'wandb', 'run-20260101_000000-live0001');
  mkdirSync(directory, { recursive: true });
  const log = join(directory, 'run-live0001.wandb');
  const bytes = growingLog('live', 'live0001', TAGS, ROWS);
  if (bytes.length < (BLOCKS + 1) * BLOCK_BYTES) throw new Error(`the log has only ${bytes.length} bytes`);
  writeFileSync(log, bytes.subarray(0, BLOCK_BYTES));
  const where = {
    source: join(folder, 'wandb'),
    cacheDir: join(folder, 'cache'),
    portFile: join(folder, 'port'),
  };
  await using server = await startProgram(workshop.program, where);
  const directories = await listStatus(server.url, 'acme/live');
  const path = await eventFile(server.url, `acme/live/${directories[0]!.pathSuffix}`);
  const random = randomNumbers(1);
  const timesMs: number[] = [];
  for (let block = 1; block <= BLOCKS; block++) {
    const before = await fileLength(server.url, path);
    appendFileSync(log, bytes.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES));
    timesMs.push(await growthMs(server.url, path, before));
    await delay(PAUSE_MS.least + random() * (PAUSE_MS.most - PAUSE_MS.least));
  }
  const alone = { unit: 'ms', better: 'less', peer: null, goal: null } as const;
  yield { ...alone, what: 'rows readable after their block', ours: median(timesMs) };
  yield { ...alone, what: 'the longest wait', ours: Math.max(...timesMs) };
}

async function growthMs(url: string, path: string, before: number): Promise<number> {
  const startMs = performance.now();
  while ((await fileLength(url, path)) === before) {
    if (performance.now() - startMs > TIMEOUT_MS) throw new Error(`${path} never grew`);
    await delay(POLL_EVERY_MS);
  }
  return performance.now() - startMs;
}
