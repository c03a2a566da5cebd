/** Which runs are meant, asked of a server: one request, as little as is needed, and older servers all the same. */

import { describe, expect, it } from 'vitest';
import { type EntityName, LogdirError, type ProjectName } from '../../../src/core/index.ts';
import type { RunFinder, RunsWanted } from '../../../src/sources/index.ts';
import { type CloudSource, cloudSource } from '../../support/cloud.ts';
import { signal } from '../../support/house.ts';
import { MovingClock } from '../../support/moving-clock.ts';
import {
  answerStatus,
  type ServerOptions,
  startWandbServer,
  type WandbServer,
} from '../../support/wandb-server/index.ts';

const PLACE = { entity: 'acme' as EntityName, project: 'research' as ProjectName };
const BEST: RunsWanted = { ...PLACE, conditions: [], order: { path: 'loss', goal: 'min' }, limit: 3 };

/** So many runs; `loss` falls by one from each to the next, and half of them share one. */
async function projectOf(
  count: number,
  options: ServerOptions = {},
  lossOf: (i: number) => number = (i) => count - i,
): Promise<WandbServer> {
  const server = await startWandbServer(options);
  const project = server.store.project('acme', 'research');
  for (let i = 0; i < count; i++)
    project.addRun({ id: `r${i}`, summary: { loss: lossOf(i), other: i }, config: { lr: i, model: 'm' } });
  return server;
}

const finderOf = ({ source }: CloudSource): RunFinder => source.finder!;

function requests(server: WandbServer): number {
  return server.requests.count({ operation: 'MeantRuns' });
}

async function idsOf(finder: RunFinder, wanted: RunsWanted): Promise<readonly string[]> {
  return (await finder.find(wanted, { signal })).map(({ runId }) => runId);
}

describe('the finder of runs of a server', () => {
  it('asks for the best in their order, and for a page of them alone', async () => {
    await using server = await projectOf(200);
    await using cloud = await cloudSource(server, PLACE);
    const ids = await idsOf(finderOf(cloud), BEST);
    expect(ids.slice(0, 3)).toEqual(['r199', 'r198', 'r197']);
    expect(ids.length).toBeLessThan(100);
    expect(requests(server)).toBe(1);
  });

  it('goes on while runs are as good as the last that is needed', async () => {
    await using server = await projectOf(200, {}, () => 1);
    await using cloud = await cloudSource(server, PLACE);
    expect(await idsOf(finderOf(cloud), BEST)).toHaveLength(200);
  });

  it('sends conditions along, and gets the keys that they are about', async () => {
    await using server = await projectOf(20);
    await using cloud = await cloudSource(server, PLACE);
    const conditions = [{ field: 'config', path: 'lr', comparison: '>=', value: '18' }] as const;
    const found = await finderOf(cloud).find({ ...PLACE, conditions, order: null, limit: null }, { signal });
    expect(found).toEqual([
      { runId: 'r18', config: [{ path: ['lr'], json: '18' }], summary: [] },
      { runId: 'r19', config: [{ path: ['lr'], json: '19' }], summary: [] },
    ]);
  });

  it('takes config and summary whole of servers that do not give single keys', async () => {
    await using server = await projectOf(5, { missing: ['Run.config.keys', 'Run.summaryMetrics.keys'] });
    await using cloud = await cloudSource(server, PLACE);
    expect((await idsOf(finderOf(cloud), BEST)).slice(0, 2)).toEqual(['r4', 'r3']);
  });

  it('asks once within the refresh interval, for all who ask at once too', async () => {
    const clock = new MovingClock();
    await using server = await projectOf(5);
    await using cloud = await cloudSource(server, PLACE, { refreshIntervalMs: 30_000, clock });
    const finder = finderOf(cloud);
    await Promise.all([idsOf(finder, BEST), idsOf(finder, BEST)]);
    await idsOf(finder, BEST);
    expect(requests(server)).toBe(1);
    clock.advance(31_000);
    await idsOf(finder, BEST);
    expect(requests(server)).toBe(2);
  });

  it('says what it said last while its server is away, and fails where it has said nothing', async () => {
    await using server = await projectOf(5);
    await using cloud = await cloudSource(server, PLACE, { retryPolicy: { retries: 0 } });
    const finder = finderOf(cloud);
    const before = await idsOf(finder, BEST);
    server.faults.add({ match: {}, effect: answerStatus(503) });
    expect(await idsOf(finder, BEST)).toEqual(before);
    await expect(idsOf(finder, { ...BEST, limit: 4 })).rejects.toThrow(LogdirError);
  });
});
