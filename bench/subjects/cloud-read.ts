/**
 * Opens a project of the server that WANDB_BASE_URL names and reads all its event files from end to end, in a process of
 * its own: `cloud-read ENTITY/PROJECT CACHE`. The time begins when the program is loaded. @module
 */

import { type App, createApp, piecesOf } from '../../src/app/index.ts';
import { apiKeyFinder, loadSettings, readEnvironment } from '../../src/config/index.ts';
import { systemClock } from '../../src/core/index.ts';
import { createMetrics, silentLogger } from '../../src/observability/index.ts';

/** Files read at a time. */
const READERS = 16;

const [path, cacheDir] = process.argv.slice(2);
if (path === undefined || cacheDir === undefined) throw new Error('usage: cloud-read ENTITY/PROJECT CACHE');
const { signal } = new AbortController();
console.log(JSON.stringify(await measure(path, cacheDir)));

async function measure(project: string, folder: string): Promise<object> {
  const environment = readEnvironment();
  const { settings } = loadSettings({
    flags: { source: `wandb:${project}`, 'cache-dir': folder },
    environment,
  });
  const findApiKey = apiKeyFinder(environment, null);
  const parts = { logger: silentLogger(), metrics: createMetrics(), clock: systemClock };
  const common = { ...parts, findApiKey, noProxy: [], version: 'bench' };
  // The program loads what it asks a server by with the first request.
  await Promise.all([import('axios'), import('../../src/sources/wandb-cloud/connection/http-agents.ts')]);
  const used = process.cpuUsage();
  const start = performance.now();
  await using app = createApp({ ...settings, watch: 'off' }, common);
  await app.start({ signal });
  const runs = await app.tree.list(project, { signal });
  const listedSeconds = secondsSince(start);
  const bytes = await inTurns(runs, ({ name }) => readEvents(app, `${project}/${name}`));
  const seconds = secondsSince(start);
  const { user, system } = process.cpuUsage(used);
  const cpuSeconds = (user + system) / 1e6;
  const rows = await inTurns(runs, ({ name }) => rowsOf(app, `${project}/${name}`));
  const peakRssMegabytes = process.resourceUsage().maxRSS / 1000;
  const { requests } = app.serverReport();
  return { seconds, listedSeconds, cpuSeconds, runs: runs.length, rows, bytes, requests, peakRssMegabytes };
}

function secondsSince(startMs: number): number {
  return (performance.now() - startMs) / 1000;
}

/** The sum of what `of` gives of each item, some of them at a time. */
async function inTurns<T>(items: readonly T[], of: (item: T) => Promise<number>): Promise<number> {
  const queue = [...items];
  let sum = 0;
  const work = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      const number = await of(item);
      sum += number;
    }
  };
  await Promise.all(Array.from({ length: READERS }, work));
  return sum;
}

/** Bytes of the event file of a run, every one of them read. */
async function readEvents({ tree }: App, directory: string): Promise<number> {
  const file = (await tree.list(directory, { signal })).find(({ name }) => name.includes('tfevents'));
  if (file === undefined) throw new Error(`no event file in ${directory}`);
  await using open = await tree.open(`${directory}/${file.name}`, { signal, freshness: 'complete' });
  let bytes = 0;
  for await (const piece of piecesOf(
    open.read({ start: 0, end: open.node.size }, { signal, transient: true }),
  ))
    bytes += piece.length;
  return bytes;
}

/** History rows of a run, as its run.json tells. */
async function rowsOf({ tree }: App, directory: string): Promise<number> {
  await using open = await tree.open(`${directory}/run.json`, { signal, freshness: 'cached' });
  const pieces: Uint8Array[] = [];
  for await (const piece of piecesOf(open.read({ start: 0, end: open.node.size }, { signal })))
    pieces.push(piece);
  const { history } = JSON.parse(Buffer.concat(pieces).toString()) as { history: { rows: number } };
  return history.rows;
}
