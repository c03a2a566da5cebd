/** What pages tell a caller with some rights of sources and of the server's machine. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogdirError, runKey } from '../../../src/core/index.ts';
import { createOverview } from '../../../src/overview/index.ts';
import { buildHouse, type House, signal } from '../../support/house.ts';
import { factsRecord, row } from '../../support/records.ts';
import { Somebody } from '../../support/restricted-caller.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const LOCATIONS = ['/srv/secret/wandb', 'http://wandb.example/e/p/runs/a', 'https://wandb.ai/e/p/runs/a'];
const AWAY = new LogdirError('unavailable', 'the disk of /srv/secret is away');

let ours: ScriptedSource;
let theirs: ScriptedSource;
let house: House;
beforeEach(async () => {
  ours = new ScriptedSource({ origin: 'ours' });
  theirs = new ScriptedSource({ origin: 'theirs' });
  ours.locations = LOCATIONS;
  ours.add(runKey('e', 'p', 'a'), [factsRecord('first', 1.7e9), row(0, { loss: 1 })]);
  theirs.add(runKey('hidden', 'q', 'b'), [factsRecord('second', 1.8e9)]);
  house = await buildHouse({ sources: [ours, theirs] });
});
afterEach(() => house[Symbol.asyncDispose]());

const overviewOf = (...entities: readonly string[]) =>
  createOverview({ ...house, caller: new Somebody(...entities) });

it('names of where a run lies the web addresses alone', async () => {
  expect((await house.overview.run('e', 'p', 'a', { signal })).locations).toEqual(LOCATIONS);
  expect((await overviewOf('e').run('e', 'p', 'a', { signal })).locations).toEqual(LOCATIONS.slice(1));
});

it('keeps to itself why a run could not be read further', async () => {
  expect((await overviewOf('e').run('e', 'p', 'a', { signal })).failure).toBeNull();
  ours.push(runKey('e', 'p', 'a'), row(1, { loss: 2 }));
  ours.failure = AWAY;
  const [run] = house.history.catalogue.runs.values();
  await run!.update().catch(() => undefined);
  expect((await house.overview.run('e', 'p', 'a', { signal })).failure).toContain('/srv/secret');
  expect((await overviewOf('e').run('e', 'p', 'a', { signal })).failure).toBe(
    'it could not be read further: ask whoever runs this',
  );
});

describe('trouble with sources', () => {
  const troublesOf = (...entities: readonly string[]) => overviewOf(...entities).troubles;

  it('is told, without a name, to who sees something of the source', async () => {
    theirs.failure = AWAY;
    await house.history.relist();
    expect(house.overview.troubles.map(({ message }) => message)).toEqual([AWAY.message]);
    expect(troublesOf('e')).toEqual([]);
    expect(troublesOf('hidden')).toMatchObject([
      { source: 'a source', message: 'it could not be listed: ask whoever runs this' },
    ]);
  });

  it('is not told to who sees no run without an owner, where the source has no other of that project', async () => {
    theirs.isEntityAssumed = true;
    await house.history.relist();
    theirs.failure = AWAY;
    await house.history.relist();
    const caller = new Somebody('hidden');
    const { troubles } = createOverview({ ...house, caller });
    expect(troubles).toHaveLength(1);
    caller.seesUnowned = false;
    expect(createOverview({ ...house, caller }).troubles).toEqual([]);
  });

  it('is told once to who sees nothing where no source can be listed', async () => {
    ours.failure = AWAY;
    theirs.failure = AWAY;
    await house.history.relist();
    expect(house.overview.troubles).toHaveLength(2);
    expect(troublesOf('e', 'hidden')).toHaveLength(2);
    expect(troublesOf('e')).toHaveLength(1);
    expect(troublesOf('nobody')).toHaveLength(1);
    expect(JSON.stringify(troublesOf('nobody'))).not.toMatch(/script|secret/);
  });
});
