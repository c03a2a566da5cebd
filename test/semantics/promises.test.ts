/** The promises of docs/SEMANTICS.md, executed. @module */

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogdirError, type RunRecord, runKey } from '../../src/core/index.ts';
import { readEvents, scalarsOf } from '../support/event-reader.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole, signal } from '../support/house.ts';
import { serveTree } from '../support/http-door.ts';
import { MovingClock } from '../support/moving-clock.ts';
import { configRecord, exitRecord, factsRecord, row, systemRow, text } from '../support/records.ts';
import { ScriptedSource } from '../support/scripted-source.ts';

const KEY = runKey('acme', 'research', 'abc123');
const RUN = 'acme/research/sunny';

let source: ScriptedSource;
let cacheDir: string;
beforeEach(async () => {
  source = new ScriptedSource();
  source.add(KEY, [factsRecord('sunny'), configRecord({ lr: 0.1 }), ...rows(0, 500)]);
  cacheDir = await mkdtemp(join(tmpdir(), 'promises-'));
});
afterEach(() => rm(cacheDir, { recursive: true, force: true }));

function rows(from: number, to: number): RunRecord[] {
  return Array.from({ length: to - from }, (_, i) =>
    row(from + i, { loss: 1 / (from + i + 1), acc: (from + i) / 1000 }),
  );
}

/** A run long enough for several blocks: 16 values a row. */
function wideRows(count: number): RunRecord[] {
  const keys = Array.from({ length: 16 }, (_, k) => `m/${k}`);
  return Array.from({ length: count }, (_, i) =>
    row(i, Object.fromEntries(keys.map((key, k) => [key, Math.sin(i + k)]))),
  );
}

async function eventBytes(house: House): Promise<Buffer> {
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  return await readWhole(house.tree, await eventPath(house.tree, RUN));
}

describe('1. A served byte is never taken back.', () => {
  it('grows by whole records only, while the run grows', async () => {
    await using house = await buildHouse({ sources: [source] });
    let served: Buffer = Buffer.alloc(0);
    for (let from = 500; from < 2000; from += 300) {
      const bytes = await eventBytes(house);
      expect(bytes.subarray(0, served.length).equals(served)).toBe(true);
      expect(bytes.length).toBeGreaterThan(served.length);
      readEvents(bytes);
      served = bytes;
      source.push(KEY, ...rows(from, from + 300));
    }
  });

  it('depends only on what the run logged, not on when it was read', async () => {
    await using early = await buildHouse({ sources: [source] });
    await eventBytes(early);
    source.push(KEY, ...rows(500, 600), exitRecord());
    const grown = await eventBytes(early);
    source.batchSize = 1000;
    await using late = await buildHouse({ sources: [source] });
    expect((await eventBytes(late)).equals(grown)).toBe(true);
  });

  it('goes on under a new name when the source changed what was read before', async () => {
    await using house = await buildHouse({ sources: [source] });
    await eventBytes(house);
    const before = await eventPath(house.tree, RUN);
    source.rewrite(KEY, [factsRecord('sunny'), ...rows(0, 10)]);
    await house.tree.stat(`${RUN}/run.json`, COMPLETE);
    const after = await eventPath(house.tree, RUN);
    expect(after).toBe(`${before}.g2`);
    expect(scalarsOf(readEvents(await readWhole(house.tree, after))).get('loss')).toHaveLength(10);
    await expect(house.tree.open(before, COMPLETE)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('keeps a file frozen for whoever has it open', async () => {
    await using house = await buildHouse({ sources: [source] });
    await eventBytes(house);
    await using file = await house.tree.open(await eventPath(house.tree, RUN), COMPLETE);
    const { size } = file.node;
    source.push(KEY, ...rows(500, 900));
    expect((await eventBytes(house)).length).toBeGreaterThan(size);
    expect(file.node.size).toBe(size);
    expect(file.read({ start: size, end: size + 10 }, { signal })).toHaveLength(0);
  });
});

describe('2. Size is exact or unknown, never a guess.', () => {
  it('is the number of bytes that can be read', async () => {
    source.push(
      KEY,
      ...rows(500, 5000),
      systemRow(1.7e9 + 3, { cpu: 5 }),
      row(2 ** 30, { loss: 1 }),
      exitRecord(1),
    );
    await using house = await buildHouse({ sources: [source] });
    await eventBytes(house);
    for (const node of await house.tree.list(RUN, { signal })) {
      const bytes = await readWhole(house.tree, `${RUN}/${node.name}`);
      expect([node.name, node.kind === 'file' && node.size]).toEqual([node.name, bytes.length]);
    }
  });
});

describe('3. The same numbers everywhere.', () => {
  it('serves the same bytes through HTTP and WebHDFS as the tree holds', async () => {
    await using house = await buildHouse({ sources: [source] });
    const bytes = await eventBytes(house);
    const path = await eventPath(house.tree, RUN);
    const { tree, overview } = house;
    await using server = await serveTree(tree, { overview });
    for (const url of [`/logdir/${path}`, `/webhdfs/v1/${path}?op=OPEN`]) {
      const response = await fetch(new URL(url, server.url));
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    }
  });

  it('rounds to float32 in the event file and nowhere before', async () => {
    source.push(KEY, row(500, { loss: 0.1, big: 1e300 }));
    await using house = await buildHouse({ sources: [source] });
    const scalars = scalarsOf(readEvents(await eventBytes(house)));
    expect(scalars.get('loss')!.at(-1)).toEqual([500, Math.fround(0.1)]);
    expect(scalars.get('big')).toEqual([[500, Infinity]]);
  });
});

describe('4. Exact, not sampled.', () => {
  it('holds every row and key, in order, NaN and infinities included', async () => {
    source.push(
      KEY,
      row(500, { loss: Number.NaN }),
      row(501, { loss: Infinity, extra: -Infinity }),
      ...rows(502, 20_000),
    );
    await using house = await buildHouse({ sources: [source] });
    const scalars = scalarsOf(readEvents(await eventBytes(house)));
    const loss = scalars.get('loss')!;
    expect(loss.map(([step]) => step)).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
    expect(loss.slice(500, 503)).toEqual([
      [500, NaN],
      [501, Infinity],
      [502, Math.fround(1 / 503)],
    ]);
    expect(scalars.get('acc')).toHaveLength(19_998);
    expect(scalars.get('extra')).toEqual([[501, -Infinity]]);
  });
});

describe('5. A listed name opens.', () => {
  it('for every name of the tree, hostile ones included', async () => {
    const names = [
      '../../etc',
      '.',
      '..',
      'a/b',
      'nul\0',
      'new\nline',
      '@query',
      '100%',
      '😀',
      'x'.repeat(300),
      'sunny',
      '',
    ];
    for (const [i, name] of names.entries()) {
      source.add(runKey('ev/il', '..', `id${i}`), [factsRecord(name, 1.7e9 + i), ...rows(0, 3)]);
    }
    await using house = await buildHouse({ sources: [source] });
    const open = async (path: string): Promise<number> => {
      let files = 0;
      for (const node of await house.tree.list(path, { signal })) {
        const inner = path === '' ? node.name : `${path}/${node.name}`;
        expect(Buffer.byteLength(node.name)).toBeLessThanOrEqual(255);
        expect((await house.tree.stat(inner, COMPLETE)).kind).toBe(node.kind);
        if (node.kind === 'directory') files += await open(inner);
        else files += (await readWhole(house.tree, inner)).length > 0 ? 1 : 0;
      }
      return files;
    };
    await open('');
    expect(await open('')).toBe(4 * (names.length + 1));
  });

  it('keeps every run while its source cannot be read', async () => {
    await using house = await buildHouse({ sources: [source] });
    source.failure = new LogdirError('unavailable', 'the disk is away');
    await house.history.relist();
    expect((await house.tree.list('acme/research', { signal })).map((node) => node.name)).toEqual(['sunny']);
  });

  it('gives the later run of one name its id, and every id resolves', async () => {
    source.add(runKey('acme', 'research', 'later'), [factsRecord('sunny', 1.8e9), ...rows(0, 3)]);
    await using house = await buildHouse({ sources: [source] });
    const names = (await house.tree.list('acme/research', { signal })).map((node) => node.name);
    expect(names).toEqual(['sunny', 'sunny~later']);
    for (const id of ['abc123', 'later'])
      expect((await house.tree.stat(`acme/research/${id}`, COMPLETE)).kind).toBe('directory');
  });
});

describe('6. Trouble upstream is not trouble here.', () => {
  it('serves what was read while the source fails, and says so in run.json', async () => {
    await using house = await buildHouse({ sources: [source] });
    const bytes = await eventBytes(house);
    source.push(KEY, ...rows(500, 600));
    source.failure = new LogdirError('unavailable', 'the network is away');
    expect((await eventBytes(house)).equals(bytes)).toBe(true);
    const run = JSON.parse((await readWhole(house.tree, `${RUN}/run.json`)).toString()) as {
      source: { failure: string };
    };
    expect(run.source.failure).toBe('the network is away');
    source.failure = null;
    expect((await eventBytes(house)).length).toBeGreaterThan(bytes.length);
  });

  it('starts from the cache alone', async () => {
    const first = await buildHouse({ sources: [source], cacheDir });
    const bytes = await eventBytes(first);
    await first[Symbol.asyncDispose]();
    const listings = await source.listRuns();
    source.listRuns = async () => listings;
    source.failure = new LogdirError('unavailable', 'away');
    await using second = await buildHouse({ sources: [source], cacheDir });
    expect((await eventBytes(second)).equals(bytes)).toBe(true);
  });
});

describe('7. Idle costs nothing.', () => {
  it('reads nothing when there is nothing new, in this life and the next', async () => {
    const first = await buildHouse({ sources: [source], cacheDir });
    await eventBytes(first);
    const { reads } = source;
    for (let poll = 0; poll < 20; poll++) await eventBytes(first);
    await first[Symbol.asyncDispose]();
    await using second = await buildHouse({ sources: [source], cacheDir });
    await eventBytes(second);
    expect(source.reads).toBe(reads);
  });

  it('looks at a run once, however many readers ask at the same time', async () => {
    await using house = await buildHouse({ sources: [source] });
    let asked = 0;
    const hasNews = source.hasNews.bind(source);
    source.hasNews = (...args) => {
      asked++;
      return hasNews(...args);
    };
    await Promise.all(
      Array.from({ length: 50 }, () => house.tree.stat(`${RUN}/run.json`, { signal, freshness: 'refresh' })),
    );
    expect(asked).toBe(1);
    expect(source.reads).toBe(1);
  });
});

describe('8. Memory and disk are bounded by settings, whatever the number of runs.', () => {
  const rowBytes = async (): Promise<number> => {
    const names = (await readdir(cacheDir, { recursive: true })).filter((name) => name.endsWith('.rows'));
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(cacheDir, name))).size));
    return sizes.reduce((sum, size) => sum + size, 0);
  };

  it('removes rows used longest ago and rebuilds them byte for byte', async () => {
    const clock = new MovingClock();
    const cacheMaxBytes = 2_000_000;
    const paths = Array.from({ length: 12 }, (_, i) => {
      source.add(runKey('acme', 'many', `r${i}`), [factsRecord(`r${i}`), ...wideRows(2000)]);
      return `acme/many/r${i}`;
    });
    source.batchSize = 200;
    await using house = await buildHouse({
      sources: [source],
      cacheDir,
      cacheMaxBytes,
      memoryMaxBytes: 1_000_000,
      clock,
    });
    const read = async (path: string) => {
      clock.advance(60_000);
      await house.tree.stat(`${path}/run.json`, COMPLETE);
      return await readWhole(house.tree, await eventPath(house.tree, path));
    };
    const first: Buffer[] = [];
    for (const path of paths) first.push(await read(path));
    await expect.poll(rowBytes).toBeLessThanOrEqual(cacheMaxBytes);
    for (const [i, path] of paths.entries()) expect((await read(path)).equals(first[i]!)).toBe(true);
    await expect.poll(rowBytes).toBeLessThanOrEqual(cacheMaxBytes);
  });
});

describe('9. Nothing is lost silently.', () => {
  it('lists in run.json what TensorBoard does not show, with the reason', async () => {
    source.push(
      KEY,
      row(500, { loss: 1 }, [
        { key: 'page', kind: 'json', text: '{"_type":"html-file","path":"x.html"}' },
        { key: 'list', kind: 'json', text: '[1,2]' },
        { key: 'nothing', kind: 'json', text: 'null' },
        text('note', 'shown'),
      ]),
    );
    await using house = await buildHouse({ sources: [source] });
    await house.tree.stat(`${RUN}/run.json`, COMPLETE);
    const run = JSON.parse((await readWhole(house.tree, `${RUN}/run.json`)).toString()) as {
      notShown: { key: string; type: string; count: number; reason: string }[];
      series: { tag: string; type: string; points: number }[];
    };
    expect(run.notShown.map(({ key, type, count }) => [key, type, count])).toEqual([
      ['page', 'html-file', 1],
      ['nothing', 'null', 1],
    ]);
    expect(run.notShown.every(({ reason }) => reason.length > 10)).toBe(true);
    expect(run.series.map(({ tag, type, points }) => [tag, type, points])).toEqual([
      ['acc', 'scalar', 500],
      ['list', 'text', 1],
      ['loss', 'scalar', 501],
      ['note', 'text', 1],
      ['page', 'text', 1],
    ]);
  });
});
