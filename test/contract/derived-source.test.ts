/** Runs computed from others keep the promises of every source. @module */

import type { RunSource } from '../../src/sources/index.ts';
import { DerivedSource, type Recipe, recipesOfGroup } from '../../src/views/index.ts';
import { addMembers, memberKey } from '../support/grouped-runs.ts';
import { buildHouse, type House, signal } from '../support/house.ts';
import { exitRecord, row } from '../support/records.ts';
import { ScriptedSource } from '../support/scripted-source.ts';
import { describeSourceContract, type SourceFixture } from './source-contract.ts';

const MEMBERS = ['one', 'two', 'three'];
const ROWS = 1500;

/** The mean of three runs, one of which has ended and one of which went back. */
async function makeFixture(): Promise<SourceFixture> {
  const source = new ScriptedSource();
  source.batchSize = 500;
  const rows = (from: number, count: number, factor: number) =>
    Array.from({ length: count }, (_, i) =>
      row(from + i, { loss: factor * i, ...(i % 3 === 0 && { acc: i }) }),
    );
  addMembers(source, {
    one: [...rows(0, 900, 1), exitRecord()],
    two: [...rows(0, ROWS, 2)],
    three: [...rows(0, 400, 3), ...rows(200, ROWS - 200, 4)],
  });
  const house = await buildHouse({ sources: [source] });
  // A recipe is of its members as they were read.
  for (const id of MEMBERS) {
    const run = house.history.catalogue.runs.get(idOf(house, id))!;
    await run.update();
    await run.refreshState({ signal });
  }
  const made: Recipe[] = [recipeOf(house, MEMBERS)];
  const derivedOf = (recipes: readonly Recipe[]): DerivedSource => {
    const derived = new DerivedSource({ history: house.history, reading: 'eager' });
    for (const recipe of recipes) derived.define(recipe);
    return derived;
  };
  const derived: DerivedSource = derivedOf(made);
  let step = ROWS;
  return {
    source: derived,
    reopened: (): RunSource => derivedOf(made),
    grow: async () => {
      for (let count = 0; count < 5; count++, step++) {
        for (const id of ['two', 'three']) source.push(memberKey(id), row(step, { loss: step }));
      }
      for (const id of MEMBERS) await house.history.catalogue.runs.get(idOf(house, id))!.update();
    },
    addRun: async () => {
      const recipe = recipeOf(house, MEMBERS.slice(0, 1 + (made.length % 2)));
      made.push(recipe);
      derived.forget(recipe.key);
      derived.define(recipe);
    },
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  };
}

function idOf(house: House, id: string): string {
  return [...house.history.catalogue.runs.values()].find(({ key }) => key.runId === id)!.id;
}

function recipeOf(house: House, ids: readonly string[]): Recipe {
  const members = ids.map((id) => {
    const run = house.history.catalogue.runs.get(idOf(house, id))!;
    return { run, entry: undefined };
  });
  const { entity, project } = members[0]!.run.key;
  const group = { name: 'g', value: 'g', members };
  return recipesOfGroup({ entity, project }, { field: 'group' }, group).find(
    ({ displayName }) => displayName === 'mean',
  )!;
}

describeSourceContract('a derived source', makeFixture);
