/** What a run's exit tells: numbers of its summary, what TensorBoard does not show; and what a run tells that has no row. */

import { describe, expect, it } from 'vitest';
import { type Cell, type RunRecord, runKey } from '../../../src/core/index.ts';
import { readEvents, scalarsOf, tensorScalarsOf, textsOf } from '../../support/event-reader.ts';
import { buildHouse, COMPLETE, eventPath, readWhole } from '../../support/house.ts';
import { EVERYTHING, providerOver, readScalars, readTensors } from '../../support/provider.ts';
import {
  changeTo,
  configRecord,
  exitRecord,
  factsRecord,
  media,
  row,
  summaryRecord,
  text,
} from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const KEY = runKey('e', 'p', 'r1');
const RUN = 'e/p/r';
const BEGUN = { kind: 'begun' } as const;

/** A house over one run; `file`: what its event file, and `json`: what its run.json has now. */
async function runOf(...records: RunRecord[]) {
  const source = new ScriptedSource();
  source.add(KEY, [factsRecord('r'), ...records]);
  const house = await buildHouse({ sources: [source] });
  const path = async () => {
    await house.tree.stat(`${RUN}/run.json`, COMPLETE);
    return await eventPath(house.tree, RUN);
  };
  const file = async () => {
    return await readWhole(house.tree, await path());
  };
  const json = async () => JSON.parse((await readWhole(house.tree, `${RUN}/run.json`)).toString()) as RunJson;
  const push = (...more: RunRecord[]) => source.push(KEY, ...more);
  return { house, file, path, json, push, [Symbol.asyncDispose]: house[Symbol.asyncDispose] };
}

interface RunJson {
  readonly series: readonly { readonly tag: string; readonly points: number }[];
  readonly notShown: readonly { readonly key: string | null; readonly type: string }[];
}

describe('numbers of a summary that history does not have', () => {
  const SUMMARY = summaryRecord({ loss: 9, 'test/accuracy': 0.5, worst: Number.NaN });

  it('are scalars at the exit, and told again only if they are others then', async () => {
    await using run = await runOf(row(0, { loss: 1 }), row(7, { loss: 9 }), SUMMARY, exitRecord());
    expect(tensorScalarsOf(readEvents(await run.file()))).toEqual(
      new Map([
        ['wandb/summary/test/accuracy', [[7, 0.5]]],
        ['wandb/summary/worst', [[7, Number.NaN]]],
      ]),
    );
    const tags = (await run.json()).series.map(({ tag, points }) => [tag, points]);
    expect(tags).toContainEqual(['wandb/summary/test/accuracy', 1]);
    const before = await run.file();
    run.push(
      SUMMARY,
      exitRecord(),
      row(8, { loss: 1 }),
      summaryRecord({ 'test/accuracy': 0.25 }),
      exitRecord(),
    );
    const after = await run.file();
    expect(after.subarray(0, before.length)).toEqual(before);
    expect(tensorScalarsOf(readEvents(after)).get('wandb/summary/test/accuracy')).toEqual([
      [7, 0.5],
      [9, 0.25],
    ]);
    expect(tensorScalarsOf(readEvents(after)).get('wandb/summary/worst')).toHaveLength(1);
  });

  it('are shown by the data provider at once, and are named in run.json until the exit', async () => {
    await using run = await runOf(row(0, { loss: 1 }), row(7, { loss: 9 }), SUMMARY);
    expect(tensorScalarsOf(readEvents(await run.file())).size).toBe(0);
    expect((await run.json()).notShown).toContainEqual(
      expect.objectContaining({ key: 'test/accuracy', type: 'summary' }),
    );
    const points = async () => (await readScalars(providerOver(run.house), EVERYTHING, 10))['r']!;
    expect(Object.keys(await points()).sort()).toEqual([
      'loss',
      'wandb/summary/test/accuracy',
      'wandb/summary/worst',
    ]);
    expect((await points())['wandb/summary/test/accuracy']).toMatchObject({ steps: Float64Array.of(7) });
    run.push(exitRecord());
    await run.file();
    expect((await points())['wandb/summary/test/accuracy']).toMatchObject({
      steps: Float64Array.of(7),
      values: Float32Array.of(0.5),
    });
    expect((await run.json()).notShown).toEqual([]);
  });

  it('have tags that no key of history has', async () => {
    await using run = await runOf(
      row(0, { 'wandb/summary/x': 1 }),
      summaryRecord({ x: 2 }),
      exitRecord(),
      row(1, { 'wandb/summary/x': 3 }),
    );
    const events = readEvents(await run.file());
    expect(tensorScalarsOf(events).get('wandb/summary/x')).toEqual([[1, 2]]);
    expect(scalarsOf(events).get('key/wandb/summary/x')).toEqual([
      [0, 1],
      [1, 3],
    ]);
  });

  it('are all there is of a run without history', async () => {
    await using run = await runOf(summaryRecord({ score: 3 }), exitRecord());
    expect([...tensorScalarsOf(readEvents(await run.file())).keys()]).toEqual(['wandb/summary/score']);
    expect(await readScalars(providerOver(run.house), EVERYTHING, 10)).toMatchObject({
      r: { 'wandb/summary/score': { values: Float32Array.of(3) } },
    });
  });
});

describe('what TensorBoard does not show', () => {
  const ROWS = [0, 1, 2].map((step) =>
    row(step, { loss: 1 }, [media('page', 'html-file'), text('note', 'x')]),
  );

  it('is told at the exit: keys, types, how many, and where it is', async () => {
    await using run = await runOf(...ROWS, exitRecord());
    const [told] = textsOf(readEvents(await run.file())).get('wandb/not shown')!;
    expect(told).toMatch(/^3 values/);
    expect(told).toContain('| page | html&#45;file | 3 |');
    expect(told).toContain('@files');
    expect(told).not.toContain('note');
  });

  it('is told again at a later exit if there is more of it', async () => {
    await using run = await runOf(...ROWS, exitRecord(), row(3, { loss: 1 }), exitRecord());
    expect(textsOf(readEvents(await run.file())).get('wandb/not shown')).toHaveLength(1);
    run.push(row(4, {}, [media('page', 'html-file')]), exitRecord());
    expect(textsOf(readEvents(await run.file())).get('wandb/not shown')).toHaveLength(2);
  });

  it('names fifty keys of very many', async () => {
    const cells = Array.from({ length: 300 }, (_, i) => media(`page${i}`, 'html-file'));
    await using run = await runOf(row(0, {}, cells), exitRecord());
    const [told] = textsOf(readEvents(await run.file())).get('wandb/not shown')!;
    expect(told!.split('\n').length).toBeLessThan(60);
    expect(told).toContain('and 250 more keys');
  });

  it('is told by the data provider while the run goes on', async () => {
    await using run = await runOf(...ROWS);
    await run.file();
    const texts = await readTensors(providerOver(run.house), 'text', EVERYTHING, 10);
    expect(Object.keys(texts['r']!)).toContain('wandb/not shown');
  });

  it('is not told where everything is shown', async () => {
    const nothing: Cell = { key: 'val', kind: 'json', text: 'null' };
    await using run = await runOf(row(0, { loss: 1 }, [nothing]), exitRecord());
    expect(textsOf(readEvents(await run.file())).has('wandb/not shown')).toBe(false);
  });
});

describe('a run that has begun and has no row', () => {
  it('has an event file with what is known of it, which its rows go on with', async () => {
    const elsewhere = { facts: { gpu: 'NVIDIA A100' }, config: changeTo({ lr: 0.1 }) };
    await using run = await runOf({ kind: 'begun', ...elsewhere });
    const path = await run.path();
    const before = await run.file();
    const texts = textsOf(readEvents(before));
    expect(texts.get('wandb/overview')![0]).toContain('waiting for the first block');
    expect(texts.get('wandb/overview')![0]).toContain('NVIDIA A100');
    expect(texts.get('wandb/config')).toHaveLength(1);
    const tags = readEvents(before).flatMap(({ summary }) => summary?.value?.map(({ tag }) => tag) ?? []);
    expect(tags).toContain('_hparams_/session_start_info');
    run.push({ kind: 'begun', config: changeTo({ lr: 0.3 }) }, configRecord({ lr: 0.1 }));
    run.push(row(0, { loss: 1 }), exitRecord());
    const after = await run.file();
    expect(await run.path()).toBe(path);
    expect(after.subarray(0, before.length)).toEqual(before);
    const all = textsOf(readEvents(after)).get('wandb/overview')!;
    expect(all.map((told) => /\| state \| (\w+)/.exec(told)?.[1])).toEqual(['begun', 'started', 'finished']);
    expect(all[1]).not.toContain('NVIDIA A100');
    const sessions = readEvents(after).flatMap(({ summary }) => summary?.value ?? []);
    expect(sessions.filter(({ tag }) => tag === '_hparams_/session_start_info')).toHaveLength(1);
    expect(scalarsOf(readEvents(after)).get('loss')).toEqual([[0, 1]]);
  });

  it('has a file of another name than one that was met later, or when something else was known of it', async () => {
    const rows = [configRecord({ lr: 0.2 }), row(0, { loss: 1 })];
    const paths = new Set<string>();
    for (const met of [[], [BEGUN], [{ ...BEGUN, config: changeTo({ lr: 0.1 }) }]]) {
      await using run = await runOf(...met);
      await run.json();
      run.push(...rows);
      paths.add(await run.path());
    }
    expect(paths.size).toBe(3);
  });

  it('that says when it starts later than it was shown keeps its file', async () => {
    const source = new ScriptedSource();
    source.add(KEY, [BEGUN]);
    await using house = await buildHouse({ sources: [source] });
    await house.tree.stat('e/p/r1/run.json', COMPLETE);
    const path = await eventPath(house.tree, 'e/p/r1');
    source.push(KEY, factsRecord('r'), row(0, { loss: 1 }));
    await house.tree.stat('e/p/r1/run.json', COMPLETE);
    expect(await eventPath(house.tree, 'e/p/r1')).toBe(path);
  });
});
