/** The step at which tags stand: `_step`, or that of a metric that a run names for them. */

import { describe, expect, it } from 'vitest';
import { type RunRecord, runKey } from '../../../src/core/index.ts';
import { MemoryStore } from '../../../src/history/index.ts';
import { readEvents, scalarsOf, scalarsOfPython } from '../../support/event-reader.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole, signal } from '../../support/house.ts';
import { factsRecord, metricRecord, row, systemRow, text } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const KEY = runKey('e', 'p', 'r1');
const RUN = 'e/p/r';

function scripted(...records: readonly RunRecord[]): ScriptedSource {
  const source = new ScriptedSource();
  source.add(KEY, [factsRecord('r'), ...records]);
  return source;
}

async function fileOf(house: House) {
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  const path = await eventPath(house.tree, RUN);
  return { path, bytes: await readWhole(house.tree, path) };
}

/** Steps by tag, the same in both loaders. */
async function stepsOf(records: readonly RunRecord[], xAxis = 'auto') {
  await using house = await buildHouse({ sources: [scripted(...records)], xAxis });
  const events = readEvents((await fileOf(house)).bytes);
  const kept = scalarsOf(events);
  return {
    steps: Object.fromEntries([...kept].map(([tag, points]) => [tag, points.map(([step]) => step)])),
    isSame: [...kept].every(
      ([tag, points]) => new Set(scalarsOfPython(events).get(tag)!.map(String)).size === points.length,
    ),
  };
}

async function allOf(read: Uint8Array | AsyncIterable<Uint8Array>): Promise<Buffer> {
  if (read instanceof Uint8Array) return Buffer.from(read);
  const pieces: Buffer[] = [];
  for await (const piece of read) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

const epochs = (...of: readonly number[]) => of.map((epoch, i) => row(i, { 'val/acc': i / 10, epoch }));

describe('a tag', () => {
  it('stands by the metric that define_metric names, and others of the row by _step', async () => {
    const records = [
      metricRecord('val/*', 'epoch'),
      row(5, { 'val/acc': 1, epoch: 0, lr: 1 }),
      row(9, { 'val/acc': 2, epoch: 1, lr: 2 }),
    ];
    expect(await stepsOf(records)).toEqual({
      steps: { 'val/acc': [0, 1], epoch: [5, 9], lr: [5, 9] },
      isSame: true,
    });
  });

  it('stands by the step its writer gave it in rows of sync_tensorboard, folder by folder', async () => {
    const records = [
      row(0, { 'train/loss': 1, 'train/global_step': 0 }),
      row(1, { 'train/loss': 2, 'train/global_step': 10, 'val/acc': 1, 'val/global_step': 50 }),
      row(2, { top: 1, global_step: 7 }),
    ];
    const { steps } = await stepsOf(records);
    expect([steps['train/loss'], steps['val/acc'], steps['top']]).toEqual([[0, 10], [50], [7]]);
  });

  it('stands by the definition closest to it', async () => {
    const records = [
      metricRecord('*', 'a'),
      metricRecord('val/*', 'b'),
      metricRecord('val/acc', 'c'),
      row(0, { a: 1, b: 2, c: 3, loss: 0, 'val/loss': 0, 'val/acc': 0 }),
    ];
    const { steps } = await stepsOf(records);
    expect([steps['loss'], steps['val/loss'], steps['val/acc']]).toEqual([[1], [2], [3]]);
  });

  it.each([
    ['falls', epochs(0, 1, 2, 1)],
    ['is no whole number', epochs(0, 0.5, 1)],
    ['is negative', epochs(-1, 0, 1)],
    ['is NaN', epochs(0, Number.NaN, 2)],
    ['is larger than a step can be', epochs(0, 2 ** 60)],
    ['stays while values change', epochs(0, 1, 1, 2)],
    ['is missing in a row', [...epochs(0, 1), row(7, { 'val/acc': 3 }), row(8, { 'val/acc': 4, epoch: 2 })]],
    ['is never logged', [row(0, { 'val/acc': 1 }), row(1, { 'val/acc': 2 })]],
  ])('stands by _step, from its first row on, where its step metric %s', async (_, rows) => {
    const { steps } = await stepsOf([metricRecord('val/*', 'epoch'), ...rows]);
    expect(steps['val/acc']).toEqual(rows.map((record) => record.step));
  });

  it('may be logged again at a step with the same value', async () => {
    const records = [
      metricRecord('*', 'epoch'),
      row(0, { epoch: 0, loss: 1 }),
      row(1, { epoch: 0, acc: 1 }),
      row(2, { epoch: 1, loss: 2 }),
    ];
    expect(await stepsOf(records)).toEqual({
      steps: { epoch: [0, 1], loss: [0, 1], acc: [0] },
      isSame: true,
    });
  });

  it('keeps the axis it began with when a metric is defined later', async () => {
    const records = [
      row(3, { loss: 1, epoch: 0 }),
      metricRecord('loss', 'epoch'),
      row(4, { loss: 2, epoch: 1 }),
    ];
    expect((await stepsOf(records)).steps['loss']).toEqual([3, 4]);
  });

  it('leaves texts and samples of the machine where they are', async () => {
    await using house = await buildHouse({
      sources: [
        scripted(
          metricRecord('*', 'epoch'),
          row(5, { epoch: 0, loss: 1 }, [text('note', 'x')]),
          systemRow(1.7e9 + 9, { cpu: 1 }),
        ),
      ],
    });
    const events = readEvents((await fileOf(house)).bytes);
    const steps = new Map(
      events.flatMap(({ step = 0, summary }) => (summary?.value ?? []).map(({ tag }) => [tag, step])),
    );
    expect([steps.get('loss'), steps.get('note'), steps.get('system/cpu')]).toEqual([0, 5, 9]);
  });
});

describe('--x-axis', () => {
  const records = [
    metricRecord('val/*', 'epoch'),
    row(5, { 'val/acc': 1, epoch: 0, it: 50 }),
    row(9, { 'val/acc': 2, epoch: 1, it: 90 }),
  ];

  it.each([
    ['step', { 'val/acc': [5, 9], epoch: [5, 9], it: [5, 9] }],
    ['auto', { 'val/acc': [0, 1], epoch: [5, 9], it: [5, 9] }],
    ['it', { 'val/acc': [50, 90], epoch: [50, 90], it: [50, 90] }],
    ['absent', { 'val/acc': [5, 9], epoch: [5, 9], it: [5, 9] }],
  ])('%s', async (xAxis, steps) => {
    expect((await stepsOf(records, xAxis)).steps).toEqual(steps);
  });

  it('makes files of other names, and each comes back from the cache as it was', async () => {
    const store = new MemoryStore({ maxBytes: 1e9 });
    const source = scripted(...records);
    const files = new Map<string, Buffer>();
    for (const xAxis of ['auto', 'step', 'it', 'auto', 'step', 'it']) {
      await using house = await buildHouse({ sources: [source], store, xAxis });
      const { path, bytes } = await fileOf(house);
      expect(bytes.equals(files.get(path) ?? bytes)).toBe(true);
      files.set(path, bytes);
    }
    expect(files.size).toBe(3);
  });
});

describe('a step metric that turns out not to suit while the run goes on', () => {
  it('gives the run another file, and what was opened is read to its end', async () => {
    const source = scripted(metricRecord('val/*', 'epoch'), ...epochs(0, 1, 2));
    await using house = await buildHouse({ sources: [source] });
    const before = await fileOf(house);
    await using open = await house.tree.open(before.path, COMPLETE);
    source.push(KEY, row(3, { 'val/acc': 9, epoch: 0 }));
    const after = await fileOf(house);
    expect(after.path).toMatch(/\.x[0-9a-f]{6}$/);
    expect(
      scalarsOf(readEvents(after.bytes))
        .get('val/acc')!
        .map(([step]) => step),
    ).toEqual([0, 1, 2, 3]);
    const whole = open.read({ start: 0, end: before.bytes.length }, { signal });
    expect((await allOf(whole)).equals(before.bytes)).toBe(true);
  });

  it('is known again after a restart, from the side file or without it', async () => {
    const store = new MemoryStore({ maxBytes: 1e9 });
    const source = scripted(metricRecord('val/*', 'epoch'), ...epochs(0, 1, 0));
    const names = new Set<string>();
    for (let start = 0; start < 2; start++) {
      await using house = await buildHouse({ sources: [source], store });
      names.add((await fileOf(house)).path);
    }
    await using fresh = await buildHouse({ sources: [source] });
    names.add((await fileOf(fresh)).path);
    expect(names.size).toBe(1);
  });

  it('asks for few foldings, however many tags do not suit one after the other', async () => {
    const tags = Array.from({ length: 40 }, (_, i) => `val/${i}`);
    const rows = tags.flatMap((tag, i) => [
      row(2 * i, { [tag]: 0, epoch: 1 }),
      row(2 * i + 1, { [tag]: 1, epoch: 1 }),
    ]);
    const { steps } = await stepsOf([metricRecord('val/*', 'epoch'), ...rows]);
    expect(tags.map((tag) => steps[tag])).toEqual(tags.map((_, i) => [2 * i, 2 * i + 1]));
  });
});
