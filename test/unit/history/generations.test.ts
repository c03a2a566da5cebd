/** History is kept until what replaces it has been read, and a new view of it costs nothing. */

import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogdirError, runKey } from '../../../src/core/index.ts';
import { VIEW_VERSION } from '../../../src/eventfile/index.ts';
import { readEvents, scalarsOf } from '../../support/event-reader.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole } from '../../support/house.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { exitRecord, factsRecord, row, systemRow, text } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const KEY = runKey('e', 'p', 'r1');
const RUN = 'e/p/r';
const AWAY = new LogdirError('unavailable', 'the source is away');

let source: ScriptedSource;
let cache: TemporaryFolder;
beforeEach(async () => {
  cache = await temporaryFolder();
  source = new ScriptedSource();
  source.add(KEY, [
    factsRecord('r'),
    ...Array.from({ length: 3000 }, (_, i) =>
      row(i, { loss: i, acc: -i }, i % 100 === 0 ? [text('note', `${i}`)] : []),
    ),
    systemRow(1.7e9 + 50, { cpu: 1 }),
    row(1500, { loss: 7 }),
    exitRecord(0),
  ]);
});
afterEach(() => cache[Symbol.asyncDispose]());

const open = (options: { readonly viewVersion?: number } = {}) =>
  buildHouse({ sources: [source], cacheDir: cache.path, ...options });

async function served(house: House): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  const name = await eventPath(house.tree, RUN);
  return { name, bytes: await readWhole(house.tree, name) };
}

async function files(pattern: RegExp): Promise<string[]> {
  return (await readdir(cache.path, { recursive: true })).filter((name) => pattern.test(name)).sort();
}

/** The source is there for listing, and fails when it is read. */
function takeAway(): void {
  source.hasNews = async () => {
    throw AWAY;
  };
  source.read = () => {
    throw AWAY;
  };
}

describe('a new version of the view, while the source is away', () => {
  it('shows the same runs whole under other names, and the old version the old files', async () => {
    const first = await open();
    const before = await served(first);
    await first[Symbol.asyncDispose]();
    takeAway();
    await using raised = await open({ viewVersion: VIEW_VERSION + 1 });
    const after = await served(raised);
    expect(after.name).toBe(before.name.replace(/\.v\d+$/, `.v${VIEW_VERSION + 1}`));
    expect(after.bytes.equals(before.bytes)).toBe(true);
    await using back = await open();
    expect(await served(back)).toEqual(before);
  });
});

describe('a side file', () => {
  it('is written, and comes back from the log when it is deleted or damaged, without a look at the source', async () => {
    const first = await open();
    const before = await served(first);
    await first[Symbol.asyncDispose]();
    takeAway();
    const [side] = await files(/\.view-\d+\.json$/);
    for (const spoil of [
      () => rm(join(cache.path, side!)),
      () => writeFile(join(cache.path, side!), '00000000 {"commits":1}'),
    ]) {
      await spoil();
      await using again = await open();
      expect(await served(again)).toEqual(before);
    }
  });
});

describe('a side file of commits that the index has lost', () => {
  it('is not taken for one of those that came in their place', async () => {
    const half = [factsRecord('r'), ...Array.from({ length: 400 }, (_, i) => row(i, { loss: i }))];
    source.rewrite(KEY, half.slice(0, 200));
    const first = await open();
    await served(first);
    source.rewrite(KEY, half);
    await served(first);
    await first[Symbol.asyncDispose]();
    const [index] = await files(/h1\.index$/);
    const lines = (await readFile(join(cache.path, index!), 'utf8')).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    await writeFile(join(cache.path, index!), `${lines.slice(0, 2).join('\n')}\n`);
    source.rewrite(KEY, [...half, ...Array.from({ length: 400 }, (_, i) => row(400 + i, { loss: i }))]);
    await using kept = await open();
    const { bytes } = await served(kept);
    expect(scalarsOf(readEvents(bytes)).get('loss')).toHaveLength(800);
  });
});

describe('a source that no longer yields what was read', () => {
  it('has files whose names are in order of time, as the loader of TensorBoard in Python goes on by name', async () => {
    await using house = await open();
    const names = [(await served(house)).name];
    for (let generation = 2; generation <= 11; generation++) {
      // A source that has fewer rows than before was begun anew.
      source.rewrite(
        KEY,
        Array.from({ length: 30 - generation }, (_, step) =>
          step === 0 ? factsRecord('r') : row(step, { x: 1 }),
        ),
      );
      names.push((await served(house)).name);
    }
    expect(new Set(names).size).toBe(11);
    expect([...names].sort()).toEqual(names);
  });

  it('has its new history under the next generation, and the old one goes once that is whole', async () => {
    await using house = await open();
    const before = await served(house);
    source.rewrite(KEY, [factsRecord('r'), row(0, { loss: 5 })]);
    const after = await served(house);
    expect(after.name).toBe(`${before.name}.g2`);
    expect(scalarsOf(readEvents(after.bytes)).get('loss')).toEqual([[0, 5]]);
    await house.tree.stat(`${RUN}/run.json`, COMPLETE);
    expect(await files(/h1\./)).toEqual([]);
  });

  it('loses nothing when it goes away before its new history was read', async () => {
    const house = await open();
    const before = await served(house);
    source.rewrite(KEY, [factsRecord('r'), row(0, { loss: 5 })]);
    const { read } = source;
    let reads = 0;
    source.read = (...options) => {
      // The old position is refused; then the source is gone.
      if (reads++ > 0) throw AWAY;
      return read.apply(source, options);
    };
    expect(await served(house)).toEqual(before);
    await house[Symbol.asyncDispose]();
    takeAway();
    await using again = await open();
    expect(await served(again)).toEqual(before);
  });

  it('loses nothing when what is there instead is no history', async () => {
    await using house = await open();
    const before = await served(house);
    source.rewrite(KEY, []);
    source.read = () => {
      throw new LogdirError('corrupt', 'this is no log');
    };
    expect(await served(house)).toEqual(before);
  });

  it('keeps what was read of a run that was deleted', async () => {
    await using house = await open();
    const before = await served(house);
    source.read = () => {
      throw new LogdirError('not-found', 'the run was deleted');
    };
    source.hasNews = async () => true;
    expect(await served(house)).toEqual(before);
  });
});

describe('an index that a power cut left empty', () => {
  it('has the same bytes under the same name again', async () => {
    const first = await open();
    const before = await served(first);
    await first[Symbol.asyncDispose]();
    const [index] = await files(/h1\.index$/);
    await writeFile(join(cache.path, index!), '');
    await using again = await open();
    expect(await served(again)).toEqual(before);
  });
});

describe('a cache of another layout', () => {
  it('is kept until the run was read again', async () => {
    const first = await open();
    await served(first);
    await first[Symbol.asyncDispose]();
    const [index] = await files(/h1\.index$/);
    const old = index!.replace('h1.index', 'g1.index');
    for (const name of await files(/h1\./)) await rm(join(cache.path, name));
    await writeFile(join(cache.path, old), 'of version 0.1\n');
    const { read } = source;
    source.read = () => {
      throw AWAY;
    };
    const away = await open();
    await away.tree.stat(`${RUN}/run.json`, COMPLETE);
    await away[Symbol.asyncDispose]();
    expect(await files(/g1\.index$/)).toEqual([old]);
    source.read = read;
    await using back = await open();
    expect((await served(back)).name).toMatch(/\.g2\b/);
    await back.tree.stat(`${RUN}/run.json`, COMPLETE);
    expect(await files(/g1\.index$/)).toEqual([]);
  });
});
