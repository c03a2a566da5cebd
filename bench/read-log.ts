/**
 * Measures reading one `.wandb` log to its end: `node dist-bench/bench/read-log.js DIRECTORY [ROUNDS]`, where
 * DIRECTORY is a wandb folder with one run. Prints one JSON line per round. @module
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createMetrics, silentLogger } from '../src/observability/index.ts';
import { createWandbLocalSource } from '../src/sources/index.ts';

const [path, rounds = '3'] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: read-log DIRECTORY [ROUNDS]');
const { signal } = new AbortController();

for (let round = 0; round < Number(rounds); round++) console.log(JSON.stringify(await measure(path)));

async function measure(directory: string): Promise<object> {
  const metrics = createMetrics({ processMetrics: false });
  const source = createWandbLocalSource({ path: directory, logger: silentLogger(), metrics, watch: 'off' });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const cpu = process.cpuUsage();
  const start = performance.now();
  const [run] = await source.listRuns({ signal });
  if (run === undefined) throw new Error(`${directory}: no run there`);
  let rows = 0;
  let points = 0;
  let peakRssBytes = 0;
  delay.enable();
  for await (const { records } of source.read(run.key, { after: null, signal })) {
    for (const record of records) {
      if (record.kind !== 'history') continue;
      rows++;
      points += record.values.length;
    }
    peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss());
  }
  delay.disable();
  const { user, system } = process.cpuUsage(cpu);
  return {
    run: run.key.runId,
    rows,
    points,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakRssMegabytes: peakRssBytes / 1e6,
    longestBlockMs: delay.max / 1e6,
  };
}
