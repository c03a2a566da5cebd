/** A server's projects as directories: how few requests they take, and what stays when the server does not. */

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { cloudSource } from '../../support/cloud.ts';
import { readEvents, scalarsOf } from '../../support/event-reader.ts';
import {
  buildHouse,
  COMPLETE,
  collect,
  eventPath,
  type House,
  readWhole,
  signal,
} from '../../support/house.ts';
import { temporaryFolder } from '../../support/local-runs.ts';
import { MovingClock } from '../../support/moving-clock.ts';
import { scaled } from '../../support/scale.ts';
import {
  answerStatus,
  type Project,
  startWandbServer,
  type WandbServer,
} from '../../support/wandb-server/index.ts';

const REFRESH_MS = 30_000;
const HOUR_MS = 3_600_000;
/** Of runs that nothing happens to. */
const FINISHED = scaled(50, 1000);

interface CloudHouse extends AsyncDisposable {
  readonly server: WandbServer;
  readonly project: Project;
  readonly house: House;
  readonly clock: MovingClock;
}

/** A house over one project of a server, or over all that its key sees. */
async function cloudHouse(
  fill: (project: Project, server: WandbServer) => void,
  {
    cacheDir,
    project: name = 'vision' as string | null,
  }: { cacheDir?: string; project?: string | null } = {},
): Promise<CloudHouse> {
  const server = await startWandbServer();
  const project = server.store.project('acme', 'vision');
  fill(project, server);
  const clock = new MovingClock(Date.now());
  const cloud = await cloudSource(
    server,
    { entity: 'acme', project: name },
    { clock, refreshIntervalMs: REFRESH_MS },
  );
  const house = await buildHouse({ sources: [cloud.source], clock, ...(cacheDir && { cacheDir }) });
  return {
    ...{ server, project, house, clock },
    [Symbol.asyncDispose]: async () => {
      await house[Symbol.asyncDispose]();
      await cloud[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** A look as TensorBoard takes it: every directory, the size of every event file, the bytes of those that grew. */
async function poll(
  { tree }: House,
  seen: Map<string, number>,
  isWatched = (_: string) => true,
): Promise<void> {
  for (const { name } of await tree.list('acme/vision', { signal })) {
    const directory = `acme/vision/${name}`;
    if (!isWatched(name)) continue;
    for (const node of await tree.list(directory, { signal })) {
      if (node.kind !== 'file' || !node.name.includes('tfevents')) continue;
      await using file = await tree.open(`${directory}/${node.name}`, { signal, freshness: 'refresh' });
      const start = seen.get(directory) ?? 0;
      await collect(file.read({ start, end: file.node.size }, { signal }));
      seen.set(directory, file.node.size);
    }
  }
}

const finished = (project: Project, count: number) => {
  for (let i = 0; i < count; i++) {
    const run = project.addRun({ id: `done${i}`, rows: [{ loss: i }, { loss: i + 1 }] });
    run.finish();
  }
};

describe('requests', () => {
  it('are none when a run is opened again', async () => {
    await using cloud = await cloudHouse((project) => finished(project, 1));
    const path = await eventPath(cloud.house.tree, 'acme/vision/done0');
    const first = await readWhole(cloud.house.tree, path);
    cloud.server.requests.reset();
    expect(await readWhole(cloud.house.tree, path)).toEqual(first);
    expect(cloud.server.requests.count()).toBe(0);
  });

  it('are none when a run was read before a restart, apart from the listing', async () => {
    await using cache = await temporaryFolder();
    const server = await startWandbServer();
    const project = server.store.project('acme', 'vision');
    finished(project, 5);
    const read = async () => {
      const cloud = await cloudSource(server, { entity: 'acme', project: 'vision' });
      await using house = await buildHouse({ sources: [cloud.source], cacheDir: cache.path });
      await readWhole(house.tree, await eventPath(house.tree, 'acme/vision/done3'));
      await cloud[Symbol.asyncDispose]();
    };
    await read();
    server.requests.reset();
    await read();
    expect(server.requests.tally()).toEqual({ Runs: expect.any(Number) });
    await server[Symbol.asyncDispose]();
  });

  it(`are one for each refresh in an hour of 20 live and ${FINISHED} finished runs that nothing happens to`, async () => {
    await using cloud = await cloudHouse((project) => {
      finished(project, FINISHED);
      for (let i = 0; i < 20; i++) project.addRun({ id: `live${i}`, rows: [{ loss: 1 }] });
    });
    const seen = new Map<string, number>();
    await poll(cloud.house, seen);
    await cloud.house.history.background.idle();
    await poll(cloud.house, seen);
    cloud.server.requests.reset();
    // Every run was read; of the finished ones a few are looked at again, as all would be, but for the time it takes here.
    for (let passedMs = 0; passedMs < HOUR_MS; passedMs += REFRESH_MS / 2) {
      cloud.clock.advance(REFRESH_MS / 2);
      await poll(cloud.house, seen, (name) => !/^done\d\d\d/.test(name));
    }
    expect(cloud.server.requests.count()).toBeLessThanOrEqual(HOUR_MS / REFRESH_MS);
  }, 120_000);

  it('are none while nobody reads', async () => {
    await using cloud = await cloudHouse((project) => finished(project, 10));
    cloud.house.history.watch();
    await poll(cloud.house, new Map());
    await cloud.house.history.background.idle();
    // What was listed is listed anew a tenth of a second later.
    await delay(300);
    cloud.server.requests.reset();
    cloud.clock.advance(HOUR_MS);
    await delay(300);
    expect(cloud.server.requests.count()).toBe(0);
  });

  it('for runs that only look are those of the listing', async () => {
    await using cloud = await cloudHouse((project) => finished(project, 100));
    const { tree } = cloud.house;
    for (const { name } of await tree.list('acme/vision', { signal }))
      await tree.list(`acme/vision/${name}`, { signal });
    expect(Object.keys(cloud.server.requests.tally())).toEqual(['Runs']);
  });

  it('are one detail and its rows however many read one run at once', async () => {
    await using cloud = await cloudHouse((project) => finished(project, 1));
    const path = await eventPath(cloud.house.tree, 'acme/vision/done0');
    cloud.server.requests.reset();
    await Promise.all(Array.from({ length: 50 }, () => readWhole(cloud.house.tree, path)));
    expect(cloud.server.requests.count({ operation: 'RunDetail' })).toBe(1);
    expect(cloud.server.requests.count({ operation: 'HistoryPage' })).toBe(1);
  });
});

describe('projects of an entity', () => {
  it('are directories whose runs are listed when somebody opens them', async () => {
    const fill = (project: Project, server: WandbServer) => {
      finished(project, 3);
      server.store.project('acme', 'speech').addRun({ id: 's', rows: [{ wer: 1 }] });
    };
    await using cloud = await cloudHouse(fill, { project: null });
    const { tree } = cloud.house;
    const names = async (path: string) => (await tree.list(path, { signal })).map(({ name }) => name);
    expect(await names('acme')).toEqual(['speech', 'vision']);
    expect(cloud.server.requests.count({ operation: 'Runs' })).toBe(0);
    expect(await names('acme/vision')).toEqual(['done0', 'done1', 'done2']);
    expect(cloud.server.requests.count({ operation: 'Runs' })).toBe(1);
    const event = await eventPath(tree, 'acme/speech/s');
    expect((await readWhole(tree, event)).length).toBeGreaterThan(0);
  });
});

describe('a server that is away', () => {
  it('is no reason to lose what was read: it is served, and goes on once the server is back', async () => {
    await using cloud = await cloudHouse((project) => finished(project, 2));
    const { tree, history } = cloud.house;
    const path = await eventPath(tree, 'acme/vision/done0');
    const before = await readWhole(tree, path);
    const outage = cloud.server.faults.add({ effect: answerStatus(503) });
    cloud.clock.advance(REFRESH_MS + 1);
    expect((await tree.list('acme/vision', { signal })).map(({ name }) => name)).toEqual(['done0', 'done1']);
    expect(await readWhole(tree, path)).toEqual(before);
    expect([...history.catalogue.runs.values()][0]!.failure).toMatchObject({ code: 'unavailable' });
    outage.remove();
    cloud.project.run('done0').append([{ loss: 9 }]);
    cloud.clock.advance(REFRESH_MS + 60_001);
    const after = await readWhole(tree, path);
    expect(after.length).toBeGreaterThan(before.length);
    expect(after.subarray(0, before.length)).toEqual(before);
  });

  it('is no reason to start without its runs: those listed before are there, and what of them was read', async () => {
    await using cache = await temporaryFolder();
    const server = await startWandbServer();
    finished(server.store.project('acme', 'vision'), 3);
    const open = async () => {
      const cloud = await cloudSource(
        server,
        { entity: 'acme', project: 'vision' },
        { retryPolicy: { retries: 0 } },
      );
      return await buildHouse({ sources: [cloud.source], cacheDir: cache.path });
    };
    let bytes: Buffer;
    {
      await using house = await open();
      bytes = await readWhole(house.tree, await eventPath(house.tree, 'acme/vision/done1'));
      // The list is kept in the background.
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    server.faults.add({ effect: answerStatus(502) });
    await using house = await open();
    expect((await house.tree.list('acme/vision', { signal })).length).toBe(3);
    expect(await readWhole(house.tree, await eventPath(house.tree, 'acme/vision/done1'))).toEqual(bytes);
    await server[Symbol.asyncDispose]();
  });
});

describe('a run whose history went back', () => {
  it('has what is left of it, of all keys, in a file of another name', async () => {
    await using cloud = await cloudHouse((project) => {
      project.addRun({
        id: 'r',
        rows: Array.from({ length: 50 }, (_, i) => ({ loss: i, lr: i, _timestamp: 1000 + i })),
      });
    });
    const { tree } = cloud.house;
    const path = await eventPath(tree, 'acme/vision/r');
    await readWhole(tree, path);
    cloud.project.run('r').rewind(9);
    cloud.project.run('r').append([{ loss: 1, _timestamp: 2000 }]);
    cloud.clock.advance(REFRESH_MS + 1);
    await tree.stat('acme/vision/r/run.json', COMPLETE);
    const after = await eventPath(tree, 'acme/vision/r');
    expect(after).not.toBe(path);
    const scalars = scalarsOf(readEvents(await readWhole(tree, after)));
    const steps = (tag: string) => scalars.get(tag)!.map(([step]) => step);
    expect([steps('lr'), steps('loss').length]).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 11]);
  });

  it('because the run was deleted leaves the catalogue and keeps nobody from reading the others', async () => {
    await using cloud = await cloudHouse((project) => finished(project, 3));
    const { tree } = cloud.house;
    const path = await eventPath(tree, 'acme/vision/done1');
    await readWhole(tree, path);
    cloud.project.deleteRun('done1');
    cloud.clock.advance(REFRESH_MS + 1);
    await cloud.house.history.catalogue.refresh({ signal });
    expect((await tree.list('acme/vision', { signal })).map(({ name }) => name)).toEqual(['done0', 'done2']);
    await expect(tree.open(path, COMPLETE)).rejects.toMatchObject({ code: 'not-found' });
    expect((await readWhole(tree, await eventPath(tree, 'acme/vision/done2'))).length).toBeGreaterThan(0);
  });
});
