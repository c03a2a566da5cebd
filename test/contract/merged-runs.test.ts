/** A run that a folder and a server both have is there by listing alone, in every door. */

import { describe, expect, it } from 'vitest';
import { describeEveryDoor } from '../support/every-door.ts';
import { collect, eventPath, signal } from '../support/house.ts';
import { type MergedHouse, mergedHouse } from '../support/merged-house.ts';
import { EVERYTHING, providerOver, readScalars } from '../support/provider.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';

const START = 1_700_000_000;
const ROWS = [0, 1, 2].map((step) => ({ _step: step, _timestamp: START + step, loss: step / 7 }));

/** Runs `one` and `two` are in a folder and on a server, which has one row more of each. */
async function bothHave(): Promise<MergedHouse> {
  const merged = await mergedHouse(async (folder, server) => {
    for (const id of ['one', 'two']) {
      const log = ROWS.reduce((writer, row) => writer.row(row), new WandbLogWriter().begin(id));
      await folder.write(`wandb/run-20231114_221320-${id}/run-${id}.wandb`, log.bytes());
      const run = server.store.project('acme', 'research').addRun({ id, createdAt: START * 1000 });
      run.append([...ROWS, { _step: 3, _timestamp: START + 3, loss: 3 }]);
    }
  });
  merged.house.history.background.enqueueAll();
  return merged;
}

/** Operations that ask for rows. */
const rowRequests = ({ server }: MergedHouse) =>
  Object.keys(server.requests.tally()).filter((operation) => !/^Runs/.test(operation));

describe('a run that a folder and a server both have', () => {
  describeEveryDoor((open) => {
    it('has its event file by listing alone', async () => {
      await using merged = await bothHave();
      await using door = await open(merged.house.tree);
      for (const name of ['one', 'two']) {
        const eventFile = async () => {
          const nodes = await door.tree.list(`acme/research/${name}`, { signal });
          return nodes.find((node) => node.name.includes('tfevents'));
        };
        await expect.poll(eventFile, { timeout: 5000 }).toMatchObject({ size: expect.any(Number) });
        expect((await eventFile())!.name).toMatch(`events.out.tfevents.${START}.${name}`);
      }
    });
  });

  it('is read to its end by who asks for that, whoever reads ahead at that moment', async () => {
    await using merged = await bothHave();
    const [run] = [...merged.house.history.catalogue.runs.values()];
    for (let i = 0; i < 5; i++) {
      const reading = [run!.readAhead(), run!.readAhead(), run!.update(), run!.readAhead()];
      await reading[2];
      expect([run!.status, run!.log?.ledger.progress.rows]).toEqual(['complete', 4]);
      await Promise.all(reading);
    }
  });

  it('costs the server nothing until somebody reads it', async () => {
    await using merged = await bothHave();
    const { tree, history } = merged.house;
    await history.background.idle();
    for (const name of ['one', 'two']) await tree.list(`acme/research/${name}`, { signal });
    await readScalars(providerOver(merged.house), { runs: new Set(), tags: null }, 10);
    expect(rowRequests(merged)).toEqual([]);
  });

  it('has all that the server has once its file is opened, after what was served before', async () => {
    await using merged = await bothHave();
    const { tree, history } = merged.house;
    await history.background.idle();
    const path = await eventPath(tree, 'acme/research/one');
    const read = async (freshness: 'cached' | 'complete') => {
      await using file = await tree.open(path, { signal, freshness });
      return await collect(file.read({ start: 0, end: Number.MAX_SAFE_INTEGER }, { signal }));
    };
    const before = await read('cached');
    expect(before.length).toBeGreaterThan(0);
    const after = await read('complete');
    expect(after.subarray(0, before.length)).toEqual(before);
    expect(after.length).toBeGreaterThan(before.length);
  });

  it('shows its points to TensorBoard, those of the server among them', async () => {
    await using merged = await bothHave();
    const provider = providerOver(merged.house);
    const points = async () => (await readScalars(provider, EVERYTHING, 100))['one']?.['loss']?.steps;
    await expect
      .poll(async () => Array.from((await points()) ?? []), { timeout: 10_000 })
      .toEqual([0, 1, 2, 3]);
  });
});
