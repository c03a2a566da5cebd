/** What event files hold of files that come, go, and can't be had for a while. @module */

import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LogdirError } from '../../../src/core/index.ts';
import { readEvents, scalarsOf } from '../../support/event-reader.ts';
import { COMPLETE, eventPath, readWhole, signal } from '../../support/house.ts';
import { temporaryFolder } from '../../support/local-runs.ts';
import {
  jsonCell,
  MEDIA_RUN,
  MEDIA_RUN_PATH,
  mediaHouse,
  pictureJson,
  stringsOf,
  TABLE_TEXT,
  tableJson,
} from '../../support/media-run.ts';
import { MovingClock } from '../../support/moving-clock.ts';
import { exitRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const PICTURE = 'media/images/cat_0_aa.png';
const BYTES = 'not a picture, but bytes that are long enough for one';
const TABLE = 'media/table/seen_0_aa.table.json';
const CELL = jsonCell('cat', pictureJson(PICTURE, BYTES));
/** One whose JSON does not say how long its file is. */
const UNSIZED = jsonCell('cat', pictureJson(PICTURE, BYTES, { size: undefined, sha256: undefined }));
const TABLE_CELL = jsonCell('seen', tableJson(TABLE, TABLE_TEXT));
const AWAY = new LogdirError('unavailable', 'the network is away');
const ENDED = [row(0, { loss: 1 }, [CELL]), row(1, { loss: 0.5 }), exitRecord()];

function sourceWith(files: Readonly<Record<string, string>>): ScriptedSource {
  const source = new ScriptedSource();
  for (const [name, content] of Object.entries(files)) source.files.set(name, content);
  return source;
}

/** Documents that the cache has of the run, by how their names end. */
async function documents(cacheDir: string, suffix: string): Promise<string[]> {
  const names = await readdir(cacheDir, { recursive: true });
  return names.filter((name) => name.endsWith(suffix)).map((name) => join(cacheDir, name));
}

describe('a file that is gone', () => {
  it('is a placeholder of the same length, decided once and kept before it is served', async () => {
    await using folder = await temporaryFolder();
    const source = sourceWith({});
    let first: Buffer;
    {
      await using house = await mediaHouse(ENDED, { source, cacheDir: folder.path });
      const { bytes, events } = await house.file();
      const [strings] = stringsOf(events, 'cat');
      expect(strings?.map(({ length }) => length)).toEqual([1, 1, BYTES.length]);
      expect(strings?.[2]).not.toBe(BYTES);
      const [ledger] = await documents(folder.path, '.media.jsonl');
      expect(await readFile(ledger!, 'utf8')).toContain('"lost"');
      first = bytes;
    }
    source.files.set(PICTURE, BYTES);
    await using house = await mediaHouse([], { source, cacheDir: folder.path });
    expect((await house.file()).bytes.equals(first)).toBe(true);
  });

  it('of unknown length is a placeholder, too', async () => {
    await using house = await mediaHouse([row(0, {}, [UNSIZED]), exitRecord()]);
    const [strings] = stringsOf((await house.file()).events, 'cat');
    expect(strings?.[2]).toContain('PNG');
  });
});

describe('a file on this disk that may not be read', () => {
  it('is as one that is gone', async () => {
    const source = sourceWith({ [PICTURE]: BYTES, [TABLE]: TABLE_TEXT });
    source.fileFailure = new LogdirError('permission-denied', 'it is not yours');
    const rows = [row(0, { loss: 1 }, [CELL, TABLE_CELL]), row(1, { loss: 1 }), exitRecord()];
    await using house = await mediaHouse(rows, { source, memoryMaxBytes: 1 });
    source.statFiles = async () => [];
    const { events } = await house.file();
    expect(stringsOf(events, 'cat')[0]?.[2]).toHaveLength(BYTES.length);
    expect(stringsOf(events, 'seen')[0]?.[0]).toContain('lost');
  });
});

describe('files that can not be had for a while', () => {
  it('end the event file before them until they can', async () => {
    const source = sourceWith({ [PICTURE]: BYTES });
    source.fileFailure = AWAY;
    await using house = await mediaHouse([row(0, { loss: 1 })], { source });
    const before = await house.file();
    source.push(MEDIA_RUN, row(1, { loss: 0.5 }, [UNSIZED]), row(2, { loss: 0.1 }));
    expect((await house.file()).bytes.equals(before.bytes)).toBe(true);
    source.fileFailure = null;
    const after = await house.file();
    expect(after.path).toBe(before.path);
    expect(after.bytes.subarray(0, before.bytes.length).equals(before.bytes)).toBe(true);
    expect(stringsOf(after.events, 'cat')[0]?.[2]).toBe(BYTES);
  });

  it('are waited for by who reads them, and lose nothing', async () => {
    const source = sourceWith({ [PICTURE]: BYTES });
    await using house = await mediaHouse(ENDED, { source });
    await house.tree.stat(`${MEDIA_RUN_PATH}/run.json`, COMPLETE);
    const path = await eventPath(house.tree, MEDIA_RUN_PATH);
    source.fileFailure = AWAY;
    await expect(readWhole(house.tree, path)).rejects.toMatchObject({ code: 'unavailable' });
    source.fileFailure = null;
    const { events, path: then } = await house.file();
    expect(then).toBe(path);
    expect(stringsOf(events, 'cat')[0]?.[2]).toBe(BYTES);
  });
});

describe('files that can not be had for long', () => {
  const MINUTE_MS = 60_000;

  it('hold nothing up for more than a minute, and are there again once they can be had', async () => {
    const source = sourceWith({ [PICTURE]: BYTES, [TABLE]: TABLE_TEXT });
    const clock = new MovingClock();
    const records = [
      row(0, { loss: 1 }, [TABLE_CELL]),
      row(1, { loss: 2 }, [CELL]),
      row(2, { loss: 3 }),
      exitRecord(),
    ];
    await using house = await mediaHouse(records, { source, clock });
    source.fileFailure = AWAY;
    await expect(house.file()).rejects.toThrow();
    clock.advance(MINUTE_MS);
    await house.tree.stat(`${MEDIA_RUN_PATH}/run.json`, COMPLETE);
    const path = await eventPath(house.tree, MEDIA_RUN_PATH);
    const during = readEvents(await readWhole(house.tree, path));
    expect(scalarsOf(during).get('loss')).toHaveLength(3);
    expect(stringsOf(during, 'cat')[0]?.[2]).not.toBe(BYTES);
    const { notShown } = JSON.parse((await readWhole(house.tree, `${MEDIA_RUN_PATH}/run.json`)).toString());
    expect(JSON.stringify(notShown)).toContain('could not be had');
    source.fileFailure = null;
    clock.advance(2 * MINUTE_MS);
    await house.tree.stat(`${MEDIA_RUN_PATH}/run.json`, COMPLETE);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const after = await house.file();
    expect(after.path).not.toBe(path);
    expect(stringsOf(after.events, 'cat')[0]?.[2]).toBe(BYTES);
    expect(JSON.stringify(stringsOf(after.events, 'seen'))).toContain('seen');
  });

  it('that were served before are shown as lost under one other name, all of them at once', async () => {
    await using folder = await temporaryFolder();
    const names = ['a', 'b', 'c'].map((name) => `media/images/${name}.png`);
    const source = sourceWith(Object.fromEntries(names.map((name) => [name, BYTES])));
    const cells = names.map((name, step) =>
      row(step, { loss: 1 }, [jsonCell('cat', pictureJson(name, BYTES))]),
    );
    const clock = new MovingClock();
    {
      await using house = await mediaHouse([...cells, exitRecord()], {
        source,
        clock,
        cacheDir: folder.path,
      });
      await house.file();
    }
    await using house = await mediaHouse([], { source, clock, cacheDir: folder.path });
    source.fileFailure = AWAY;
    await expect(house.file()).rejects.toThrow();
    clock.advance(MINUTE_MS);
    await house.file().catch(() => undefined);
    const { path, events } = await house.file();
    expect(path).toMatch(/\.g1\.r1$/);
    const pictures = stringsOf(events, 'cat');
    expect(pictures).toHaveLength(3);
    for (const strings of pictures) expect(strings[2]).not.toBe(BYTES);
    expect(scalarsOf(events).get('loss')).toHaveLength(3);
  });
});

describe('a file that was served and is gone later', () => {
  it.each([
    ['a picture', PICTURE, BYTES, CELL],
    ['a picture of unknown length', PICTURE, BYTES, UNSIZED],
    ['a table', TABLE, TABLE_TEXT, TABLE_CELL],
  ])('gives the event file another name: %s', async (_, name, content, cell) => {
    await using folder = await temporaryFolder();
    const records = [row(0, { loss: 1 }, [cell]), row(1, { loss: 0.5 }), exitRecord()];
    const source = sourceWith({ [name]: content });
    let path: string;
    let bytes: Buffer;
    {
      await using house = await mediaHouse(records, { source, cacheDir: folder.path });
      const served = await house.file();
      ({ path, bytes } = served);
      expect(JSON.stringify(stringsOf(served.events, cell.key))).toContain(name === TABLE ? 'seen' : content);
    }
    source.files.delete(name);
    await using house = await mediaHouse([], { source, cacheDir: folder.path });
    // Whoever meets it first may read the old file to its end, or not; never other bytes than it had.
    await house.tree.stat(`${MEDIA_RUN_PATH}/run.json`, COMPLETE);
    await house.tree.open(path, COMPLETE);
    const whole = await readWhole(house.tree, path).catch(() => null);
    if (whole !== null) expect(whole.equals(bytes)).toBe(true);
    const next = await house.file();
    expect(next.path).toBe(`${path}.g1.r1`);
    await expect(house.tree.stat(path, COMPLETE)).rejects.toMatchObject({ code: 'not-found' });
    await expect(house.tree.open(path, COMPLETE)).rejects.toMatchObject({ code: 'not-found' });
    expect(await house.tree.stat(next.path, COMPLETE)).toMatchObject({ size: next.bytes.length });
    expect((await house.file()).bytes.equals(next.bytes)).toBe(true);
  });

  it('gives it another name while the program runs, too', async () => {
    const source = sourceWith({ [PICTURE]: BYTES });
    // Nothing is kept in memory.
    await using house = await mediaHouse(ENDED, { source, memoryMaxBytes: 1 });
    const served = await house.file();
    source.files.delete(PICTURE);
    // No other bytes by the old name.
    await expect(readWhole(house.tree, served.path)).rejects.toMatchObject({ code: 'not-found' });
    const next = await house.file();
    expect(next.path).toBe(`${served.path}.g1.r1`);
    await expect(house.tree.open(served.path, COMPLETE)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('takes all that are gone with it at once', async () => {
    await using folder = await temporaryFolder();
    const names = Array.from({ length: 5 }, (_, i) => `media/images/cat_${i}_aa.png`);
    const rows = names.map((name, i) => row(i, {}, [jsonCell('cat', pictureJson(name, BYTES))]));
    const source = sourceWith(Object.fromEntries(names.map((name) => [name, BYTES])));
    {
      await using house = await mediaHouse([...rows, exitRecord()], { source, cacheDir: folder.path });
      await house.file();
    }
    source.files.clear();
    await using house = await mediaHouse([], { source, cacheDir: folder.path });
    await expect(house.file()).rejects.toMatchObject({ code: 'not-found' });
    const { path, events } = await house.file();
    expect(path).toMatch(/\.g1\.r1$/);
    const pictures = stringsOf(events, 'cat');
    expect(pictures).toHaveLength(5);
    expect(pictures.every(([, , bytes]) => bytes !== BYTES)).toBe(true);
  });
});

describe('who only looks at a listing', () => {
  const look = { signal, freshness: 'cached' } as const;

  it('fetches nothing, and sees the file end before what was not looked at', async () => {
    const source = new ScriptedSource({ reading: 'on-demand' });
    source.files.set(PICTURE, BYTES).set(TABLE, TABLE_TEXT);
    const rows = [row(0, { loss: 1 }), row(1, { loss: 2 }, [UNSIZED, TABLE_CELL]), exitRecord()];
    await using house = await mediaHouse(rows, { source });
    const [run] = [...house.history.catalogue.runs.values()];
    await run!.update();
    for (const node of await house.tree.list(MEDIA_RUN_PATH, look))
      await house.tree.stat(`${MEDIA_RUN_PATH}/${node.name}`, look);
    expect([source.opened, source.asked]).toEqual([[], []]);
    await house.file();
    expect(source.opened).not.toEqual([]);
  });

  it('fetches nothing where all was decided before, either', async () => {
    await using folder = await temporaryFolder();
    const source = new ScriptedSource({ reading: 'on-demand' });
    source.files.set(TABLE, TABLE_TEXT);
    {
      const rows = [row(0, { loss: 2 }, [TABLE_CELL]), exitRecord()];
      await using house = await mediaHouse(rows, { source, cacheDir: folder.path });
      await house.file();
    }
    for (const path of await documents(folder.path, '.json')) if (/view/.test(path)) await rm(path);
    source.opened.length = 0;
    await using house = await mediaHouse([], { source, cacheDir: folder.path });
    await house.tree.list(MEDIA_RUN_PATH, look);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(source.opened).toEqual([]);
  });
});

describe('two programs over one cache', () => {
  it.each([
    ['of known length', CELL],
    ['of unknown length', UNSIZED],
    ['that is a table', TABLE_CELL],
  ])('give the same bytes where one found a file gone that the other finds: %s', async (_, cell) => {
    await using folder = await temporaryFolder();
    const records = [row(0, { loss: 1 }, [cell]), exitRecord()];
    const [here, there] = [sourceWith({}), sourceWith({ [PICTURE]: BYTES, [TABLE]: TABLE_TEXT })];
    await using first = await mediaHouse(records, { source: here, cacheDir: folder.path });
    await using second = await mediaHouse(records, { source: there, cacheDir: folder.path });
    // Both have the run, and what was decided of it: nothing.
    for (const house of [first, second]) {
      const [run] = [...house.history.catalogue.runs.values()];
      await house.files.ledger(await run!.open());
    }
    const a = await first.file();
    const b = await second.file();
    expect(b.path).toBe(a.path);
    expect(b.bytes.equals(a.bytes)).toBe(true);
  });
});

describe('a file that a run on a server has not uploaded yet', () => {
  const live = async (clock: MovingClock) => {
    const source = new ScriptedSource({ reading: 'on-demand' });
    const house = await mediaHouse([row(0, { loss: 1 })], { source, clock });
    await house.file();
    source.push(MEDIA_RUN, row(1, { loss: 2 }, [UNSIZED, TABLE_CELL]));
    return house;
  };

  it('is waited for: the event file ends before it', async () => {
    await using house = await live(new MovingClock());
    const before = await house.file();
    expect(stringsOf(before.events, 'cat')).toEqual([]);
    house.source.files.set(PICTURE, BYTES).set(TABLE, TABLE_TEXT);
    const { events, bytes } = await house.file();
    expect(bytes.subarray(0, before.bytes.length).equals(before.bytes)).toBe(true);
    expect(stringsOf(events, 'cat')[0]?.[2]).toBe(BYTES);
    expect(stringsOf(events, 'seen')[0]?.[0]).toContain('seen');
  });

  it('is lost when it does not come, or the run ends without it', async () => {
    const clock = new MovingClock();
    await using house = await live(clock);
    await house.file();
    clock.advance(10 * 60_000);
    const { events } = await house.file();
    expect(stringsOf(events, 'cat')[0]?.[2]).toContain('PNG');
    await using ended = await live(new MovingClock());
    await ended.file();
    ended.source.push(MEDIA_RUN, exitRecord());
    await ended.file();
    expect(stringsOf((await ended.file()).events, 'cat')[0]?.[2]).toContain('PNG');
  });
});
