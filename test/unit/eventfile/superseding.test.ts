/** Rows that log tags again at steps these have already, as both of TensorBoard's loaders read them. */

import { describe, expect, it } from 'vitest';
import { type RunRecord, runKey } from '../../../src/core/index.ts';
import { readEvents, scalarsOf, scalarsOfPython } from '../../support/event-reader.ts';
import { buildHouse, COMPLETE, eventPath, readWhole } from '../../support/house.ts';
import { exitRecord, factsRecord, row, systemRow, text } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const KEY = runKey('e', 'p', 'r1');

async function eventsOf(...records: readonly RunRecord[]) {
  const source = new ScriptedSource();
  source.add(KEY, [factsRecord('r'), ...records]);
  await using house = await buildHouse({ sources: [source] });
  await house.tree.stat('e/p/r/run.json', COMPLETE);
  return readEvents(await readWhole(house.tree, await eventPath(house.tree, 'e/p/r')));
}

const rows = (key: string, from: number, to: number, by = 1) =>
  Array.from({ length: Math.ceil((to - from) / by) }, (_, i) => row(from + i * by, { [key]: from + i * by }));

describe('a run that was resumed from a checkpoint', () => {
  it('has the new values of a tag from there on, and all of those it does not log again', async () => {
    const events = await eventsOf(
      row(0, { loss: 1, lr: 1 }),
      row(1, { loss: 2 }),
      row(2, { loss: 3, lr: 2, acc: 1 }),
      systemRow(1.7e9 + 9, { cpu: 1 }),
      exitRecord(1),
      row(1, { loss: 20 }),
      row(2, { loss: 30 }),
      row(3, { lr: 3, loss: 40 }),
    );
    const kept = scalarsOfPython(events);
    expect(kept).toEqual(scalarsOf(events));
    expect(Object.fromEntries(kept)).toEqual({
      loss: [
        [0, 1],
        [1, 20],
        [2, 30],
        [3, 40],
      ],
      lr: [
        [0, 1],
        [2, 2],
        [3, 3],
      ],
      acc: [[2, 1]],
      'system/cpu': [[9, 1]],
    });
  });

  it('takes back a tag that returns later at the step it returns at, also amid rows that ascend', async () => {
    const events = await eventsOf(
      ...rows('loss', 0, 9),
      row(9, { acc: 9 }),
      row(3, { other: 3 }),
      ...rows('loss', 5, 7),
    );
    expect(
      scalarsOfPython(events)
        .get('loss')!
        .map(([step]) => step),
    ).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(scalarsOfPython(events)).toEqual(scalarsOf(events));
  });

  it('says nothing to the loader about tags that only ascend', async () => {
    const events = await eventsOf(
      ...rows('train/loss', 0, 50),
      ...rows('eval/acc', 0, 50, 10),
      ...rows('train/loss', 50, 60),
    );
    expect(events.filter(({ fileVersion }) => fileVersion !== undefined)).toHaveLength(1);
    const kept = scalarsOfPython(events);
    expect([kept.get('train/loss')!.length, kept.get('eval/acc')!.length]).toEqual([60, 5]);
  });

  it('supersedes texts as it does numbers', async () => {
    const events = await eventsOf(
      row(0, { loss: 1 }, [text('note', 'a')]),
      row(1, { loss: 1 }, [text('note', 'b')]),
      row(1, {}, [text('note', 'c')]),
    );
    const notes = events.flatMap(({ step, summary }, at) =>
      summary?.value?.[0]?.tag === 'note' ? [{ step, before: events[at - 1] }] : [],
    );
    // An event without values at the step above makes the loader look.
    expect(notes.at(-1)).toMatchObject({ step: 1, before: { step: 2, summary: {} } });
    expect(scalarsOfPython(events).get('loss')).toHaveLength(2);
  });

  it('is framed once for each kind of row, however long it goes on', async () => {
    const events = await eventsOf(...rows('loss', 0, 100), ...rows('loss', 50, 100), ...rows('loss', 20, 90));
    expect(events.filter(({ fileVersion }) => fileVersion === 'brain.Event:0')).toHaveLength(2);
  });
});

describe('samples of two machines that are logged to one run', () => {
  it('have steps of their own, whichever log is read first', async () => {
    const sample = (second: number, writer?: number): RunRecord => ({
      kind: 'system',
      timestamp: 1.7e9 + second,
      shape: { keys: ['cpu'], ...(writer !== undefined && { writer }) },
      values: [second],
    });
    const first = [0, 15, 30, 30].map((second) => sample(second));
    const second = [1, 16, 31].map((at) => sample(at, 2));
    for (const records of [
      [...first, ...second],
      [...second, ...first],
    ]) {
      const kept = scalarsOf(await eventsOf(...records));
      const steps = [...kept.values()].map((points) => points.map(([step]) => step));
      expect(steps.toSorted((a, b) => a[0]! - b[0]!)).toEqual([
        [0, 15, 30, 31],
        [1, 16, 31],
      ]);
    }
  });
});
