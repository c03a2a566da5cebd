/** What survives kills, full disks and company. Processes run the built program: `npm test` builds it first. @module */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogHeader } from '../../src/history/log/commit.ts';
import { readEvents } from '../support/event-reader.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole, signal } from '../support/house.ts';
import { localSource, type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';

const READER = join(import.meta.dirname, '..', 'support', 'reader-process.mjs');
const RUN = 'acme/research/crash1';
const LOG = 'wandb/offline-run-20240101_000000-crash1/run-crash1.wandb';

let folder: TemporaryFolder;
let expected: Buffer;
beforeAll(async () => {
  folder = await temporaryFolder();
  await folder.write(LOG, bigLog(50_000));
  await using house = await buildHouse({ sources: [localSource(folder.path)] });
  expected = await eventBytes(house);
  readEvents(expected);
});
afterAll(() => folder[Symbol.asyncDispose]());

function bigLog(rows: number): Uint8Array {
  const log = new WandbLogWriter({ style: 'python' }).begin('crash1');
  for (let step = 0; step < rows; step++) {
    const metrics = Object.fromEntries(Array.from({ length: 12 }, (_, k) => [`m/${k}`, Math.sin(step + k)]));
    log.row({ ...metrics, _step: step, _timestamp: 1.7e9 + step });
  }
  return log.exit().bytes();
}

async function eventBytes(house: House): Promise<Buffer> {
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  return await readWhole(house.tree, await eventPath(house.tree, RUN));
}

/** Starts a reader; `size()` is the newest size it acknowledged. */
function startReader(cacheDir: string) {
  const child: ChildProcess = spawn(process.execPath, [READER, folder.path, cacheDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let size = 0;
  createInterface({ input: child.stdout! }).on('line', (line) => {
    size = Number.parseInt(line, 10);
  });
  const exited = once(child, 'exit');
  return { child, exited, size: () => size };
}

/** What a process that only looks finds in a cache: nothing is read from the source. */
async function cachedBytes(cacheDir: string): Promise<Buffer> {
  const source = localSource(folder.path);
  source.hasNews = async () => false;
  await using house = await buildHouse({ sources: [source], cacheDir });
  const nodes = await house.tree.list(RUN, { signal });
  const event = nodes.find((node) => node.name.includes('tfevents'));
  return event === undefined ? Buffer.alloc(0) : await readWhole(house.tree, `${RUN}/${event.name}`);
}

describe('10. Crash-safe.', () => {
  it('opens after kill -9 at any moment with every byte it had acknowledged', async () => {
    const kills = 6;
    const seen: number[] = [];
    for (let kill = 0; kill < kills; kill++) {
      const cacheDir = join(folder.path, `cache-${kill}`);
      const reader = startReader(cacheDir);
      // The first commit takes some 150 ms of start-up; after it, kills fall at other moments of writing.
      for (let waited = 0; reader.size() === 0 && waited < 10_000; waited += 5) await delay(5);
      await delay(kill * 7);
      reader.child.kill('SIGKILL');
      await reader.exited;
      const acknowledged = reader.size();
      const bytes = await cachedBytes(cacheDir);
      expect(bytes.length).toBeGreaterThanOrEqual(acknowledged);
      expect(bytes.equals(expected.subarray(0, bytes.length))).toBe(true);
      readEvents(bytes);
      seen.push(bytes.length);
    }
    // The test means something only if some kills came before the end.
    expect(Math.min(...seen)).toBeLessThan(expected.length);
  });

  it('goes on where a killed process stopped, to the same bytes', async () => {
    const cacheDir = join(folder.path, 'cache-resumed');
    const reader = startReader(cacheDir);
    for (let waited = 0; reader.size() === 0 && waited < 10_000; waited += 5) await delay(5);
    reader.child.kill('SIGKILL');
    await reader.exited;
    await using house = await buildHouse({ sources: [localSource(folder.path)], cacheDir });
    expect((await eventBytes(house)).equals(expected)).toBe(true);
  });

  it('lets two processes share one cache directory', async () => {
    const cacheDir = join(folder.path, 'cache-shared');
    const readers = [startReader(cacheDir), startReader(cacheDir), startReader(cacheDir)];
    await using house = await buildHouse({ sources: [localSource(folder.path)], cacheDir });
    expect((await eventBytes(house)).equals(expected)).toBe(true);
    await Promise.all(readers.map((reader) => reader.exited));
    expect(readers.map((reader) => reader.size())).toEqual(readers.map(() => expected.length));
    expect((await cachedBytes(cacheDir)).equals(expected)).toBe(true);
  });

  it.each([['lays rows out', { format: 99 }]])(
    'begins anew, and says so, when a cache is of a version that %s',
    async (_, other) => {
      const cacheDir = join(folder.path, `cache-version-${Object.keys(other)[0]}`);
      await using before = await buildHouse({ sources: [localSource(folder.path)], cacheDir });
      await eventBytes(before);
      const [index] = (await readdir(cacheDir, { recursive: true })).filter((name) =>
        name.endsWith('.index'),
      );
      const { decodeLine, encodeLine } = await import('../../src/history/log/commit.ts');
      const [header = ''] = (await readFile(join(cacheDir, index!), 'utf8')).split('\n');
      await writeFile(join(cacheDir, index!), encodeLine({ ...(decodeLine(header) as LogHeader), ...other }));
      const lines: string[] = [];
      const logger = pino({}, { write: (line: string) => void lines.push(line) });
      await using after = await buildHouse({ sources: [localSource(folder.path)], cacheDir, logger });
      expect((await eventBytes(after)).equals(expected)).toBe(true);
      expect(await eventPath(after.tree, RUN)).toMatch(/\.g2\b/);
      expect(lines.filter((line) => line.includes('of another version'))).toHaveLength(1);
    },
  );
});

describe('a cache directory that takes nothing', () => {
  const warnings = async (cacheDir: string): Promise<string[]> => {
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    await using house = await buildHouse({ sources: [localSource(folder.path)], cacheDir, logger });
    expect((await eventBytes(house)).equals(expected)).toBe(true);
    expect((await eventBytes(house)).equals(expected)).toBe(true);
    expect((await house.metrics.expose()).body).toContain('wandb_logdir_cache_refusals_total 1\n');
    return lines;
  };

  it('because it is a file: serves from memory and warns once', async () => {
    const file = join(folder.path, 'not-a-directory');
    await writeFile(file, '');
    const lines = await warnings(file);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/cache cannot be written.*--cache-dir/);
    expect(await readFile(file)).toHaveLength(0);
  });

  it('because it is full: serves what does not fit from memory and warns once', async ({ skip }) => {
    const mount = join(folder.path, 'small-disk');
    await mkdir(mount);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', mount], { stdio: 'ignore' });
    } catch {
      skip('needs the right to mount a small tmpfs');
    }
    try {
      const lines = await warnings(mount);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/cache disk takes no more.*--cache-dir/);
      expect((await readdir(mount)).length).toBeGreaterThan(0);
    } finally {
      execFileSync('umount', [mount]);
    }
    expect(existsSync(mount)).toBe(true);
    await rm(mount, { recursive: true });
  });
});
