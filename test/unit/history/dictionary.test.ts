/** Keys and shapes of runs: numbered, and in common with runs that hold the same. */

import { describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import { Dictionary, type ShapeEntry } from '../../../src/history/log/dictionary.ts';
import { tagTableOf } from '../../../src/plugins/index.ts';
import { buildHouse, eventPath, readWhole, signal } from '../../support/house.ts';
import { byRun, EVERYTHING, pluginOf, providerOver, readScalars } from '../../support/provider.ts';
import { exitRecord, factsRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const shape = (...keys: number[]): ShapeEntry => ({ kind: 'history', keys, type: null });

function dictionary(...keys: string[]): Dictionary {
  const made = new Dictionary();
  made.add(keys, []);
  made.add([], [shape(...keys.keys())]);
  return made;
}

describe('dictionaries that hold the same', () => {
  it('have their content, and the table of their tags, in common', () => {
    const [one, other] = [dictionary('a', 'b'), dictionary('a', 'b')];
    expect(one.content).not.toBe(other.content);
    one.share();
    other.share();
    expect(one.content).toBe(other.content);
    expect(tagTableOf(one)).toBe(tagTableOf(other));
    expect(other.hasCompany).toBe(true);
  });

  it('go on alone once one of them grows', () => {
    const [one, other] = [dictionary('a', 'b', 'c'), dictionary('a', 'b', 'c')];
    one.share();
    other.share();
    const tags = tagTableOf(one);
    one.add(['d'], [shape(0, 3)]);
    expect(other.keys).toEqual(['a', 'b', 'c']);
    expect(other.findKey('d')).toBeUndefined();
    expect(other.shapes).toHaveLength(1);
    expect(one.keys).toEqual(['a', 'b', 'c', 'd']);
    expect(one.findShape(shape(0, 3))).toBe(1);
    expect(tagTableOf(one).tagsOf(1)).toEqual(['a', 'd']);
    expect(tagTableOf(other)).toBe(tags);
    expect(one.hasCompany).toBe(false);
  });

  it('are found by what is added first, and go on alone when more comes', () => {
    const one = dictionary('k', 'l');
    one.share();
    const other = new Dictionary();
    other.add(['k', 'l'], [shape(0, 1)]);
    expect(other.content).toBe(one.content);
    expect(other.hasCompany).toBe(true);
    expect(other.findShape(shape(0, 1))).toBe(0);
    other.add(['m'], [shape(2)]);
    expect(one.keys).toEqual(['k', 'l']);
    expect(one.findShape(shape(2))).toBeUndefined();
    expect(other.keys).toEqual(['k', 'l', 'm']);
    expect(other.findKey('m')).toBe(2);
    const third = new Dictionary();
    third.add(['k'], [shape(0)]);
    expect(third.keys).toEqual(['k']);
    third.add(['l'], [shape(0, 1)]);
    expect(third.findShape(shape(0, 1))).toBe(1);
  });

  it('in another order, or of another kind or writer, have nothing in common', () => {
    const made = [
      dictionary('x', 'y'),
      dictionary('y', 'x'),
      dictionary('x y'),
      ...(['system', 'cell'] as const).map((kind) => {
        const other = new Dictionary();
        other.add(['x', 'y'], [{ ...shape(0, 1), kind }]);
        return other;
      }),
      ...[2, 3].map((writer) => {
        const other = new Dictionary();
        other.add(['x', 'y'], [{ ...shape(0, 1), writer }]);
        return other;
      }),
    ];
    for (const one of made) one.share();
    expect(new Set(made.map(({ content }) => content)).size).toBe(made.length);
  });
});

describe('of runs that log the same, one that goes on with another key', () => {
  it('shows it and what it had before, and leaves the others as they are', async () => {
    const source = new ScriptedSource();
    const keys = ['first', 'second', 'third'].map((name) => runKey('e', 'p', name));
    for (const key of keys)
      source.add(key, [
        factsRecord(key.runId),
        row(0, { loss: 1, lr: 2 }),
        row(1, { loss: 3, lr: 4 }),
        ...(key.runId === 'third' ? [exitRecord()] : []),
      ]);
    await using house = await buildHouse({ sources: [source] });
    const update = async () => {
      for (const run of house.history.catalogue.runs.values()) await run.update();
    };
    await update();
    const provider = providerOver(house);
    const tags = async () =>
      Object.values(byRun(await provider.list(pluginOf('scalars'), EVERYTHING, { signal }))).map((of) =>
        Object.keys(of).sort(),
      );
    expect(await tags()).toEqual([
      ['loss', 'lr'],
      ['loss', 'lr'],
      ['loss', 'lr'],
    ]);
    source.push(keys[0]!, row(2, { acc: 5, loss: 6, lr: 7 }), row(3, { acc: 8, loss: 9, lr: 10 }));
    await update();
    expect(await tags()).toEqual([
      ['acc', 'loss', 'lr'],
      ['loss', 'lr'],
      ['loss', 'lr'],
    ]);
    const points = await readScalars(provider, EVERYTHING, 100);
    expect([...points['first']!['loss']!.values]).toEqual([1, 3, 6, 9]);
    expect([...points['first']!['acc']!.steps]).toEqual([2, 3]);
    expect([...points['second']!['loss']!.values]).toEqual([1, 3]);
    const newest = await readScalars(provider, EVERYTHING, 1);
    expect(newest['first']!['acc']!.values[0]).toBe(8);
    expect(newest['third']!['lr']!.values[0]).toBe(4);
    await using alone = await buildHouse({ sources: [source] });
    for (const { runId } of keys) {
      const path = await eventPath(house.tree, `e/p/${runId}`);
      expect(await readWhole(house.tree, path)).toEqual(await readWhole(alone.tree, path));
    }
  });
});
