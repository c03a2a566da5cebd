/** What is listed of a server: projects, runs, their states; and how few requests that takes. @module */

import { describe, expect, it } from 'vitest';
import { LogdirError, runKey } from '../../../src/core/index.ts';
import type { RunListing } from '../../../src/sources/index.ts';
import { timeMs } from '../../../src/sources/wandb-cloud/graphql/answer-schemas.ts';
import { cloudSource } from '../../support/cloud.ts';
import { MovingClock } from '../../support/moving-clock.ts';
import { startWandbServer } from '../../support/wandb-server/index.ts';

const { signal } = new AbortController();
const MINUTE_MS = 60_000;
const REFRESH = { refreshIntervalMs: 30_000 };

const ids = (listings: readonly RunListing[]) => listings.map(({ key }) => key.runId).sort();

describe('the runs of a project', () => {
  it('are listed with what W&B says of them', async () => {
    await using server = await startWandbServer();
    const project = server.store.project('acme', 'vision');
    project.addRun({
      ...{ id: 'r1', displayName: 'baseline', state: 'finished', group: 'g', jobType: 'train' },
      rows: [{ loss: 1 }],
    });
    await using cloud = await cloudSource(server, { entity: 'acme', project: 'vision' });
    const [listing] = await cloud.source.listRuns({ signal });
    expect(listing).toMatchObject({
      key: runKey('acme', 'vision', 'r1'),
      ...{ displayName: 'baseline', group: 'g', jobType: 'train', state: 'finished', isStartCertain: true },
      locations: [`${server.url}/acme/vision/runs/r1`],
    });
    expect(listing!.startTime).toBeGreaterThan(1e9);
  });

  it.each([
    ['running', 'running'],
    ['pending', 'running'],
    ['finished', 'finished'],
    ['failed', 'failed'],
    ['killed', 'failed'],
    ['preempted', 'failed'],
    ['crashed', 'crashed'],
  ] as const)('that W&B calls %s are %s', async (state, ours) => {
    await using server = await startWandbServer();
    server.store.project('acme', 'p').addRun({ id: 'r' }).set({ state });
    await using cloud = await cloudSource(server, { entity: 'acme', project: 'p' });
    await cloud.source.listRuns({ signal });
    expect(await cloud.source.state(runKey('acme', 'p', 'r'), null, { signal })).toBe(ours);
  });

  it('are listed in a few requests, a thousand of them', async () => {
    await using server = await startWandbServer();
    const project = server.store.project('acme', 'big');
    for (let i = 0; i < 1000; i++) project.addRun({ id: `run${i}` });
    await using cloud = await cloudSource(server, { entity: 'acme', project: 'big' }, REFRESH);
    expect((await cloud.source.listRuns({ signal })).length).toBe(1000);
    expect(server.requests.count({})).toBeLessThanOrEqual(25);
  });

  it('that are renamed without a heartbeat are looked at again in turn, a hundred with each look', async () => {
    const clock = new MovingClock(Date.now());
    await using server = await startWandbServer();
    const project = server.store.project('acme', 'p');
    for (let i = 0; i < 250; i++) project.addRun({ id: `run${i}`, createdAt: 1.7e12 + i * 1000 });
    await using cloud = await cloudSource(server, { entity: 'acme', project: 'p' }, { ...REFRESH, clock });
    await cloud.source.listRuns({ signal });
    project.run('run7').set({ displayName: 'seven' });
    project.run('run160').set({ displayName: 'hundred and sixty' });
    server.requests.reset();
    const names: (string | null)[][] = [];
    for (let look = 0; look < 3; look++) {
      clock.advance(MINUTE_MS);
      const listings = await cloud.source.listRuns({ signal });
      names.push(
        listings
          .map(({ displayName }) => displayName)
          .filter((name) => name !== null && !name.startsWith('run')),
      );
    }
    expect(names).toEqual([['seven'], ['seven', 'hundred and sixty'], ['seven', 'hundred and sixty']]);
    expect(server.requests.count()).toBe(3);
  });

  it('are asked for once however many look, and not again within the interval', async () => {
    await using server = await startWandbServer();
    server.store.project('acme', 'p').addRun({ id: 'r' });
    const clock = new MovingClock();
    await using cloud = await cloudSource(server, { entity: 'acme', project: 'p' }, { ...REFRESH, clock });
    await Promise.all(Array.from({ length: 20 }, () => cloud.source.listRuns({ signal })));
    clock.advance(29_000);
    await cloud.source.listRuns({ signal });
    expect(server.requests.count({})).toBe(1);
    clock.advance(2000);
    await cloud.source.listRuns({ signal });
    expect(server.requests.count({})).toBe(2);
  });

  it('are asked for again by an interval that may change meanwhile', async () => {
    await using server = await startWandbServer();
    server.store.project('acme', 'p').addRun({ id: 'r' });
    const clock = new MovingClock();
    let intervalMs = 30_000;
    const options = { refreshIntervalMs: () => intervalMs, clock };
    await using cloud = await cloudSource(server, { entity: 'acme', project: 'p' }, options);
    await cloud.source.listRuns({ signal });
    intervalMs = 5000;
    clock.advance(6000);
    await cloud.source.listRuns({ signal });
    expect(server.requests.count({})).toBe(2);
    intervalMs = 60_000;
    clock.advance(MINUTE_MS - 1);
    await cloud.source.listRuns({ signal });
    expect(server.requests.count({})).toBe(2);
  });

  it('take one request for what has moved: new runs, new rows, new states', async () => {
    const now = new MovingClock();
    await using server = await startWandbServer({ now: () => now.now() });
    const project = server.store.project('acme', 'p');
    const heartbeatAt = now.now() - MINUTE_MS;
    for (let i = 0; i < 300; i++) project.addRun({ id: `old${i}`, state: 'finished', heartbeatAt });
    const live = project.addRun({ id: 'live', state: 'running', rows: [{ loss: 1 }] });
    await using cloud = await cloudSource(
      server,
      { entity: 'acme', project: 'p' },
      { ...REFRESH, clock: now },
    );
    await cloud.source.listRuns({ signal });
    server.requests.reset();
    now.advance(MINUTE_MS);
    live.append([{ loss: 0.5 }]);
    project.addRun({ id: 'new' });
    const listings = await cloud.source.listRuns({ signal });
    expect([listings.length, server.requests.count({})]).toEqual([302, 1]);
    now.advance(MINUTE_MS);
    live.finish(0);
    await cloud.source.listRuns({ signal });
    expect(await cloud.source.state(live_, null, { signal })).toBe('finished');
    expect(server.requests.count({})).toBe(2);
  });
  const live_ = runKey('acme', 'p', 'live');

  it('that are deleted are gone at the next look', async () => {
    const now = new MovingClock();
    await using server = await startWandbServer({ now: () => now.now() });
    const project = server.store.project('acme', 'p');
    for (const id of ['a', 'b', 'c']) project.addRun({ id });
    await using cloud = await cloudSource(
      server,
      { entity: 'acme', project: 'p' },
      { ...REFRESH, clock: now },
    );
    await cloud.source.listRuns({ signal });
    project.deleteRun('b');
    now.advance(MINUTE_MS);
    expect(ids(await cloud.source.listRuns({ signal }))).toEqual(['a', 'c']);
  });

  it('are listed by servers that know fewer fields', async () => {
    const missing = ['Run.updatedAt', 'Run.historyLineCount', 'Run.eventsLineCount', 'Project.runCount'];
    await using server = await startWandbServer({ missing });
    server.store.project('acme', 'p').addRun({ id: 'r', rows: [{ loss: 1 }] });
    await using cloud = await cloudSource(server, { entity: 'acme', project: 'p' });
    expect(ids(await cloud.source.listRuns({ signal }))).toEqual(['r']);
    server.requests.reset();
    await cloud.source.listRuns({ signal });
    expect(server.requests.count({})).toBe(1);
  });

  it('may be one run alone', async () => {
    await using server = await startWandbServer();
    const project = server.store.project('acme', 'p');
    for (const id of ['a', 'b']) project.addRun({ id });
    await using cloud = await cloudSource(server, { entity: 'acme', project: 'p', runId: 'b' });
    expect(ids(await cloud.source.listRuns({ signal }))).toEqual(['b']);
    await using missing = await cloudSource(server, { entity: 'acme', project: 'p', runId: 'nope' });
    await expect(missing.source.listRuns({ signal })).rejects.toThrow(/no run nope of project acme\/p/);
  });

  it('of a project that is not there, or that the key may not see, are told of as such', async () => {
    await using server = await startWandbServer();
    server.store.project('acme', 'secret').addRun({ id: 'r' });
    for (const [project, apiKey] of [
      ['nothing', undefined],
      ['secret', null],
    ] as const) {
      await using cloud = await cloudSource(
        server,
        { entity: 'acme', project },
        apiKey === null ? { apiKey } : {},
      );
      const failure: unknown = await cloud.source.listRuns({ signal }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(LogdirError);
      expect(failure).toMatchObject({
        code: 'not-found',
        message: expect.stringMatching(/no project acme\/.*check the spelling/),
      });
    }
  });

  it('of a public project need no key', async () => {
    await using server = await startWandbServer();
    server.store.project('acme', 'open', { access: 'public' }).addRun({ id: 'r' });
    await using cloud = await cloudSource(server, { entity: 'acme', project: 'open' }, { apiKey: null });
    expect(ids(await cloud.source.listRuns({ signal }))).toEqual(['r']);
  });
});

describe('projects', () => {
  it('are those of the key: its user and their teams', async () => {
    await using server = await startWandbServer();
    server.store.project('acme', 'one').addRun({ id: 'r' });
    server.store.project('acme', 'two');
    await using cloud = await cloudSource(server, {});
    const projects = await cloud.source.listProjects({ signal });
    expect(projects.map(({ entity, project }) => `${entity}/${project}`).sort()).toEqual([
      'acme/one',
      'acme/two',
    ]);
    // Nobody has looked into one.
    expect(server.requests.count({ operation: 'Runs' })).toBe(0);
    expect(await cloud.source.listRuns({ signal })).toEqual([]);
    expect(ids(await cloud.source.listRuns({ signal, project: projects[0]! })).length).toBeLessThan(2);
  });

  it('of one entity need no viewer', async () => {
    await using server = await startWandbServer();
    server.store.project('acme', 'one');
    await using cloud = await cloudSource(server, { entity: 'acme' });
    expect((await cloud.source.listProjects({ signal })).length).toBe(1);
    expect(server.requests.count({ operation: 'Viewer' })).toBe(0);
  });

  it('may be named without their entity: that of the key', async () => {
    await using server = await startWandbServer();
    server.store.project('acme', 'one').addRun({ id: 'r' });
    await using cloud = await cloudSource(server, { entity: '', project: 'one' });
    expect(ids(await cloud.source.listRuns({ signal }))).toEqual(['r']);
  });

  it('of nobody are refused with where to get a key', async () => {
    await using server = await startWandbServer();
    await using cloud = await cloudSource(server, {}, { apiKey: null });
    await expect(cloud.source.listProjects({ signal })).rejects.toThrow(
      /does not know who asks.*wandb login/s,
    );
  });
});

describe('times', () => {
  it.each([
    ['2024-05-01T12:00:00Z', Date.UTC(2024, 4, 1, 12)],
    ['2024-05-01T12:00:00', Date.UTC(2024, 4, 1, 12)],
    ['2024-05-01T12:00:00.123456', Date.UTC(2024, 4, 1, 12, 0, 0, 123)],
    ['2024-05-01T12:00:00+02:00', Date.UTC(2024, 4, 1, 10)],
    ['yesterday', null],
    [null, null],
  ])('%s', (text, ms) => {
    expect(timeMs(text)).toBe(ms);
  });
});
