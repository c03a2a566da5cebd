/** Which event files may still grow: a door that keeps their bytes elsewhere must know. @module */

import { expect, it } from 'vitest';
import { type RunState, runKey } from '../../../src/core/index.ts';
import { buildHouse, COMPLETE, eventPath, type House, signal } from '../../support/house.ts';
import { exitRecord, factsRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const KEY = runKey('acme', 'research', 'abc');
const RUN = 'acme/research/sunny';
const ROWS = Array.from({ length: 20_000 }, (_, step) => row(step, { loss: step }));

async function mayGrow(house: House): Promise<boolean> {
  await using file = await house.tree.open(await eventPath(house.tree, RUN), {
    signal,
    freshness: 'refresh',
  });
  return file.mayGrow;
}

it.each([
  ['running', true],
  ['crashed', true],
  ['finished', false],
  ['failed', false],
] as const)('of a run that is %s: %s', async (state, expected) => {
  const source = new ScriptedSource();
  source.state = async (): Promise<RunState> => state;
  source.add(KEY, [factsRecord('sunny'), ...ROWS.slice(0, 10)]);
  await using house = await buildHouse({ sources: [source] });
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  expect(await mayGrow(house)).toBe(expected);
});

it('of a run that has ended and is still being read', async () => {
  const source = new ScriptedSource();
  source.state = async () => 'finished';
  source.add(KEY, [factsRecord('sunny'), ...ROWS.slice(0, 10)]);
  await using house = await buildHouse({ sources: [source] });
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  source.batchSize = 1000;
  source.pauseMs = 80;
  source.push(KEY, ...ROWS.slice(10), exitRecord());
  // Opening waits a second at most; reading takes longer.
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(await mayGrow(house)).toBe(true);
  source.pauseMs = 0;
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  expect(await mayGrow(house)).toBe(false);
});
