/** A process that was held up for longer than its lock lasts, and wakes when another has gone on in its place. @module */

import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runKey, systemClock } from '../../../src/core/index.ts';
import { LocalStore, type RunStore } from '../../../src/history/index.ts';
import type { Commit } from '../../../src/history/log/commit.ts';
import { RunLedger } from '../../../src/history/log/ledger.ts';
import type { LogId, LogWriter, StoredLog } from '../../../src/history/store/run-store.ts';
import { createMetrics, silentLogger } from '../../../src/observability/index.ts';
import type { Cursor } from '../../../src/sources/index.ts';

const ID: LogId = { key: runKey('acme', 'vision', 'r1'), origin: 'local' };
const HEADER = { format: 3, run: ['acme', 'vision', 'r1'] as const };

let cacheDir: string;
let sleeper: StoredLog;
let other: StoredLog;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'lost-lock-'));
  sleeper = storeOf(cacheDir).log(ID, 1);
  other = storeOf(cacheDir).log(ID, 1);
  await sleeper.exclusively(async (writer) => {
    await writer.begin(HEADER);
    await append(writer, 1, 0);
  });
});
afterEach(() => rm(cacheDir, { recursive: true, force: true }));

function storeOf(directory: string): RunStore {
  const metrics = createMetrics({ processMetrics: false });
  return new LocalStore({
    cacheDir: directory,
    maxBytes: 1e9,
    clock: systemClock,
    logger: silentLogger(),
    metrics,
  });
}

const rowsOf = (n: number) => new Uint8Array(64).fill(n);

function commitOf(n: number): Commit {
  const bytes = rowsOf(n);
  const ends = [{ shapeId: 0, row: 0, step: n, timestamp: 1.7e9 }];
  const blocks = [{ bytes: bytes.length, checksum: crc32(bytes), rowCount: 1, ends }];
  return { cursor: `${n}` as Cursor, progress: new RunLedger().progress, blocks };
}

const append = (writer: LogWriter, n: number, rowsAt: number) =>
  writer.append(commitOf(n), [rowsOf(n)], rowsAt);

/** The lock is as old as one that nobody has renewed for a minute. */
async function letLockExpire(): Promise<void> {
  const names = await readdir(cacheDir, { recursive: true });
  const lock = join(cacheDir, names.find((name) => name.endsWith('.lock'))!);
  const old = new Date(Date.now() - 60_000);
  await utimes(lock, old, old);
}

/** What the other one does while the sleeper holds the lock and does not renew it. */
async function otherGoesOn(): Promise<void> {
  await letLockExpire();
  await other.readGrowth();
  const outcome = await other.exclusively((writer) => append(writer, 2, 64));
  expect(outcome.kind).toBe('done');
}

const cursors = async (log: StoredLog) => (await log.readGrowth()).commits.map(({ cursor }) => cursor);

describe('a writer that has lost its lock', () => {
  it('writes nothing more, and is told that another makes the progress', async () => {
    const outcome = await sleeper.exclusively(async (writer) => {
      await otherGoesOn();
      await append(writer, 3, 64);
    });
    expect(outcome).toEqual({ kind: 'busy' });
    const reader = storeOf(cacheDir).log(ID, 1);
    expect(await cursors(reader)).toEqual(['1', '2']);
    const place = { bytes: 64, checksum: crc32(rowsOf(2)), rowCount: 1, ends: [], rowsAt: 64, firstRow: 1 };
    expect([...(await reader.readRows([place]))![0]!]).toEqual([...rowsOf(2)]);
  });

  it('takes in what the other has committed, and goes on after it', async () => {
    await sleeper.exclusively(async (writer) => {
      await otherGoesOn();
      await append(writer, 3, 64);
    });
    expect(await cursors(sleeper)).toEqual(['2']);
    expect((await sleeper.exclusively((writer) => append(writer, 3, 128))).kind).toBe('done');
    expect(await cursors(storeOf(cacheDir).log(ID, 1))).toEqual(['1', '2', '3']);
  });

  it('does not put old rows in the place of newer ones', async () => {
    const outcome = await sleeper.exclusively((writer) =>
      writer.replaceRows(async (rows) => {
        await rows.append([rowsOf(1)]);
        await otherGoesOn();
        return true;
      }),
    );
    expect(outcome).toEqual({ kind: 'busy' });
    const place = { bytes: 64, checksum: crc32(rowsOf(2)), rowCount: 1, ends: [], rowsAt: 64, firstRow: 1 };
    expect(await other.readRows([place])).toHaveLength(1);
  });
});
