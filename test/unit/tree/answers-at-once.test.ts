/** Which questions the tree answers without waiting: the hot path of every door. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import type { FileNode, TreeOptions } from '../../../src/tree/index.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole, signal } from '../../support/house.ts';
import { MovingClock } from '../../support/moving-clock.ts';
import { exitRecord, factsRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const KEY = runKey('acme', 'research', 'abc');
const RUN = 'acme/research/sunny';
const REFRESH: TreeOptions = { signal, freshness: 'refresh' };
const CACHED: TreeOptions = { signal, freshness: 'cached' };

let clock: MovingClock;
let source: ScriptedSource;
let house: House;
let path: string;
beforeEach(async () => {
  clock = new MovingClock();
  source = new ScriptedSource();
  source.add(KEY, [factsRecord('sunny'), row(0, { loss: 1 }), row(1, { loss: 2 }), exitRecord()]);
  house = await buildHouse({ sources: [source], clock });
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  path = await eventPath(house.tree, RUN);
});
afterEach(() => house[Symbol.asyncDispose]());

describe('at once', () => {
  it.each(['', 'acme', 'acme/research', RUN, 'acme/research/abc', `${RUN}/@files`])(
    'the directory "%s" is told of',
    (directory) => {
      expect(house.tree.stat(directory, CACHED)).toMatchObject({ kind: 'directory' });
    },
  );

  it('the event file of a run whose log is open is told of', () => {
    expect(house.tree.stat(path, CACHED)).toMatchObject({ kind: 'file', isAppendOnly: true });
  });

  it('an event file opens that was opened and brought up to date a moment ago', async () => {
    await using first = await house.tree.open(path, REFRESH);
    expect(house.tree.open(path, REFRESH)).toBe(first);
    expect(house.tree.stat(path, REFRESH)).toEqual(first.node);
    clock.advance(1000);
    expect(house.tree.open(path, REFRESH)).toBeInstanceOf(Promise);
    expect(house.tree.open(path, CACHED)).toBe(first);
  });

  it('bytes that were read a moment ago are read', async () => {
    const whole = await readWhole(house.tree, path);
    await using file = await house.tree.open(path, REFRESH);
    expect(Buffer.from(file.read({ start: 3, end: 30 }, { signal }) as Uint8Array)).toEqual(
      whole.subarray(3, 30),
    );
  });
});

describe('never at once', () => {
  it('is what must be complete', async () => {
    for (const answer of [house.tree.stat(path, COMPLETE), house.tree.open(path, COMPLETE)]) {
      expect(answer).toBeInstanceOf(Promise);
      await answer;
    }
  });

  it('opens a file that has grown', async () => {
    await using first = await house.tree.open(path, REFRESH);
    source.push(KEY, row(2, { loss: 3 }));
    const { size } = (await house.tree.stat(path, COMPLETE)) as FileNode;
    expect(size).toBeGreaterThan(first.node.size);
    const second = house.tree.open(path, REFRESH);
    expect(second).toBeInstanceOf(Promise);
    expect((await second).node.size).toBe(size);
  });

  it('throws: what is not there is a rejection', async () => {
    for (const missing of ['nobody', `${RUN}/nothing`, `${path}.g7`, `${path}/below`, `${RUN}/`])
      await expect(house.tree.stat(missing, CACHED)).rejects.toMatchObject({ code: 'not-found' });
    await expect(house.tree.open(RUN, CACHED)).rejects.toMatchObject({ code: 'invalid-argument' });
  });
});
