/** Runs whose names hold a slash read as they are meant, are one directory, and are called alike in every door. */

import { describe, expect, it } from 'vitest';
import { runKey } from '../../src/core/index.ts';
import { describeEveryDoor } from '../support/every-door.ts';
import { buildHouse, type House, signal } from '../support/house.ts';
import { providerOver } from '../support/provider.ts';
import { factsRecord, row } from '../support/records.ts';
import { ScriptedSource } from '../support/scripted-source.ts';

const NAMES = ['sweep/lr=0.1', 'sweep∕lr=0.1', 'sweep%2Flr=0.1', '/abs/', '../up'];
const DIRECTORIES = ['sweep∕lr=0.1', 'sweep%E2%88%95lr=0.1', 'sweep%252Flr=0.1', '∕abs∕', '..∕up'];

async function houseOf(names: readonly string[]): Promise<House> {
  const source = new ScriptedSource();
  for (const [i, name] of names.entries())
    source.add(runKey('acme', 'research', `id${i}`), [factsRecord(name), row(0, { loss: i })]);
  const house = await buildHouse({ sources: [source] });
  house.history.background.enqueueAll();
  await house.history.background.idle();
  return house;
}

describe('a run named with a slash', () => {
  describeEveryDoor((open) => {
    it('is one directory, another for each name', async () => {
      await using house = await houseOf(NAMES);
      await using door = await open(house.tree);
      const listed = await door.tree.list('acme/research', { signal });
      expect(listed.map(({ name }) => name).sort()).toEqual(DIRECTORIES.toSorted());
      for (const name of DIRECTORIES) {
        const files = await door.tree.list(`acme/research/${name}`, { signal });
        expect(files.some((file) => file.name.includes('tfevents'))).toBe(true);
      }
    });
  });

  it('is called so by the data provider', async () => {
    await using house = await houseOf(NAMES);
    const runs = await providerOver(house).runs({ signal });
    expect(runs.map(({ name }) => name).sort()).toEqual(DIRECTORIES.toSorted());
  });
});
