/** Tables through every door: files of exact size, strong tag and any range, as all others. @module */

import { beforeAll, expect, it } from 'vitest';
import { runKey } from '../../src/core/index.ts';
import { MemoryStore } from '../../src/history/index.ts';
import { describeEveryDoor } from '../support/every-door.ts';
import { buildHouse, COMPLETE, collect, type House, readWhole, signal } from '../support/house.ts';
import { factsRecord, row, text } from '../support/records.ts';
import { ScriptedSource } from '../support/scripted-source.ts';

const KEY = runKey('acme', 'research', 'abc');
const ROWS = 12_000;
const TABLES = ['csv', 'jsonl', 'parquet'].flatMap((format) => [
  `acme/research/sunny/@history.${format}`,
  `acme/research/@history.${format}`,
]);

describeEveryDoor((open) => {
  let house: House;

  beforeAll(async () => {
    const source = new ScriptedSource();
    source.batchSize = 2000;
    const rows = Array.from({ length: ROWS }, (_, step) =>
      row(step, { loss: Math.sin(step), acc: step }, step % 9 === 0 ? [text('note', `step ${step}`)] : []),
    );
    source.add(KEY, [factsRecord('sunny'), ...rows]);
    house = await buildHouse({ sources: [source], store: new MemoryStore({ maxBytes: 1e8 }) });
    return () => house[Symbol.asyncDispose]();
  });

  it.each(TABLES)('%s is what it is in the tree', async (path) => {
    const expected = await readWhole(house.tree, path);
    await using door = await open(house.tree);
    const node = await door.tree.stat(path, COMPLETE);
    expect(node).toMatchObject({ kind: 'file', size: expected.length });
    expect((await readWhole(door.tree, path)).equals(expected)).toBe(true);
    await using file = await door.tree.open(path, COMPLETE);
    for (const start of [0, 1, 255_000, expected.length - 9]) {
      const part = await collect(file.read({ start, end: start + 70_000 }, { signal }));
      expect(part.equals(expected.subarray(start, start + 70_000))).toBe(true);
    }
  });

  it('are in no listing', async () => {
    await using door = await open(house.tree);
    for (const path of ['acme/research', 'acme/research/sunny']) {
      const names = (await door.tree.list(path, { signal })).map(({ name }) => name);
      expect(names.filter((name) => name.startsWith('@'))).toEqual([]);
    }
  });
});
