/** Series that the data provider gives against those of the event file in both loaders: whatever was logged, however it grew. @module */

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RunRecord, runKey } from '../../src/core/index.ts';
import { readEvents, type Scalars, scalarsOf, scalarsOfPython } from '../support/event-reader.ts';
import { buildHouse, COMPLETE, eventPath, readWhole } from '../support/house.ts';
import { EVERYTHING, listSeries, providerOver, readScalars } from '../support/provider.ts';
import { configRecord, metricRecord, row, systemRow, text } from '../support/records.ts';
import { ScriptedSource } from '../support/scripted-source.ts';

const RUN = runKey('team', 'project', 'run');
const value = fc.oneof(fc.double({ noDefaultInfinity: false }), fc.constantFrom(Number.NaN, 0, -0));
const numbers = fc.dictionary(fc.constantFrom('a', 'b', 'c/d', 'wandb/overview'), value, { maxKeys: 4 });
/** Of a step metric: mostly one that suits. */
const epoch = fc.option(fc.oneof({ weight: 6, arbitrary: fc.nat(20) }, { weight: 1, arbitrary: value }));

const record: fc.Arbitrary<RunRecord> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.nat(60), numbers, fc.option(fc.constantFrom('note', 'a')), epoch)
      .map(([step, held, cell, at]) =>
        row(
          step,
          at === null ? held : { ...held, epoch: at },
          cell === null || cell in held ? [] : [text(cell, 'word')],
        ),
      ),
  },
  fc.constantFrom('a', 'c/*', '*', 'epoch').map((name) => metricRecord(name, 'epoch')),
  fc.tuple(fc.nat(60), value).map(([second, held]) => systemRow(1.7e9 + second, { cpu: held })),
  fc.nat(9).map((lr) => configRecord({ lr })),
);

/** A tag may be logged again at its step with the same value, of which the Python loader keeps both. */
const withoutRepeats = (scalars: Scalars): Scalars =>
  new Map(
    [...scalars].map(([tag, points]) => [
      tag,
      points.filter((point, i) => !isDeepStrictEqual(point, points[i - 1])),
    ]),
  );

describe('what the data provider gives', () => {
  it('is what the event file holds, after each time the run grew', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(record, { minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom('auto', 'step', 'epoch'),
        async (stages, xAxis) => {
          const source = new ScriptedSource();
          source.add(RUN, [row(0, { a: 1 })]);
          await using house = await buildHouse({ sources: [source], xAxis });
          const provider = providerOver(house);
          for (const stage of stages) {
            source.push(RUN, ...stage);
            await house.tree.stat('team/project/run/run.json', COMPLETE);
            const given = (await readScalars(provider, EVERYTHING, 1e6))['run'] ?? {};
            const points = Object.entries(given).map(
              ([tag, { steps, values }]) => [tag, [...steps].map((step, i) => [step, values[i]])] as const,
            );
            const file = await readWhole(house.tree, await eventPath(house.tree, 'team/project/run'));
            const events = readEvents(file);
            expect(new Map(points)).toEqual(scalarsOf(events));
            expect(withoutRepeats(scalarsOfPython(events))).toEqual(scalarsOf(events));
            const latest = (await readScalars(provider, EVERYTHING, 1))['run'] ?? {};
            for (const [tag, all] of points) expect([...latest[tag]!.values]).toEqual([all.at(-1)![1]]);
            const listed = (await listSeries(provider, 'scalars', EVERYTHING))['run'] ?? {};
            for (const [tag, all] of points) expect(listed[tag]!.step).toBe(all.at(-1)![0]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
