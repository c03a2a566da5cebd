/**
 * Queries over a project whose runs were all read, in a process of its own: `queries`. Prints milliseconds of each, warm, and
 * megabytes that the catalogue takes.
 * @module
 */

import { runKey } from '../../src/core/index.ts';
import { OPERATOR, parseTerm } from '../../src/namespace/index.ts';
import { buildHouse, signal } from '../../test/support/house.ts';
import { ScriptedSource } from '../../test/support/scripted-source.ts';
import { catalogueRecords } from '../catalogue-records.ts';
import { CATALOGUE } from '../catalogue-shape.ts';
import { median } from '../median.ts';

const ROUNDS = 15;
const QUERIES = [
  '@state=finished',
  '@tag=tag3',
  '@name=run 1*',
  '@last=20',
  '@best=val/loss:20:min',
  '@config.param7>0.5',
  '@summary.metric3<0.1',
];

console.log(JSON.stringify(await measure()));

async function measure(): Promise<object> {
  const source = new ScriptedSource();
  for (let i = 0; i < CATALOGUE.runs; i++) source.add(runKey('team', 'many', `r${i}`), catalogueRecords(i));
  await using house = await buildHouse({ sources: [source] });
  for (const run of house.history.catalogue.runs.values()) await run.update();
  const project = house.namespace.visible(OPERATOR).project('team', 'many')!;
  const choose = async (text: string) => {
    const parsed = parseTerm(text);
    if (parsed?.kind !== 'term') throw new Error(`no query: ${text}`);
    const startMs = performance.now();
    await house.namespace.choose(project, [parsed.term], { signal });
    return performance.now() - startMs;
  };
  const firstMs = await choose('@last=20');
  const ms: Record<string, number> = {};
  for (const query of QUERIES) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await choose(query));
    ms[query] = median(times);
  }
  return { firstMs, ms };
}
