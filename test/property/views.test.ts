/** Views, however their run grows: no served byte is taken back, and the bytes are those of reading it at once. @module */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseViews } from '../../src/views/index.ts';
import { addMembers, memberKey } from '../support/grouped-runs.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole } from '../support/house.ts';
import { exitRecord, row } from '../support/records.ts';
import { scaled } from '../support/scale.ts';
import { ScriptedSource } from '../support/scripted-source.ts';

const PATH = 'team/project/@view=v/a';
const step = fc.constantFrom(
  "rename: {'t/*': '*', x: y}",
  "drop: 't/*'",
  "keep: ['*']",
  'scale: {x: -2}',
  "rolling_mean: {key: '*', window: 3, as: 'mean/*'}",
  'ema: {keys: [x, t/x], weight: 0.9}',
  'difference: {key: x}',
  'ratio: {of: [x, y], as: r}',
  'x_axis: epoch',
);
const value = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, 0, 1));
const numbers = fc
  .tuple(
    fc.dictionary(fc.constantFrom('x', 'y', 't/x'), value, { maxKeys: 3 }),
    fc.option(fc.nat(6), { nil: null }),
  )
  .map(([held, epoch]) => (epoch === null ? held : { ...held, epoch }));

async function bytesOf(house: House): Promise<Buffer> {
  await house.tree.stat(`${PATH}/run.json`, COMPLETE);
  return await readWhole(house.tree, await eventPath(house.tree, PATH));
}

describe('a view', () => {
  it('has the bytes of reading its run at once, and takes none back as that grows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 4 }),
        fc.array(fc.array(numbers, { maxLength: 8 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        async (steps, stages, batchSize) => {
          const text = `v:\n  steps:\n${steps.map((line) => `    - ${line}\n`).join('')}`;
          const views = parseViews(text, 'v.yaml', null);
          const source = new ScriptedSource();
          source.batchSize = batchSize;
          addMembers(source, { a: [] });
          await using house = await buildHouse({ sources: [source], views });
          let served = await bytesOf(house);
          let at = 0;
          for (const stage of stages) {
            source.push(memberKey('a'), ...stage.map((held) => row(at++, held)));
            const now = await bytesOf(house);
            expect(now.subarray(0, served.length).equals(served)).toBe(true);
            served = now;
          }
          source.push(memberKey('a'), exitRecord());
          const whole = new ScriptedSource();
          addMembers(whole, { a: [...stages.flat().map((held, i) => row(i, held)), exitRecord()] });
          await using atOnce = await buildHouse({ sources: [whole], views });
          expect((await bytesOf(atOnce)).equals(await bytesOf(house))).toBe(true);
        },
      ),
      { numRuns: scaled(40, 300) },
    );
  });
});
