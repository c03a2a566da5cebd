/** Statistics against numpy's, and those of groups against tensorboard-reducer's. @module */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STATISTICS, type Statistic, statisticOf } from '../../../src/views/index.ts';
import { addMembers, groupPoints } from '../../support/grouped-runs.ts';
import { buildHouse, COMPLETE, eventPath, readWhole } from '../../support/house.ts';
import { temporaryFolder } from '../../support/local-runs.ts';
import { PYTHON_MISSING, runPython } from '../../support/python.ts';
import { exitRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

describe('a statistic', () => {
  it.each<readonly [Statistic, readonly number[], number]>([
    ['mean', [1, 2, 6], 3],
    ['median', [6, 1, 2], 2],
    ['median', [6, 1, 2, 3], 2.5],
    ['std', [1, 3], 1],
    ['std', [5], 0],
    ['min', [3, -0, 1], -0],
    ['max', [3, Infinity, 1], Infinity],
    ['count', [3, Number.NaN, 1], 2],
    ['mean', [3, Number.NaN, 1], 2],
    ['mean', [Number.NaN], Number.NaN],
    ['count', [Number.NaN], 0],
    ['mean', [1e308, 1e308], 1e308],
  ])('%s of %j is %d', (statistic, values, expected) => {
    expect(statisticOf(statistic, values)).toBe(expected);
  });

  it.skipIf(PYTHON_MISSING !== null)("is numpy's, which leaves NaN out, to float32", async () => {
    const value = fc.oneof(
      { weight: 8, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
      { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, 0) },
    );
    const steps = fc.sample(fc.array(value, { minLength: 1, maxLength: 9 }), { numRuns: 400, seed: 1 });
    await using folder = await temporaryFolder();
    const words = steps.map((step) => step.map((held) => (Number.isFinite(held) ? held : numpyWord(held))));
    await folder.write('given.json', Buffer.from(JSON.stringify({ x: words })));
    const reduced = JSON.parse(await runPython('reduce-runs.py', ['numpy', join(folder.path, 'given.json')]));
    for (const statistic of STATISTICS) {
      const ours = steps.map((step) => statisticOf(statistic, step));
      const theirs = (reduced[statistic].x as (number | string)[]).map(numberOf);
      expect(theirs).toHaveLength(ours.length);
      for (const [i, held] of ours.entries()) expectSame(held, theirs[i]!);
    }
  });
});

describe('a group', () => {
  it.skipIf(PYTHON_MISSING !== null)("has the numbers of tensorboard-reducer's reductions", async () => {
    const source = new ScriptedSource();
    source.batchSize = 1000;
    const ids = ['a', 'b', 'c', 'd'];
    const rowsOf = (seed: number) =>
      Array.from({ length: 300 }, (_, step) =>
        row(step, { 'train/loss': Math.sin(seed * (step + 1)) * 10 ** (seed % 3), acc: step / (seed + 7) }),
      );
    addMembers(source, Object.fromEntries(ids.map((id, i) => [id, [...rowsOf(i + 1), exitRecord()]])));
    await using house = await buildHouse({ sources: [source] });
    await using folder = await temporaryFolder();
    const directories = ids.map((id) => join(folder.path, id));
    for (const [i, id] of ids.entries()) {
      await house.tree.stat(`team/project/${id}/run.json`, COMPLETE);
      await mkdir(directories[i]!);
      const bytes = await readWhole(house.tree, await eventPath(house.tree, `team/project/${id}`));
      await writeFile(join(directories[i]!, 'events.out.tfevents.1.x'), bytes);
    }
    const reduced = JSON.parse(await runPython('reduce-runs.py', ['reducer', ...directories]));
    for (const statistic of ['mean', 'min', 'max', 'median', 'std']) {
      const ours = await groupPoints(house, statistic);
      for (const tag of ['train/loss', 'acc']) {
        const theirs = reduced[statistic][tag] as [number, number | string][];
        expect(ours[tag]!.map(([step]) => step)).toEqual(theirs.map(([step]) => step));
        // pandas divides by one less than there are.
        const factor = statistic === 'std' ? Math.sqrt((ids.length - 1) / ids.length) : 1;
        for (const [i, [, held]] of ours[tag]!.entries()) expectSame(held, factor * numberOf(theirs[i]![1]));
      }
    }
  });
});

/** To float32, whose steps are 2^-23 of a number; statistics of such numbers differ by a few of them. */
function expectSame(ours: number, theirs: number): void {
  if (!Number.isFinite(theirs)) expect(ours).toBe(theirs);
  else expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(theirs)));
}

function numpyWord(value: number): string {
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

function numberOf(value: number | string): number {
  if (typeof value === 'number') return value;
  return value === 'nan' ? Number.NaN : value === 'inf' ? Infinity : -Infinity;
}
