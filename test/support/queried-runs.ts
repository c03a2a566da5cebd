/** Three runs that queries tell apart. @module */

import { afterAll, beforeAll } from 'vitest';
import { runKey } from '../../src/core/index.ts';
import type { OpenDoor } from './every-door.ts';
import { buildHouse, COMPLETE, type House, type HouseOptions, signal } from './house.ts';
import { configRecord, exitRecord, factsRecord, row, summaryRecord } from './records.ts';
import { ScriptedSource } from './scripted-source.ts';

/** Names of their directories. */
export const THREE_RUNS = ['first', 'second', 'third'] as const;
const TAGS: Readonly<Record<string, readonly string[]>> = {
  first: ['a', 'a/b'],
  second: ['a/b/c', '=x', 'ü 1'],
  third: ['..', '100%'],
};

/** In `e/p`: `val/loss` falls from one to the next, and so does the learning rate. */
export async function threeRuns(
  options: Pick<HouseOptions, 'views'> = {},
): Promise<{ readonly house: House; readonly source: ScriptedSource }> {
  const source = new ScriptedSource();
  for (const [i, name] of THREE_RUNS.entries()) {
    const { facts } = factsRecord(name, 1.7e9 + i) as { readonly facts: object };
    source.add(runKey('e', 'p', `id${i}`), [
      { kind: 'facts', facts: { ...facts, tags: TAGS[name]! } },
      configRecord({ lr: 1 / (i + 1), model: `m/${i}` }),
      row(0, { loss: i }),
      summaryRecord({ 'val/loss': 10 - i, loss: i }),
      exitRecord(i === 2 ? 1 : 0),
    ]);
  }
  const house = await buildHouse({ sources: [source], ...options });
  for (const name of THREE_RUNS) await house.tree.stat(`e/p/${name}/run.json`, COMPLETE);
  return { house, source };
}

/** The three runs behind a door, for the tests of a `describe`. */
export function threeRunsBehind(open: (tree: House['tree']) => Promise<OpenDoor>) {
  let house: House;
  let door: OpenDoor;
  beforeAll(async () => {
    ({ house } = await threeRuns());
    door = await open(house.tree);
  });
  afterAll(async () => {
    await door[Symbol.asyncDispose]();
    await house[Symbol.asyncDispose]();
  });
  return {
    own: () => house.tree,
    tree: () => door.tree,
    namesAt: async (path: string) => (await door.tree.list(path, { signal })).map(({ name }) => name),
  };
}
