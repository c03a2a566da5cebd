/**
 * The double of W&B's backend with finished runs of made-up rows, in a process of its own: `wandb-double PORT_FILE KEY
 * LATENCY_MS RUNS ROWS`. @module
 */

import { randomNumbers } from '../../test/support/random.ts';
import { type Run, startWandbServer } from '../../test/support/wandb-server/index.ts';
import { openReplayingDoor } from '../replaying-door.ts';
import { DOUBLE_ENTITY, DOUBLE_PROJECTS, METRICS } from '../wandb-double.ts';
import { announce } from './announcement.ts';

/** Samples of the machine, one every 15 s, of as many keys as a machine with one GPU has. */
const SAMPLES = 200;
const SAMPLED_KEYS = 12;
const METADATA = { os: 'Linux', python: '3.11.7', program: 'train.py', host: 'node-1', cpu_count: 32 };

const [portFile, apiKey, latencyMs, runCount, rowCount] = process.argv.slice(2);
if (portFile === undefined || apiKey === undefined)
  throw new Error('usage: wandb-double PORT_FILE KEY LATENCY_MS RUNS ROWS');
const server = await startWandbServer({
  ...{ apiKey, entity: DOUBLE_ENTITY },
  // Of requests to the API the door before it takes care.
  latencyMs: ({ origin }) => (origin === 'storage' ? Number(latencyMs) : 0),
});
const rows = { count: Number(rowCount), columns: curves(Number(rowCount)) };
for (const name of DOUBLE_PROJECTS) {
  for (let number = 0; number < Number(runCount); number++) {
    const run = server.store.project(DOUBLE_ENTITY, name).addRun({
      id: `run-${String(number).padStart(4, '0')}`,
      createdAt: 1_700_000_000_000 + number * 60_000,
      config: { learning_rate: 0.1 / (number + 1), seed: number },
      rows,
    });
    complete(run, name === 'parquet');
  }
}
announce(portFile, await openReplayingDoor(server.url, Number(latencyMs)));

/** Whatever the double works out when first asked, real servers have at hand. */
function complete(run: Run, isExported: boolean): void {
  run.addFile('wandb-metadata.json', JSON.stringify(METADATA));
  run.appendEvents({ count: SAMPLES, columns: machine() });
  run.finish();
  run.history.statistics();
  if (!isExported) return;
  run.exports.exportHistory();
  for (const file of run.exports.historyFiles) file.bytes.at(0);
}

function curves(count: number): Record<string, Float64Array> {
  const random = randomNumbers(1);
  return Object.fromEntries(
    METRICS.map((metric, i) => [
      metric,
      Float64Array.from({ length: count }, (_, step) => Math.sin(step / 1000 + i) + 0.1 * random()),
    ]),
  );
}

function machine(): Record<string, (sample: number) => number> {
  return Object.fromEntries(
    Array.from({ length: SAMPLED_KEYS }, (_, i) => [
      `system.gpu.0.value${i}`,
      (sample: number) => sample * i,
    ]),
  );
}
