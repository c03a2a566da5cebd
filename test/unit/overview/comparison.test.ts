/** Runs beside each other: the points that TensorBoard is given, exact lowest and highest values, and what differs. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogdirError, runKey } from '../../../src/core/index.ts';
import { configDifferences } from '../../../src/overview/config-differences.ts';
import { createOverview } from '../../../src/overview/index.ts';
import { buildHouse, type House, signal } from '../../support/house.ts';
import { providerOver, readScalars, selection } from '../../support/provider.ts';
import { configRecord, exitRecord, factsRecord, row } from '../../support/records.ts';
import { Somebody } from '../../support/restricted-caller.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';
import { sweepHouse } from '../../support/sweep-runs.ts';

let house: House;
beforeAll(async () => {
  house = await sweepHouse();
});
afterAll(() => house[Symbol.asyncDispose]());

const compare = (runs: readonly string[], tags: readonly string[] | null = null) =>
  house.overview.compare('team', 'sweep', { runs, tags, signal });

describe('charts', () => {
  it('have the points of the data provider', async () => {
    const { charts, runs } = await compare(['run 2', 's7'], ['train/loss', 'val/accuracy']);
    expect(runs.map(({ directory }) => directory)).toEqual(['run 2', 'run 7']);
    const wanted = selection(['run 2', 'run 7'], ['train/loss', 'val/accuracy']);
    const provided = await readScalars(providerOver(house), wanted, 300);
    for (const { tag, curves } of charts) {
      curves.forEach((curve, i) => {
        const { steps, values } = provided[runs[i]!.directory]![tag]!;
        expect([curve?.points.steps, curve?.points.values]).toEqual([steps, values]);
      });
    }
  });

  it('tell the lowest and highest of all values, which NaN does not hide', async () => {
    const source = new ScriptedSource();
    const values = Array.from({ length: 2000 }, (_, i) =>
      i === 999 ? Number.NaN : i === 1000 ? -5 : i % 97,
    );
    const rows = values.map((x, step) => row(step, { x, none: Number.NaN }));
    source.add(runKey('e', 'p', 'a'), [factsRecord('a'), ...rows, exitRecord(0)]);
    await using other = await buildHouse({ sources: [source] });
    const query = { runs: ['a'], tags: ['x', 'none', 'nobody'], signal };
    const [x, none, nobody] = (await other.overview.compare('e', 'p', query)).charts;
    expect(x?.curves[0]).toMatchObject({ lowest: -5, highest: 96, last: 1999 % 97, count: 2000 });
    expect(x?.curves[0]?.points.steps.length).toBeLessThanOrEqual(300);
    expect(none?.curves[0]).toMatchObject({ lowest: Number.NaN, highest: Number.NaN, count: 2000 });
    expect(nobody).toEqual({ tag: 'nobody', curves: [null] });
  });

  it('are those that tell most where nobody chose, and as many as a page has room for', async () => {
    const { charts, otherTags } = await compare(['s1', 's14']);
    expect(charts.map(({ tag }) => tag).slice(0, 3)).toEqual(['train/loss', 'val/accuracy', 'grad/norm']);
    expect(otherTags).toEqual([]);
    const chosen = await compare(['s1'], ['grad/norm', 'grad/norm']);
    expect(chosen.charts.map(({ tag }) => tag)).toEqual(['grad/norm']);
    expect(chosen.otherTags).toEqual(['train/loss', 'val/accuracy']);
    const many = Array.from({ length: 100 }, (_, i) => `t${i}`);
    expect((await compare(['s1'], many)).charts).toHaveLength(24);
    expect((await compare(['s1'], [])).charts).toEqual([]);
  });
});

describe('runs', () => {
  it('are ten at most, each once, and what is none is told', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `s${i + 1}`);
    const { runs, leftOut, unknown } = await compare([...names, 'run 1', 'nobody', '../x']);
    expect(runs.map(({ runId }) => runId)).toEqual(names.slice(0, 10));
    expect([leftOut, unknown]).toEqual([2, ['nobody', '../x']]);
    expect(await compare([])).toMatchObject({ runs: [], charts: [], unknown: [], path: 'team/sweep' });
  });

  it('are shown as far as they were read, with the reason for who may hear it', async () => {
    const source = new ScriptedSource();
    source.add(runKey('e', 'p', 'a'), [factsRecord('a'), row(0, { x: 1 })]);
    await using other = await buildHouse({ sources: [source] });
    await [...other.history.catalogue.runs.values()][0]!.update();
    source.push(runKey('e', 'p', 'a'), row(1, { x: 2 }));
    source.failure = new LogdirError('unavailable', 'the disk of /srv/secret is away');
    await [...other.history.catalogue.runs.values()][0]!.update();
    const query = { runs: ['a'], tags: ['x'], signal };
    const { runs, charts } = await other.overview.compare('e', 'p', query);
    expect(runs[0]).toMatchObject({ isBehind: true, failure: 'the disk of /srv/secret is away' });
    expect(charts[0]?.curves[0]?.count).toBe(1);
    const theirs = await createOverview({ ...other, caller: new Somebody('e') }).compare('e', 'p', query);
    expect(theirs.runs[0]?.failure).toBe('it could not be read further: ask whoever runs this');
  });
});

describe('configs', () => {
  it('differ where values do, or where one lacks a key', async () => {
    const { differences, sameCount } = await compare(['s2', 's4', 's14']);
    expect(differences.map(({ path }) => path)).toEqual([
      expect.stringContaining('<script>'),
      'epochs',
      'lr',
    ]);
    expect(differences[0]?.values.slice(0, 2)).toEqual([null, null]);
    expect(differences[2]?.values).toEqual([0.002, 0.004, 0.014].map((value) => ({ kind: 'number', value })));
    // The model, the seed and the layers.
    expect(sameCount).toBe(3);
  });

  it('are listed as far as anybody reads', () => {
    const config = (x: number) => Array.from({ length: 500 }, (_, i) => ({ path: [`k${i}`], json: `${x}` }));
    const { differences, moreDifferences, sameCount } = configDifferences([config(1), config(2)]);
    expect([differences.length, moreDifferences, sameCount]).toEqual([200, 300, 0]);
    expect(configDifferences([])).toEqual({ differences: [], moreDifferences: 0, sameCount: 0 });
  });
});

describe('the console of a run', () => {
  const consoleOf = async (text: string | null, reading: 'eager' | 'on-demand' = 'eager') => {
    const source = new ScriptedSource({ reading });
    if (text !== null) source.files.set('output.log', text);
    source.add(runKey('e', 'p', 'a'), [factsRecord('a'), configRecord({ lr: 1 }), exitRecord(0)]);
    await using other = await buildHouse({ sources: [source] });
    const run = await other.overview.run('e', 'p', 'a', { signal });
    return [run.console, source.opened] as const;
  };

  it('is its end, as a terminal shows it', async () => {
    const [text] = await consoleOf('epoch 1\repoch 2\r\n\x1b[31mdone\x1b[0m\n\n');
    expect(text).toBe('epoch 2\ndone');
    const [long] = await consoleOf(`${'an epoch of many\n'.repeat(60_000)}the end\n`);
    expect(long?.startsWith('… (@files/output.log has the rest)')).toBe(true);
    expect(long?.endsWith('the end')).toBe(true);
    expect(long!.length).toBeLessThan(10_000);
  });

  it('is not there where nothing was written, nor fetched from a server', async () => {
    expect((await consoleOf(null))[0]).toBeNull();
    expect((await consoleOf('\n \n'))[0]).toBeNull();
    expect(await consoleOf('secret', 'on-demand')).toEqual([null, []]);
  });
});
