/** A server that refuses the key: nothing that was kept of it is shown. An outage is something else. @module */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import { REFRESH } from '../../../src/history/index.ts';
import { OPERATOR } from '../../../src/namespace/index.ts';
import type { RunSource } from '../../../src/sources/index.ts';
import { cloudSource } from '../../support/cloud.ts';
import { buildHouse, type House, readWhole, signal } from '../../support/house.ts';
import { localSource, type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';
import {
  answerStatus,
  type Effect,
  graphqlErrors,
  replaceAt,
  startWandbServer,
  type WandbServer,
} from '../../support/wandb-server/index.ts';

let server: WandbServer;
let folder: TemporaryFolder;
beforeEach(async () => {
  server = await startWandbServer();
  folder = await temporaryFolder();
  for (const name of ['open', 'closed']) {
    const run = server.store.project('acme', name).addRun({ id: 'one', rows: [{ loss: 1 }, { loss: 2 }] });
    run.finish();
  }
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** A house over a project, or over all of an entity, with the cache of the test. */
async function house(project: string | null, more: readonly RunSource[] = []): Promise<House> {
  const { source } = await cloudSource(server, { entity: 'acme', project });
  return await buildHouse({ sources: [...more, source], cacheDir: folder.path });
}

const runsIn = async ({ tree }: House, project: string) => {
  const entries = await tree.list(`acme/${project}`, { signal }).catch(() => []);
  return entries.map(({ name }) => name);
};

const REFUSALS: readonly (readonly [string, Effect])[] = [
  ['does not accept the key', answerStatus(401)],
  ['does not allow it', answerStatus(403)],
  ['says so in words', graphqlErrors('permission denied', { keepsData: false })],
  ['knows of no such project', replaceAt(['project'], null)],
];

describe('what was kept of a server that', () => {
  it.each(REFUSALS)('%s is not shown at the start', async (_, refusal) => {
    await using before = await house('open');
    await readWhole(before.tree, 'acme/open/one/run.json');
    await before[Symbol.asyncDispose]();
    const fault = server.faults.add({ effect: refusal });
    await using now = await house('open');
    expect(await runsIn(now, 'open')).toEqual([]);
    await expect(now.tree.stat('acme/open/one', { signal, freshness: 'cached' })).rejects.toThrow();
    expect(now.overview.troubles).toMatchObject([{ source: 'cloud', isRefused: true }]);
    fault.remove();
    await now.history.relist();
    expect(await runsIn(now, 'open')).toEqual(['one']);
    expect(now.overview.troubles).toEqual([]);
  });

  it.each([
    ['is away', answerStatus(503)],
    ['hangs up', answerStatus(500)],
  ])('%s is shown', async (_, outage) => {
    await using before = await house('open');
    await before[Symbol.asyncDispose]();
    server.faults.add({ effect: outage });
    await using now = await house('open');
    expect(await runsIn(now, 'open')).toEqual(['one']);
    expect(now.overview.troubles).toMatchObject([{ isRefused: false }]);
  });
});

describe('a key that is revoked while the program runs', () => {
  it('takes the runs away at the next look at one of them, and a later outage does not bring them back', async () => {
    await using now = await house('open');
    const [run] = now.history.catalogue.runs.values();
    await run!.refresh(REFRESH.complete, { signal });
    const fault = server.faults.add({ effect: answerStatus(401) });
    await run!.refresh(REFRESH.complete, { signal });
    await expect.poll(() => now.history.catalogue.runs.size).toBe(0);
    expect(await runsIn(now, 'open')).toEqual([]);
    fault.remove();
    server.faults.add({ effect: answerStatus(503) });
    await now.history.relist();
    expect(await runsIn(now, 'open')).toEqual([]);
  });

  it('takes those of one project where it is closed there alone', async () => {
    await using now = await house(null);
    for (const project of ['open', 'closed']) expect(await runsIn(now, project)).toEqual(['one']);
    const isClosed = {
      when: ({ variables }: { variables: object }) => Object.values(variables).includes('closed'),
    };
    server.faults.add({ match: isClosed, effect: answerStatus(403) });
    const closed = now.namespace.visible(OPERATOR).project('acme', 'closed')!;
    await now.history.catalogue.refreshProject(closed, { signal });
    expect(await runsIn(now, 'closed')).toEqual([]);
    expect(await runsIn(now, 'open')).toEqual(['one']);
  });

  it('leaves of a run what a folder has of it', async () => {
    const row = (step: number) => ({ _step: step, _timestamp: 1.7e9 + step, loss: step });
    const sent = server.store.project('acme', 'shared').addRun({ id: 'abc', rows: [] });
    sent.append([0, 1, 2, 3, 4].map(row));
    sent.finish();
    const log = new WandbLogWriter().begin('abc', { project: 'shared' }).row(row(0)).row(row(1));
    await folder.write('w/run-20240101_000000-abc/run-abc.wandb', log.bytes());
    await using now = await house('shared', [localSource(`${folder.path}/w`)]);
    const rows = async () => {
      const [found] = [...now.history.catalogue.runs.values()].filter(({ key }) => key.runId === 'abc');
      expect(found!.key).toEqual(runKey('acme', 'shared', 'abc'));
      await found!.refresh(REFRESH.complete, { signal });
      return found!.log!.ledger.progress.rows;
    };
    expect(await rows()).toBe(5);
    const [name] = await runsIn(now, 'shared');
    server.faults.add({ effect: answerStatus(401) });
    await now.history.relist();
    expect(await rows()).toBe(2);
    expect(await runsIn(now, 'shared')).toEqual([name]);
    const json = JSON.parse(String(await readWhole(now.tree, `acme/shared/${name}/run.json`)));
    expect(json).toMatchObject({ history: { rows: 2, lastStep: 1 } });
  });
});

describe('a key that sees several entities', () => {
  it('shows those that are open where one is closed', async () => {
    server.store.project('lab', 'theirs').addRun({ id: 'x' });
    const { apiKeys } = server.store.addUser({ username: 'eve', teams: ['acme', 'lab'] });
    const [apiKey = ''] = apiKeys;
    const { source } = await cloudSource({ url: server.url, apiKey }, { entity: null, project: null });
    const names = async () =>
      (await source.listProjects({ signal })).map(({ project }) => project).toSorted();
    expect(await names()).toEqual(['closed', 'open', 'theirs']);
    const isOfLab = ({ variables }: { variables: object }) => Object.values(variables).includes('lab');
    server.faults.add({ match: { when: isOfLab }, effect: answerStatus(403) });
    expect(await names()).toEqual(['closed', 'open']);
    server.faults.add({ effect: answerStatus(401) });
    await expect(names()).rejects.toThrow('does not accept the API key');
  });
});
