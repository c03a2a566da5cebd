/** Serving one very large event file, against nginx sending the same bytes from memory. @module */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { againstNginx, type Goals } from '../against-nginx.ts';
import type { Bench, Figure } from '../bench.ts';
import { Nginx } from '../nginx.ts';
import { ServerProcess } from '../server-process.ts';
import { eventFile, fileLength } from '../web-hdfs.ts';
import type { Workshop } from '../workshop.ts';

/** Rows of 8 values, some 226 bytes of events each: 1.1 GiB. A multiple of the source's batches. */
const ROWS = 1285 * 4096;
const SERVE_GOALS: Goals = {
  whole: { ratio: 1 },
  small: { ratio: 0.6 },
  large: { ratio: 0.8 },
  single: { value: 1 },
};
const NO_GOALS: Goals = { whole: null, small: null, large: null, single: null };

/** A module of bench/subjects that serves one file: `MODULE PORT_FILE CACHE …`. */
interface Served {
  readonly module: string;
  readonly args: readonly string[];
  /** The file, or the directory of a run with an event file. */
  readonly path: string;
}

const SYNTHESIZED: Served = {
  module: 'serve.js',
  args: [String(ROWS)],
  path: 'team/project/long',
};

const REPEATED: Served = {
  module: 'door.js',
  args: [],
  path: 'team/project/run/events.out.tfevents.1.bench',
};

export const serve: Bench = {
  name: 'serve',
  title: '1.1 GiB of events synthesized as they are sent, against nginx (sendfile, a file in memory)',
  run: (workshop) => compare(workshop, SYNTHESIZED, SERVE_GOALS),
};

export const door: Bench = {
  name: 'door',
  title: 'the HTTP door alone, over bytes that are there already, against nginx (sendfile, a file in memory)',
  run: (workshop) => compare(workshop, REPEATED, NO_GOALS),
};

async function* compare(workshop: Workshop, served: Served, goals: Goals): AsyncIterable<Figure> {
  workshop.require('nginx', 'wrk', 'curl');
  const folder = workshop.memoryFolder();
  const portFile = join(folder, 'port');
  const subject = fileURLToPath(new URL(`../subjects/${served.module}`, import.meta.url));
  const words = [subject, portFile, join(folder, 'cache'), ...served.args];
  await using ours = await ServerProcess.start({ words, portFile });
  const path = served.path.includes('tfevents') ? served.path : await eventFile(ours.url, served.path);
  const url = `${ours.url}/logdir/${path}`;
  execFileSync('curl', ['-s', '--fail', '-o', join(folder, 'events'), url]);
  await using nginx = await Nginx.start(folder);
  const bytes = await fileLength(ours.url, path);
  yield* againstNginx({ url, nginxUrl: `${nginx.url}/events`, bytes, folder }, goals);
  const peak = ours.peakRssMegabytes();
  yield { what: 'peak memory of all this', unit: 'MB', better: 'less', ours: peak, peer: null, goal: null };
}
