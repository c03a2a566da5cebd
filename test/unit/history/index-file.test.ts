import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Commit, decodeCommit, decodeLine, encodeCommit } from '../../../src/history/log/commit.ts';
import { RunLedger } from '../../../src/history/log/ledger.ts';
import { IndexFile } from '../../../src/history/store/local/index-file.ts';
import type { Cursor } from '../../../src/sources/index.ts';

const HEADER = { format: 1, run: ['e', 'p', 'r'] as const };
const commit = (n: number): Commit => ({
  cursor: `${n}` as Cursor,
  progress: new RunLedger().progress,
  keys: [`key ${n} ✓`],
});

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'index-'));
  path = join(directory, 'deep', 'g1.index');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function written(commits: number): Promise<Buffer> {
  const file = new IndexFile(path);
  await file.begin(HEADER);
  for (let n = 1; n <= commits; n++) await file.append(commit(n));
  return await readFile(path);
}

describe('an index line', () => {
  it('comes back as it was, and not at all when a byte changed', () => {
    const line = encodeCommit(commit(1)).trimEnd();
    expect(decodeCommit(decodeLine(line))).toEqual(commit(1));
    for (let i = 0; i < line.length; i++) {
      const other = line[i] === '0' ? '1' : '0';
      expect(decodeLine(line.slice(0, i) + other + line.slice(i + 1))).toBeUndefined();
    }
  });
});

describe('a shape in an index line', () => {
  it('names its writer only where that is a further one', () => {
    const shapes = [
      { kind: 'history', keys: [0, 1], type: null },
      { kind: 'history', keys: [0, 1], type: null, writer: 2 },
      { kind: 'system', keys: [2], type: null, writer: 3 },
      { kind: 'cell', keys: [1], type: 'image@file', writer: 2 },
    ] as const;
    const line = encodeCommit({ ...commit(1), shapes }).trimEnd();
    expect(line).toContain('["history",null,0,1],["history@2",null,0,1]');
    expect(decodeCommit(decodeLine(line)).shapes).toEqual(shapes);
  });
});

describe('an index file', () => {
  it('is empty where there is none', async () => {
    expect(await new IndexFile(path).readGrowth()).toEqual({ header: undefined, commits: [], tail: 'clean' });
  });

  it('gives what was appended, and then only what is new', async () => {
    await written(2);
    const reader = new IndexFile(path);
    expect(await reader.readGrowth()).toEqual({
      header: HEADER,
      commits: [commit(1), commit(2)],
      tail: 'clean',
    });
    expect((await reader.readGrowth()).commits).toEqual([]);
    await appendFile(path, encodeCommit(commit(3)));
    expect(await reader.readGrowth()).toEqual({ header: undefined, commits: [commit(3)], tail: 'clean' });
  });

  it('cut at any byte, gives the whole lines before the cut', async () => {
    const bytes = await written(2);
    const ends = [...bytes.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at + 1);
    for (let length = 0; length <= bytes.length; length++) {
      await writeFile(path, bytes.subarray(0, length));
      const { header, commits, tail } = await new IndexFile(path).readGrowth();
      const lines = ends.filter((end) => end <= length).length;
      expect([header === undefined ? 0 : 1, commits.length]).toEqual([
        Math.min(1, lines),
        Math.max(0, lines - 1),
      ]);
      expect(tail).toBe(length === 0 || ends.includes(length) ? 'clean' : 'torn');
    }
  });

  it('goes on after a torn line was cut', async () => {
    const bytes = await written(2);
    await truncate(path, bytes.length - 3);
    const file = new IndexFile(path);
    expect((await file.readGrowth()).tail).toBe('torn');
    await file.cutTail();
    await file.append(commit(2));
    expect(await readFile(path)).toEqual(bytes);
  });

  it('stops at damage, and keeps it aside when repaired', async () => {
    const bytes = await written(3);
    const damaged = Buffer.from(bytes);
    damaged[bytes.indexOf('key 2') + 4] = 0x39;
    await writeFile(path, damaged);
    const file = new IndexFile(path);
    expect(await file.readGrowth()).toEqual({ header: HEADER, commits: [commit(1)], tail: 'damaged' });
    await file.repair(`${path}.damaged`);
    await file.append(commit(2));
    await file.append(commit(3));
    expect(await readFile(path)).toEqual(bytes);
    expect(await readFile(`${path}.damaged`)).toEqual(damaged);
  });
});
