/** The tree of a caller with some rights: when they end, and what it tells of the server's machine. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogdirError, runKey } from '../../../src/core/index.ts';
import { OPERATOR } from '../../../src/namespace/index.ts';
import { createTree } from '../../../src/tree/index.ts';
import { buildHouse, type House, readWhole, signal } from '../../support/house.ts';
import { factsRecord, row } from '../../support/records.ts';
import { Somebody } from '../../support/restricted-caller.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const LOCATIONS = ['/srv/secret/wandb', 'https://wandb.ai/e/p/runs/a'];

let source: ScriptedSource;
let house: House;
beforeEach(async () => {
  source = new ScriptedSource();
  source.locations = LOCATIONS;
  source.add(runKey('e', 'p', 'a'), [factsRecord('first', 1.7e9), row(0, { loss: 1 })]);
  house = await buildHouse({ sources: [source] });
});
afterEach(() => house[Symbol.asyncDispose]());

const treeOf = (caller: Parameters<House['namespace']['visible']>[0]) => createTree({ ...house, caller });

it('shows no run in a listing that waits while rights end', async () => {
  const caller = new Somebody('e');
  const tree = treeOf(caller);
  expect((await tree.list('e/p', { signal })).map(({ name }) => name)).toEqual(['first']);
  const listing = tree.list('e/p', { signal });
  caller.loseRights();
  expect(await listing).toEqual([]);
});

describe('run.json', () => {
  const sourceIn = async (caller: Parameters<typeof treeOf>[0]) =>
    JSON.parse((await readWhole(treeOf(caller), 'e/p/first/run.json')).toString()).source;

  it('names places on the web alone to who sees some projects', async () => {
    expect((await sourceIn(OPERATOR)).locations).toEqual(LOCATIONS);
    expect((await sourceIn(new Somebody('e'))).locations).toEqual(LOCATIONS.slice(1));
  });

  it('keeps to itself why a run could not be read further', async () => {
    source.failure = new LogdirError('unavailable', 'the disk of /srv/secret is away');
    expect((await sourceIn(OPERATOR)).failure).toContain('/srv/secret');
    expect((await sourceIn(new Somebody('e'))).failure).toBe(
      'it could not be read further: ask whoever runs this',
    );
  });
});
