/** Serving one very large event file, against nginx sending the same bytes from memory. @module */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, Figure } from '../bench.ts';
import { rangeMs, rangesPerSecond, wholeSeconds } from '../http-load.ts';
import { interleaved } from '../median.ts';
import { Nginx } from '../nginx.ts';
import { ServerProcess } from '../server-process.ts';
import { eventFile, fileLength } from '../web-hdfs.ts';
import type { Workshop } from '../workshop.ts';

/** Rows of 8 values: 204 bytes of events each, so 1 GiB and a little. A multiple of the source's batches. */
const ROWS = 1285 * 4096;
const ROUNDS = 7;
const SMALL = 4096;
const LARGE = 131_072;
const WRK = { rounds: 5, seconds: 3 };
const SINGLE = { rounds: 3, count: 2000 };
/** Of the block cache's 128 MiB: what a reader goes over again and again is in it. */
const WARM_BYTES = 96 * 2 ** 20;

interface Site {
  readonly ours: ServerProcess;
  readonly url: string;
  readonly nginxUrl: string;
  readonly bytes: number;
  readonly folder: string;
}

export const serve: Bench = {
  name: 'serve',
  title: '1 GiB of events over HTTP, against nginx (sendfile, the same bytes as a file in memory)',
  run,
};

async function* run(workshop: Workshop): AsyncIterable<Figure> {
  workshop.require('nginx', 'wrk', 'curl');
  const folder = workshop.memoryFolder();
  const portFile = join(folder, 'port');
  const subject = fileURLToPath(new URL('../subjects/serve.js', import.meta.url));
  const words = [subject, join(folder, 'cache'), portFile, String(ROWS)];
  await using ours = await ServerProcess.start({ words, portFile });
  const path = await eventFile(ours.url, 'team/project/long');
  const url = `${ours.url}/logdir/${path}`;
  execFileSync('curl', ['-s', '-o', join(folder, 'events'), url]);
  await using nginx = await Nginx.start(folder);
  const bytes = await fileLength(ours.url, path);
  yield* measure({ ours, url, nginxUrl: `${nginx.url}/events`, bytes, folder });
}

async function* measure(site: Site): AsyncIterable<Figure> {
  const { ours, url, bytes } = site;
  const urls = [url, site.nginxUrl];
  const whole = await interleaved(ROUNDS, urls, (of) => wholeSeconds(of, bytes));
  const gibibytes = (bytes / 2 ** 30).toFixed(2);
  yield { ...pair(whole), what: `GET of ${gibibytes} GiB`, unit: 's', better: 'less', goal: { ratio: 0.9 } };
  for (const [rangeBytes, goal] of [
    [SMALL, { ratio: 0.5 }],
    [LARGE, null],
  ] as const) {
    const load = { rangeBytes, spreadBytes: WARM_BYTES, seconds: WRK.seconds, folder: site.folder };
    const rates = await interleaved(WRK.rounds, urls, (of) => rangesPerSecond(of, load));
    yield {
      ...pair(rates),
      what: `${rangeText(rangeBytes)} ranges, 16 connections, warm`,
      unit: '/s',
      better: 'more',
      goal,
    };
  }
  for (const [state, spreadBytes, goal] of [
    ['warm', WARM_BYTES, { value: 1 }],
    ['over the whole file', bytes, null],
  ] as const) {
    const load = { rangeBytes: LARGE, spreadBytes, count: SINGLE.count };
    const times = await interleaved(SINGLE.rounds, urls, (of) => rangeMs(of, load));
    yield {
      ...pair(times),
      what: `one random ${rangeText(LARGE)} range, ${state}`,
      unit: 'ms',
      better: 'less',
      goal,
    };
  }
  const peak = ours.peakRssMegabytes();
  yield { what: 'peak memory of all this', unit: 'MB', better: 'less', ours: peak, peer: null, goal: null };
}

function pair([ours, nginx]: readonly number[]): Pick<Figure, 'ours' | 'peer'> {
  return { ours: ours!, peer: { name: 'nginx', value: nginx! } };
}

function rangeText(bytes: number): string {
  return `${bytes / 1024} KiB`;
}
