/** The bound on rows on disk, which may change while the program runs. */

import { existsSync } from 'node:fs';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FolderLooks, systemClock } from '../../../src/core/index.ts';
import { DiskBudget } from '../../../src/history/store/local/disk-budget.ts';
import { RUNS_FOLDER } from '../../../src/history/store/local/run-directory.ts';
import { createMetrics, silentLogger } from '../../../src/observability/index.ts';
import { temporaryFolder } from '../../support/local-runs.ts';

const MIB = 1024 ** 2;

describe('the disk budget', () => {
  it('that is lowered holds from the next look on: rows used longest ago go', async () => {
    await using folder = await temporaryFolder();
    const rows = await Promise.all(['old', 'new'].map((name, i) => rowFile(folder.path, name, 2 - i)));
    let maxBytes = 10 * MIB;
    const evicted: string[] = [];
    const budget = new DiskBudget({
      ...{ cacheDir: folder.path, maxBytes: () => maxBytes, clock: systemClock },
      looks: new FolderLooks(folder.path),
      ...{ logger: silentLogger(), metrics: createMetrics({ processMetrics: false }) },
      onEvicted: (path) => void evicted.push(path),
    });
    await budget.enforce();
    expect(evicted).toEqual([]);
    maxBytes = 1.5 * MIB;
    budget.check();
    await expect.poll(() => evicted, { timeout: 5000 }).toEqual([rows[0]]);
    expect(rows.map((path) => existsSync(path))).toEqual([false, true]);
  });

  it('counts what is there some seconds after the start, and not at all where the end comes first', async () => {
    await using folder = await temporaryFolder();
    const [old] = await Promise.all(['old', 'new'].map((name, i) => rowFile(folder.path, name, 2 - i)));
    for (const isEnded of [true, false]) {
      const waits: { readonly ms: number; readonly over: () => void }[] = [];
      const wait = (ms: number, { signal }: { readonly signal: AbortSignal }) =>
        new Promise<void>((resolve, reject) => {
          waits.push({ ms, over: resolve });
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      const evicted: string[] = [];
      const budget = new DiskBudget({
        ...{ cacheDir: folder.path, maxBytes: 1.5 * MIB, clock: { ...systemClock, wait } },
        looks: new FolderLooks(folder.path),
        ...{ logger: silentLogger(), metrics: createMetrics({ processMetrics: false }) },
        onEvicted: (path) => void evicted.push(path),
      });
      budget.checkLater();
      expect(waits.map(({ ms }) => ms)).toEqual([15_000]);
      expect(existsSync(old!)).toBe(true);
      if (isEnded) budget.end();
      waits[0]!.over();
      if (!isEnded) await expect.poll(() => evicted, { timeout: 5000 }).toEqual([old]);
    }
  });
});

/** A mebibyte of rows, used some hours ago. */
async function rowFile(cacheDir: string, name: string, hours: number): Promise<string> {
  const directory = join(cacheDir, RUNS_FOLDER, 'ab', name);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'h1.index'), '');
  const path = join(directory, 'h1.rows');
  await writeFile(path, Buffer.alloc(MIB, 1));
  const usedAt = new Date(Date.now() - hours * 3_600_000);
  await utimes(path, usedAt, usedAt);
  return path;
}
