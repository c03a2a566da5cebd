/**
 * The page of a project whose runs were all read, with a table of them, in a process of its own: `table-page`. Prints
 * milliseconds of a GET, of processor time for it (server and client), and of the longest stall of the event loop meanwhile.
 * @module
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { runKey } from '../../src/core/index.ts';
import { buildHouse } from '../../test/support/house.ts';
import { ask, serveTree } from '../../test/support/http-door.ts';
import { ScriptedSource } from '../../test/support/scripted-source.ts';
import { catalogueRecords } from '../catalogue-records.ts';
import { TABLE } from '../catalogue-shape.ts';
import { median } from '../median.ts';

const ROUNDS = 15;
const COLUMNS = Array.from({ length: TABLE.columns }, (_, i) =>
  i % 2 === 0 ? `columns=config.param${i / 2}` : `columns=summary.metric${(i - 1) / 2}`,
);
const PATHS = {
  usual: '/p/team/many',
  wide: `/p/team/many?limit=${TABLE.runs}&sort=-summary.metric1&${COLUMNS.join('&')}`,
} as const;

console.log(JSON.stringify(await measure()));

async function measure(): Promise<object> {
  const source = new ScriptedSource();
  for (let i = 0; i < TABLE.runs; i++) source.add(runKey('team', 'many', `r${i}`), catalogueRecords(i));
  await using house = await buildHouse({ sources: [source] });
  for (const run of house.history.catalogue.runs.values()) await run.update();
  await using server = await serveTree(house.tree, { overview: house.overview });
  const measured: Record<string, object> = {};
  for (const [name, path] of Object.entries(PATHS)) {
    await ask(server, path);
    // Its resolution is added to each delay.
    const stalls = monitorEventLoopDelay({ resolution: 1 });
    stalls.enable();
    const times: number[] = [];
    const cpuTimes: number[] = [];
    let bytes = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const startMs = performance.now();
      const before = process.cpuUsage();
      const { status, body } = await ask(server, path);
      if (status !== 200) throw new Error(`${path}: HTTP ${status}`);
      times.push(performance.now() - startMs);
      const { user, system } = process.cpuUsage(before);
      cpuTimes.push((user + system) / 1000);
      bytes = body.length;
    }
    measured[name] = { ms: median(times), cpuMs: median(cpuTimes), longestStallMs: stalls.max / 1e6, bytes };
  }
  return measured;
}
