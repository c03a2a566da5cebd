/** Runs of a server that nobody has read: shown at once from what the server sums up, exact with the next look. @module */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DataProvider } from '../../../src/series/index.ts';
import { type CloudSource, cloudSource } from '../../support/cloud.ts';
import { buildHouse, type House, signal } from '../../support/house.ts';
import { localSource, temporaryFolder } from '../../support/local-runs.ts';
import {
  EVERYTHING,
  listSeries,
  pluginOf,
  providerOver,
  readScalars,
  selection,
  sessionOf,
} from '../../support/provider.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';
import { answerStatus, startWandbServer, type WandbServer } from '../../support/wandb-server/index.ts';

let server: WandbServer;
let cloud: CloudSource;
let house: House;
let provider: DataProvider;
beforeEach(async () => {
  server = await startWandbServer();
});
afterEach(async () => {
  await house?.[Symbol.asyncDispose]();
  await cloud?.[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** Runs with 20 metrics and 100 rows each, finished. */
function addRuns(count: number): void {
  const project = server.store.project('acme', 'big');
  const columns = Object.fromEntries(
    Array.from({ length: 20 }, (_, tag) => [`metric${tag}`, (step: number) => step + tag]),
  );
  for (let i = 0; i < count; i++) {
    const rows = Array.from({ length: 100 }, (_, step) =>
      Object.fromEntries(Object.entries(columns).map(([key, valueAt]) => [key, valueAt(step)])),
    );
    project.addRun({ id: `run${i}`, config: { lr: i / 10 }, rows }).finish();
  }
}

async function open(): Promise<void> {
  cloud = await cloudSource(server, { entity: 'acme', project: 'big' }, { refreshIntervalMs: 30_000 });
  house = await buildHouse({ sources: [cloud.source] });
  provider = providerOver(house);
}

const read = async (tag: string, points = 1000) =>
  await readScalars(provider, selection(null, [tag]), points);

describe('a thousand runs that were never read', () => {
  it('are listed, and one card of them is drawn, in at most 40 requests', async () => {
    addRuns(1000);
    await open();
    expect((await provider.plugins({ signal })).map(({ name }) => name)).toEqual(['scalars', 'hparams']);
    expect(await provider.runs({ signal })).toHaveLength(1000);
    const listed = await provider.list(pluginOf('scalars'), EVERYTHING, { signal });
    expect([listed.length, listed[0]!.tags.length]).toEqual([1000, 20]);
    const sessions = await listSeries(provider, 'hparams', EVERYTHING);
    expect(sessionOf(sessions['run7']!['_hparams_/session_start_info'])).toMatchObject({
      sessionStartInfo: { hparams: { lr: { numberValue: 0.7 } } },
    });
    const card = await read('metric3');
    expect(Object.keys(card)).toHaveLength(1000);
    const { steps, values } = card['run500']!['metric3']!;
    expect(steps.length).toBeLessThanOrEqual(50);
    expect([...values]).toEqual([...steps].map((step) => step + 3));
    await read('metric3');
    expect(server.requests.count({})).toBeLessThanOrEqual(40);
    expect(server.requests.count({ operation: 'RunDetail' })).toBe(0);
  }, 60_000);
});

describe('a few runs that were never read', () => {
  beforeEach(async () => {
    addRuns(3);
    await open();
  });

  it('have their newest values without a row being asked for', async () => {
    const { run1 } = await read('metric2', 1);
    expect([...run1!['metric2']!.values]).toEqual([101]);
  });

  it('are exact with the next look at the latest', async () => {
    await expect.poll(async () => (await read('metric1'))['run2']?.['metric1']?.steps.length).toBe(100);
    await expect
      .poll(async () => Object.keys((await listSeries(provider, 'text', EVERYTHING))['run2'] ?? {}))
      .toContain('wandb/overview');
    expect(server.requests.count({ operation: 'RunDetail' })).toBe(3);
  });

  it('are not asked about again while nothing has moved', async () => {
    await expect.poll(async () => (await read('metric1'))['run2']?.['metric1']?.steps.length).toBe(100);
    const before = server.requests.count({});
    for (let i = 0; i < 5; i++) await provider.list(pluginOf('scalars'), EVERYTHING, { signal });
    await read('metric5');
    expect(server.requests.count({})).toBe(before);
  });
});

describe('a server that does not take many runs at a time', () => {
  it('is asked for fewer, and what one run costs it does not hide the others', async () => {
    addRuns(12);
    server.faults.add({ match: { operation: 'RunPreviews' }, effect: answerStatus(502), times: 2 });
    await open();
    const listed = await listSeries(provider, 'scalars', EVERYTHING);
    expect(Object.keys(listed)).toHaveLength(12);
  });

  it('that sums up nothing at all leaves runs to their history', async () => {
    addRuns(2);
    server.faults.add({ match: { operation: 'RunPreviews' }, effect: answerStatus(502) });
    server.faults.add({ match: { operation: 'RunSamples' }, effect: answerStatus(502) });
    await open();
    await provider.list(pluginOf('scalars'), EVERYTHING, { signal });
    await expect
      .poll(async () => (await read('metric1'))['run1']?.['metric1']?.steps.length, { timeout: 10_000 })
      .toBe(100);
  });

  it('that sums up nothing at all has its runs read for the lists, too', async () => {
    addRuns(2);
    server.faults.add({ match: { operation: 'RunPreviews' }, effect: answerStatus(502) });
    await open();
    await expect
      .poll(async () => (await provider.plugins({ signal })).map(({ name }) => name), { timeout: 10_000 })
      .toEqual(['scalars', 'text', 'hparams']);
    expect((await listSeries(provider, 'scalars', EVERYTHING))['run1']).toHaveProperty('metric1');
  });
});

describe('runs that a folder has as well', () => {
  it('are listed as the server sums them up, and exact with the next look', async () => {
    addRuns(2);
    await using folder = await temporaryFolder();
    for (const id of ['run0', 'run1']) {
      const log = new WandbLogWriter().begin(id, { project: 'big' });
      for (let step = 0; step < 100; step++)
        log.row({ metric1: step + 1, _step: step, _timestamp: 1.7e9 + step });
      await folder.write(`wandb/run-20240101_000000-${id}/run-${id}.wandb`, log.exit().bytes());
    }
    cloud = await cloudSource(server, { entity: 'acme', project: 'big' }, { refreshIntervalMs: 30_000 });
    house = await buildHouse({ sources: [localSource(folder.path), cloud.source] });
    provider = providerOver(house);
    expect((await provider.plugins({ signal })).map(({ name }) => name)).toContain('scalars');
    const listed = await listSeries(provider, 'scalars', EVERYTHING);
    expect(Object.values(listed).map((tags) => 'metric1' in tags)).toEqual([true, true]);
    await expect
      .poll(async () => Object.values(await read('metric1')).map((tags) => tags['metric1']?.steps.length))
      .toEqual([100, 100]);
  });
});
