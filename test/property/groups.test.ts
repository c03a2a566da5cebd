/** Groups, however their members grow: no served byte is taken back, and the numbers are those of the points that stand. @module */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/core/index.ts';
import { MemoryStore } from '../../src/history/index.ts';
import { keptBefore } from '../../src/points/point-buffer.ts';
import { STATISTICS, statisticOf } from '../../src/views/index.ts';
import {
  addMembers,
  groupBytes,
  groupFile,
  groupPoints,
  memberFacts,
  memberKey,
} from '../support/grouped-runs.ts';
import { buildHouse, eventPath, type House, readWhole } from '../support/house.ts';
import { exitRecord, row, systemRow } from '../support/records.ts';
import { scaled } from '../support/scale.ts';
import { ScriptedSource } from '../support/scripted-source.ts';

const MEMBERS = ['a', 'b', 'c'] as const;
type Name = (typeof MEMBERS)[number];

const value = fc.oneof(fc.double({ noDefaultInfinity: true }), fc.constantFrom(Number.NaN, 0, -1, 2.5));
const numbers = fc.dictionary(fc.constantFrom('x', 'y', 'z/w'), value, { maxKeys: 3 });
interface Logged {
  readonly ahead: number;
  readonly numbers: Readonly<Record<string, number>>;
  readonly isSample: boolean;
}
const logged: fc.Arbitrary<Logged> = fc.record({
  ahead: fc.integer({ min: 1, max: 4 }),
  numbers,
  isSample: fc.boolean(),
});
/** Of each member: what it logs. */
const histories = fc.record({
  a: fc.array(logged, { maxLength: 25 }),
  b: fc.array(logged, { maxLength: 25 }),
  c: fc.array(logged, { maxLength: 25 }),
});

/** Steps ascend by what rows say. */
function rowsOf(history: readonly Logged[]): readonly RunRecord[] {
  let step = -1;
  return history.map(({ ahead, numbers: held, isSample }) => {
    step += ahead;
    return isSample ? systemRow(1.7e9 + step, { cpu: step }) : row(step, held);
  });
}

function rowsOfAll(logs: Readonly<Record<Name, readonly Logged[]>>): Record<Name, readonly RunRecord[]> {
  return { a: rowsOf(logs.a), b: rowsOf(logs.b), c: rowsOf(logs.c) };
}

/** Event files of all statistics, by path. */
const bytesOf = async (house: House): Promise<Record<string, Buffer>> =>
  Object.fromEntries(
    await Promise.all(
      STATISTICS.map(async (name) => {
        const { path, bytes } = await groupFile(house, name);
        return [path, bytes] as const;
      }),
    ),
  );

describe('a group of runs', () => {
  it('has the bytes of reading it at once, whatever order its members grow in, and takes none back', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories,
        fc.array(fc.tuple(fc.constantFrom(...MEMBERS), fc.nat(9)), { maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        async (logs, order, batchSize) => {
          const rows = rowsOfAll(logs);
          const source = new ScriptedSource();
          source.batchSize = batchSize;
          addMembers(source, { a: [], b: [], c: [] });
          await using house = await buildHouse({
            sources: [source],
            store: new MemoryStore({ maxBytes: 1e8 }),
          });
          let served = await bytesOf(house);
          const grow = async (name: Name, records: readonly RunRecord[]) => {
            source.push(memberKey(name), ...records);
            const now = await bytesOf(house);
            for (const [path, bytes] of Object.entries(now)) {
              const before = served[path] ?? Buffer.alloc(0);
              expect(bytes.subarray(0, before.length).equals(before)).toBe(true);
            }
            served = now;
          };
          const at = { a: 0, b: 0, c: 0 };
          for (const [name, count] of order) {
            await grow(name, rows[name].slice(at[name], at[name] + count));
            at[name] += count;
          }
          for (const name of MEMBERS) await grow(name, [...rows[name].slice(at[name]), exitRecord()]);

          const whole = new ScriptedSource();
          addMembers(whole, Object.fromEntries(MEMBERS.map((name) => [name, [...rows[name], exitRecord()]])));
          await using atOnce = await buildHouse({
            sources: [whole],
            store: new MemoryStore({ maxBytes: 1e8 }),
          });
          expect(await bytesOf(atOnce)).toEqual(served);
        },
      ),
      { numRuns: scaled(25, 200) },
    );
  });

  it('has the numbers of the points that stand, also of members that went back', async () => {
    const steps = fc.array(fc.tuple(fc.nat(12), numbers), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.record({ a: steps, b: steps }), async (logs) => {
        const source = new ScriptedSource();
        const recordsOf = (log: typeof logs.a) => [
          ...log.map(([step, held]) => row(step, held)),
          exitRecord(),
        ];
        addMembers(source, { a: recordsOf(logs.a), b: recordsOf(logs.b) });
        await using house = await buildHouse({ sources: [source] });
        const points = [standing(logs.a), standing(logs.b)];
        for (const statistic of STATISTICS)
          expect(await groupPoints(house, statistic)).toEqual(expected(points, statistic));
      }),
      { numRuns: scaled(25, 200) },
    );
  });

  it('has the same bytes after its rows were evicted', async () => {
    const rows = Array.from({ length: 6000 }, (_, step) => row(step, { x: step, y: -step }));
    const source = new ScriptedSource();
    source.batchSize = 1000;
    addMembers(source, { a: [...rows, exitRecord()], b: rows.slice(0, 5000) });
    // So little that a statistic's rows make those of another go.
    await using house = await buildHouse({ sources: [source], derivedMaxBytes: 500_000 });
    const first = await bytesOf(house);
    const { store } = house.derived.views.history;
    expect('bytes' in store && store.bytes).toBeLessThan(350_000);
    source.push(memberKey('b'), ...rows.slice(5000));
    const second = await bytesOf(house);
    expect(Object.keys(second)).toEqual(Object.keys(first));
    for (const [path, before] of Object.entries(first)) {
      expect(second[path]!.length).toBeGreaterThan(before.length);
      expect(second[path]!.subarray(0, before.length).equals(before)).toBe(true);
    }
  });

  it('changes no file that was served when a run joins late', async () => {
    const rows = Array.from({ length: 20 }, (_, step) => row(step, { x: step }));
    const source = new ScriptedSource();
    addMembers(source, { a: rows });
    await using house = await buildHouse({ sources: [source] });
    const served = await groupBytes(house, 'mean');
    const path = await eventPath(house.tree, 'team/project/@by=group/g/mean');
    source.add(memberKey('late'), [memberFacts('late', 'g'), ...rows]);
    await house.history.relist();
    expect((await groupBytes(house, 'mean')).equals(served)).toBe(false);
    expect((await readWhole(house.tree, path)).equals(served)).toBe(true);
  });
});

type Points = Readonly<Record<string, readonly (readonly [step: number, value: number])[]>>;

/** By key, as `points/` says what a later point takes back. */
function standing(log: readonly (readonly [number, Readonly<Record<string, number>>])[]): Points {
  const points: Record<string, [number, number][]> = {};
  for (const [step, held] of log) {
    for (const [key, number] of Object.entries(held)) {
      const known = points[key] ?? [];
      known.length = keptBefore(
        known.map(([at]) => at),
        known.length,
        step,
      );
      known.push([step, number]);
      points[key] = known;
    }
  }
  return points;
}

function expected(members: readonly Points[], statistic: (typeof STATISTICS)[number]): Points {
  const found: Record<string, [number, number][]> = {};
  for (const key of new Set(members.flatMap((points) => Object.keys(points)))) {
    const byStep = new Map<number, number[]>();
    for (const points of members)
      for (const [step, number] of points[key] ?? []) byStep.set(step, [...(byStep.get(step) ?? []), number]);
    const steps = [...byStep.keys()].sort((a, b) => a - b);
    found[key] = steps.map((step) => [step, Math.fround(statisticOf(statistic, byStep.get(step)!))]);
  }
  return found;
}
