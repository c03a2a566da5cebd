/**
 * `npm run bench -- [NAME…] [--skip NAME]… [--torch] [--long]`: measures the program against its peers, each pair in the
 * same run, and prints a table. @module
 */

import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Bench, Figure } from './bench.ts';
import { cloud } from './benches/cloud.ts';
import { dataProvider } from './benches/data-provider.ts';
import { encode } from './benches/encode.ts';
import { firstPicture } from './benches/first-picture.ts';
import { growth } from './benches/growth.ts';
import { histograms } from './benches/histograms.ts';
import { images } from './benches/images.ts';
import { liveLatency } from './benches/live-latency.ts';
import { load } from './benches/load.ts';
import { mount } from './benches/mount.ts';
import { queries } from './benches/queries.ts';
import { readLog } from './benches/read-log.ts';
import { door, serve } from './benches/serve.ts';
import { start } from './benches/start.ts';
import { thousandRuns } from './benches/thousand-runs.ts';
import { machineText, tableText } from './table.ts';
import { MissingTool, Workshop } from './workshop.ts';

const BENCHES: readonly Bench[] = [
  start,
  readLog,
  encode,
  cloud,
  serve,
  door,
  load,
  mount,
  thousandRuns,
  queries,
  dataProvider,
  growth,
  liveLatency,
  images,
  firstPicture,
  histograms,
];

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    skip: { type: 'string', multiple: true, default: [] },
    torch: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
  },
});

function chosen(): readonly Bench[] {
  const known = BENCHES.map(({ name }) => name);
  const unknown = [...names, ...options.skip].filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no bench ${unknown.join(', ')}: choose from ${known.join(', ')}`);
  return BENCHES.filter(
    ({ name }) => (names.length === 0 || names.includes(name)) && !options.skip.includes(name),
  );
}

async function runBench(bench: Bench): Promise<void> {
  using workshop = new Workshop({ torch: options.torch, long: options.long });
  const figures: Figure[] = [];
  console.log(`\n## ${bench.name}: ${bench.title}\n`);
  try {
    for await (const figure of bench.run(workshop)) figures.push(figure);
  } catch (error) {
    if (!(error instanceof MissingTool)) throw error;
    console.log(`skipped: ${error.message}\n`);
  }
  if (figures.length > 0) console.log(tableText(figures));
}

console.log(`${new Date().toISOString().slice(0, 10)}, ${machineText()}, load ${loadavg()[0]?.toFixed(1)}`);
for (const bench of chosen()) await runBench(bench);
