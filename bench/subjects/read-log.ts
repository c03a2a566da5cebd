/** Reads the one run of a wandb folder to its end, in a process of its own: `read-log DIRECTORY`. @module */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createMetrics, silentLogger } from '../../src/observability/index.ts';
import { createWandbLocalSource } from '../../src/sources/index.ts';

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: read-log DIRECTORY');
console.log(JSON.stringify(await measure(path)));

async function measure(directory: string): Promise<object> {
  const { signal } = new AbortController();
  const metrics = createMetrics({ processMetrics: false });
  const source = createWandbLocalSource({ path: directory, logger: silentLogger(), metrics, watch: 'off' });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const start = performance.now();
  const before = process.cpuUsage();
  const [run] = await source.listRuns({ signal });
  if (run === undefined) throw new Error(`${directory}: no run there`);
  let rows = 0;
  let points = 0;
  delay.enable();
  for await (const { records } of source.read(run.key, { after: null, signal })) {
    for (const record of records) {
      if (record.kind !== 'history' && record.kind !== 'columns') continue;
      rows += record.kind === 'columns' ? record.steps.length : 1;
      points += record.values.length;
    }
  }
  delay.disable();
  const { user, system } = process.cpuUsage(before);
  return {
    rows,
    points,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    // Kilobytes on Linux.
    peakRssMegabytes: process.resourceUsage().maxRSS / 1000,
    longestStallMs: delay.max / 1e6,
  };
}
