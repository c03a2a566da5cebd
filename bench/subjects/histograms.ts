/**
 * An event file of 1,000 steps x 50 histograms of 64 bins, made of cached history and written to a file, in a process of its
 * own: `histograms CACHE TARGET`. Prints processor seconds: of folding and encoding, and of encoding alone.
 * @module
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import { type RunRecord, runKey } from '../../src/core/index.ts';
import { VIEW_VERSION } from '../../src/eventfile/index.ts';
import { piecesOf } from '../../src/tree/index.ts';
import { buildHouse, COMPLETE, eventPath, type House, signal } from '../../test/support/house.ts';
import { randomNumbers } from '../../test/support/random.ts';
import { HISTOGRAMS } from '../histogram-shape.ts';
import { median } from '../median.ts';
import { OneRunSource } from '../one-run-source.ts';

/** The first is left out, while the compiler is at work. */
const ROUNDS = 6;
const START_SECONDS = 1_700_000_000;
const KEY = runKey('team', 'histograms', 'run');
const DIRECTORY = [KEY.entity, KEY.project, KEY.runId].join('/');

const [cacheDir, target] = process.argv.slice(2);
if (cacheDir === undefined || target === undefined) throw new Error('usage: histograms CACHE TARGET');
console.log(JSON.stringify(await measure(cacheDir, target)));

async function measure(cache: string, path: string): Promise<object> {
  const source = new OneRunSource(KEY, records());
  await readIntoCache(source, cache);
  source.forget();
  const whole: number[] = [];
  const encoding: number[] = [];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    // A view of a version of its own has not been folded before.
    const options = { sources: [source], cacheDir: cache, viewVersion: VIEW_VERSION + 1000 + round };
    await using house = await buildHouse(options);
    const cpuSeconds = async () => {
      const before = process.cpuUsage();
      bytes = await write(house, path);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1e6;
    };
    whole.push(await cpuSeconds());
    encoding.push(await cpuSeconds());
  }
  return {
    ...{ cpuSeconds: median(whole.slice(1)), encodingCpuSeconds: median(encoding.slice(1)) },
    ...{ firstCpuSeconds: whole[0], bytes },
  };
}

async function readIntoCache(source: OneRunSource, cache: string): Promise<void> {
  await using house = await buildHouse({ sources: [source], cacheDir: cache });
  for (const run of house.history.catalogue.runs.values()) await run.update();
}

async function write({ tree }: House, path: string): Promise<number> {
  await tree.stat(DIRECTORY, COMPLETE);
  await using file = await tree.open(await eventPath(tree, DIRECTORY), COMPLETE);
  const output = openSync(path, 'w');
  let bytes = 0;
  const whole = { start: 0, end: file.node.size };
  for await (const piece of piecesOf(file.read(whole, { signal, transient: true })))
    bytes += writeSync(output, piece);
  closeSync(output);
  return bytes;
}

function records(): readonly RunRecord[] {
  const random = randomNumbers(1);
  const { steps, tags } = HISTOGRAMS;
  const keys = Array.from({ length: tags }, (_, i) => `gradients/layer${String(i).padStart(2, '0')}.weight`);
  const shape = { keys: [] };
  const rows = Array.from({ length: steps }, (_, step): RunRecord => {
    const cells = keys.map((key) => ({ key, kind: 'json' as const, text: histogramJson(random) }));
    return { kind: 'history', step, timestamp: START_SECONDS + step / 2, shape, values: [], cells };
  });
  const facts = { displayName: 'histograms', startTime: START_SECONDS };
  return [{ kind: 'facts', facts }, ...rows, { kind: 'exit', exitCode: 0, runtimeSeconds: steps / 2 }];
}

/** What `wandb.Histogram` of values around 0 comes to, as Python writes JSON. */
function histogramJson(random: () => number): string {
  const { bins, values } = HISTOGRAMS;
  const [least, greatest] = [-3 - random(), 3 + random()];
  const edges = Array.from({ length: bins + 1 }, (_, i) => least + ((greatest - least) * i) / bins);
  const counts = Array.from({ length: bins }, (_, i) => {
    const middle = (edges[i]! + edges[i + 1]!) / 2;
    return Math.round(values * (edges[1]! - least) * 0.4 * Math.exp((-middle * middle) / 2) + random());
  });
  return `{"_type": "histogram", "values": [${counts.join(', ')}], "bins": [${edges.join(', ')}]}`;
}
