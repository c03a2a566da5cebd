/** Which runs of a folder are the same as those of a server, when their logs name no entity. */

import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/namespace/index.ts';
import { type House, signal } from '../../support/house.ts';
import { neverAborted, type TemporaryFolder } from '../../support/local-runs.ts';
import { mergedHouse } from '../../support/merged-house.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';
import { answerStatus, type WandbServer } from '../../support/wandb-server/index.ts';

const START = 1_700_000_000;
const BOTH_ENTITIES = [{ entity: 'acme' }, { entity: 'ada' }];

interface Logged {
  readonly entity?: string;
  readonly project?: string;
  readonly start?: number;
  readonly resume?: boolean;
  readonly displayName?: string;
  readonly directory?: string;
}

async function log(folder: TemporaryFolder, id: string, logged: Logged = {}): Promise<void> {
  const { entity = '', start = START, directory = `run-20231114_221320-${id}`, ...run } = logged;
  const startTime = { seconds: Math.floor(start) };
  const writer = new WandbLogWriter().begin(id, { entity, startTime, ...run });
  writer.row({ _step: 0, _timestamp: start, loss: 0 });
  await folder.write(`wandb/${directory}/run-${id}.wandb`, writer.bytes());
}

function send(
  server: WandbServer,
  path: string,
  spec: { start?: number; lived?: number; displayName?: string } = {},
) {
  const [entity = '', project = '', id = ''] = path.split('/');
  const { start = START, lived = 10, ...facts } = spec;
  const times = { createdAt: start * 1000, heartbeatAt: (start + lived) * 1000 };
  server.store.project(entity, project).addRun({ id, ...times, ...facts });
}

/** Paths of runs, each with how many copies there are of it. */
async function shown({ history, namespace }: House): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const run of history.catalogue.runs.values()) {
    found[namespace.visible(OPERATOR).pathOf(run)!] = run.listing.locations.length;
  }
  return found;
}

describe('a log that names no entity', () => {
  it('is a copy of the run of its project, id and start on a server, and shown once, under that one', async () => {
    await using merged = await mergedHouse(async (folder, server) => {
      await log(folder, 'abc');
      send(server, 'acme/research/abc', { start: START + 4 });
    });
    expect(await shown(merged.house)).toEqual({ 'acme/research/abc': 2 });
    const { catalogue } = merged.house.history;
    const [run] = [...catalogue.runs.values()];
    await run!.update();
    expect(run!.failure).toBeNull();
    expect(run!.log!.ledger.progress.rows).toBe(1);
  });

  it.each([
    ['began at another time', { start: START + 3600 }],
    ['was resumed after the other had ended', { start: START + 36_000, resume: true }],
    ['is of another project', { project: 'other' }],
    ['names another entity', { entity: 'else' }],
  ])('is another run where it %s', async (_, logged) => {
    await using merged = await mergedHouse(async (folder, server) => {
      await log(folder, 'abc', logged);
      send(server, 'acme/research/abc');
    });
    expect(Object.values(await shown(merged.house))).toEqual([1, 1]);
  });

  it('is a copy of a run that began elsewhere and was resumed here', async () => {
    await using merged = await mergedHouse(async (folder, server) => {
      await log(folder, 'abc', { start: START + 36_000, resume: true });
      send(server, 'acme/research/abc', { lived: 40_000 });
    });
    expect(await shown(merged.house)).toEqual({ 'acme/research/abc': 2 });
  });

  it('is taken for neither of two runs of two entities that it might be, unless its name tells', async () => {
    await using merged = await mergedHouse(
      async (folder, server) => {
        for (const id of ['abc', 'named']) {
          await log(folder, id, { displayName: 'calm sea' });
          send(server, `acme/research/${id}`, { displayName: id === 'named' ? 'calm sea' : 'one' });
          send(server, `ada/research/${id}`, { displayName: 'two' });
        }
      },
      { scopes: BOTH_ENTITIES },
    );
    expect(await shown(merged.house)).toEqual({
      'acme/research/one': 1,
      'acme/research/calm sea': 2,
      'ada/research/two': 1,
      'ada/research/two~named': 1,
      'local/research/calm sea': 1,
    });
  });

  it('is taken for a copy of no run that the folder has under its entity as well', async () => {
    await using merged = await mergedHouse(async (folder, server) => {
      await log(folder, 'abc', { entity: 'acme' });
      await log(folder, 'abc', { directory: 'run-20231114_221321-abc' });
      send(server, 'acme/research/abc');
    });
    expect(await shown(merged.house)).toEqual({ 'acme/research/abc': 2, 'local/research/abc': 1 });
  });
});

describe('a log that spells its entity with capitals', () => {
  it('is a copy of the run of that entity', async () => {
    await using merged = await mergedHouse(async (folder, server) => {
      await log(folder, 'abc', { entity: 'Acme' });
      send(server, 'acme/research/abc');
    });
    expect(await shown(merged.house)).toEqual({ 'acme/research/abc': 2 });
  });
});

describe('a run keeps its place', () => {
  const relist = ({ history }: House) => history.catalogue.refresh({ signal: neverAborted });

  it('that it had before its server could be asked, and is shown once', async () => {
    const fault = { effect: answerStatus(503) };
    await using merged = await mergedHouse(async (folder, server) => {
      await log(folder, 'abc');
      send(server, 'acme/research/abc');
      server.faults.add(fault);
    });
    expect(await shown(merged.house)).toEqual({ 'local/research/abc': 1 });
    merged.server.faults.clear();
    await relist(merged.house);
    expect(await shown(merged.house)).toEqual({ 'local/research/abc': 2 });
  });

  it('when its server goes, or has it no more', async () => {
    await using merged = await mergedHouse(async (folder, server) => {
      await log(folder, 'abc');
      send(server, 'acme/research/abc');
    });
    const event = async () => (await merged.house.tree.list('acme/research/abc', { signal })).length;
    merged.server.store.project('acme', 'research').deleteRun('abc');
    await relist(merged.house);
    expect(await shown(merged.house)).toEqual({ 'acme/research/abc': 1 });
    merged.server.faults.add({ effect: answerStatus(503) });
    await relist(merged.house);
    expect(await shown(merged.house)).toEqual({ 'acme/research/abc': 1 });
    expect(await event()).toBeGreaterThan(0);
  });

  it('that it will have on its server, while that does not list it yet', async () => {
    await using merged = await mergedHouse(async (_, server) => send(server, 'acme/research/older'));
    const start = Math.floor(Date.now() / 1000);
    await log(merged.folder, 'new', { start });
    await log(merged.folder, 'offline', { start, directory: 'offline-run-20231114_221320-offline' });
    await relist(merged.house);
    const before = { 'acme/research/older': 1, 'local/research/offline': 1 };
    expect(await shown(merged.house)).toEqual({ ...before, 'acme/research/new': 1 });
    send(merged.server, 'acme/research/new', { start });
    await relist(merged.house);
    expect(await shown(merged.house)).toEqual({ ...before, 'acme/research/new': 2 });
    const [run] = [...merged.house.history.catalogue.runs.values()].filter(({ key }) => key.runId === 'new');
    await run!.update();
    expect(run!.failure).toBeNull();
  });

  it('under the server of many projects that has its own', async () => {
    await using merged = await mergedHouse(
      async (folder, server) => {
        await log(folder, 'abc');
        send(server, 'acme/research/abc');
        send(server, 'acme/other/abc');
      },
      { scopes: [{ entity: 'acme' }] },
    );
    expect(await shown(merged.house)).toEqual({ 'acme/research/abc': 2 });
  });
});
