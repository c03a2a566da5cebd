/** What every store of history must do, whatever it keeps it in. @module */

import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runKey } from '../../src/core/index.ts';
import type { Commit, LogHeader } from '../../src/history/log/commit.ts';
import type { BlockPlace } from '../../src/history/log/ledger.ts';
import type { LogId, LogWriter, RunStore, StoredLog } from '../../src/history/store/run-store.ts';
import type { Cursor } from '../../src/sources/index.ts';

export interface StoreFixture extends AsyncDisposable {
  readonly store: RunStore;
  /** The same content under another store, as another process would have it; null where it dies with its store. */
  reopened(): RunStore | null;
  /** Removes the rows of a log, as an eviction does. */
  evict(id: LogId, generation: number): Promise<void>;
}

const ID: LogId = { key: runKey('acme', 'vision', 'r1'), origin: 'local' };
const HEADER: LogHeader = { format: 3, run: ['acme', 'vision', 'r1'] };
const PROJECT = { entity: ID.key.entity, project: ID.key.project, origin: 'local' };

function commitOf(n: number, rows: readonly Uint8Array[] = []): Commit {
  const ends = [{ shapeId: 0, row: 0, step: n, timestamp: 1.7e9 }];
  return {
    cursor: `${n}` as Cursor,
    progress: { rows: n, systemRows: 0, firstStep: 0, lastStep: n, lastTimestamp: 1.7e9, restarts: 0 },
    keys: [`key ${n} ✓`],
    ...(rows.length > 0 && {
      blocks: rows.map((bytes) => ({ bytes: bytes.length, checksum: crc32(bytes), rowCount: 1, ends })),
    }),
  };
}

function block(n: number): Uint8Array {
  return new Uint8Array(64).fill(n);
}

function places(...blocks: readonly Uint8Array[]): readonly BlockPlace[] {
  let rowsAt = 0;
  return blocks.map((bytes, firstRow) => {
    const place = { bytes: bytes.length, checksum: crc32(bytes), rowCount: 1, ends: [], rowsAt, firstRow };
    rowsAt += bytes.length;
    return place;
  });
}

const numbers = async (store: RunStore) => (await store.generations(ID)).map(({ generation }) => generation);

async function written<T>(log: StoredLog, work: (writer: LogWriter) => Promise<T>): Promise<T> {
  const outcome = await log.exclusively(work);
  if (outcome.kind === 'busy') throw new Error('nobody else writes here');
  return outcome.value;
}

export function describeStore(name: string, open: () => Promise<StoreFixture>): void {
  describe(name, () => {
    let fixture: StoreFixture;
    let store: RunStore;
    beforeEach(async () => {
      fixture = await open();
      store = fixture.store;
    });
    afterEach(() => fixture[Symbol.asyncDispose]());

    async function begun(generation = 1): Promise<StoredLog> {
      const log = store.log(ID, generation);
      await written(log, (writer) => writer.begin(HEADER));
      return log;
    }

    it('has nothing of a run that was never written', async () => {
      expect(await store.generations(ID)).toEqual([]);
      expect(await store.log(ID, 1).readGrowth()).toEqual({ header: undefined, commits: [], tail: 'clean' });
      expect(await store.readDocument(ID, 'side.json')).toBeUndefined();
    });

    it('records a generation as soon as it has begun, before it has a commit', async () => {
      await begun(1);
      await begun(2);
      expect(await numbers(store)).toEqual([1, 2]);
    });

    it('gives each opening every commit once, and all of them again on demand', async () => {
      const log = await begun();
      await written(log, (writer) => writer.append(commitOf(1), [], 0));
      await written(log, (writer) => writer.append(commitOf(2), [], 0));
      expect((await log.readGrowth()).commits).toEqual([]);
      const reader = store.log(ID, 1);
      expect(await reader.readGrowth()).toEqual({
        header: HEADER,
        commits: [commitOf(1), commitOf(2)],
        tail: 'clean',
      });
      await written(log, (writer) => writer.append(commitOf(3), [], 0));
      expect(await reader.readGrowth()).toEqual({ header: undefined, commits: [commitOf(3)], tail: 'clean' });
      expect(await reader.readCommits()).toEqual([commitOf(1), commitOf(2), commitOf(3)]);
    });

    it('gives rows back as they were written, adjacent ones in one read', async () => {
      const log = await begun();
      const rows = [block(1), block(2), block(3)];
      await written(log, (writer) => writer.append(commitOf(1, rows.slice(0, 2)), rows.slice(0, 2), 0));
      await written(log, (writer) => writer.append(commitOf(2, rows.slice(2)), rows.slice(2), 128));
      const read = await log.readRows(places(...rows));
      expect(read?.map((bytes) => Buffer.from(bytes))).toEqual(rows.map((bytes) => Buffer.from(bytes)));
      expect(await log.readRows([])).toEqual([]);
    });

    it('says that rows are missing rather than give wrong ones', async () => {
      const log = await begun();
      await written(log, (writer) => writer.append(commitOf(1, [block(1)]), [block(1)], 0));
      await fixture.evict(ID, 1);
      expect(await store.log(ID, 1).readRows(places(block(1)))).toBeUndefined();
    });

    it('puts evicted rows back only if the writer finds them right', async () => {
      const log = await begun();
      await written(log, (writer) => writer.append(commitOf(1, [block(1)]), [block(1)], 0));
      await fixture.evict(ID, 1);
      const rebuild = (isRight: boolean) =>
        written(log, (writer) =>
          writer.replaceRows(async (rows) => {
            await rows.append([block(1)]);
            return isRight;
          }),
        );
      expect(await rebuild(false)).toBe(false);
      expect(await log.readRows(places(block(1)))).toBeUndefined();
      expect(await rebuild(true)).toBe(true);
      expect((await log.readRows(places(block(1))))?.map((bytes) => [...bytes])).toEqual([[...block(1)]]);
    });

    it('lets one write at a time, and tells the other that it is busy', async () => {
      const log = await begun();
      const other = store.log(ID, 1);
      const outcome = await written(log, async () => await other.exclusively(async () => 'written'));
      expect(outcome).toEqual({ kind: 'busy' });
      expect(await other.exclusively(async () => 'written')).toEqual({ kind: 'done', value: 'written' });
    });

    it('frees a log whose writer failed', async () => {
      const log = await begun();
      await expect(
        written(log, async () => {
          throw new Error('the source is away');
        }),
      ).rejects.toThrow('away');
      expect((await log.exclusively(async () => 1)).kind).toBe('done');
    });

    it('drops older generations and keeps the newer one whole', async () => {
      await begun(1);
      const log = await begun(2);
      await written(log, (writer) => writer.append(commitOf(1, [block(1)]), [block(1)], 0));
      await store.dropBefore(ID, 2);
      expect(await numbers(store)).toEqual([2]);
      expect((await log.readRows(places(block(1))))?.length).toBe(1);
    });

    it('keeps runs of one name and different origins apart', async () => {
      await begun();
      expect(await store.generations({ ...ID, origin: 'api.wandb.ai' })).toEqual([]);
    });

    it('keeps documents of runs and projects, replaced whole or added to', async () => {
      for (const owner of [ID, PROJECT]) {
        await store.writeDocument(owner, 'a.json', Buffer.from('one'));
        await store.writeDocument(owner, 'a.json', Buffer.from('two'));
        await store.appendDocument(owner, 'a.json', Buffer.from(' three'));
        await store.appendDocument(owner, 'b.json', Buffer.from('four'));
        expect(Buffer.from((await store.readDocument(owner, 'a.json'))!).toString()).toBe('two three');
        expect(Buffer.from((await store.readDocument(owner, 'b.json'))!).toString()).toBe('four');
        expect(Buffer.from((await store.readDocument(owner, 'a.json', 4))!).toString()).toBe('three');
        expect(await store.readDocument(owner, 'a.json', 100)).toHaveLength(0);
        expect(await store.readDocument(owner, 'c.json', 100)).toBeUndefined();
      }
    });

    it('has everything again under another store over the same place', async () => {
      const log = await begun();
      await written(log, (writer) => writer.append(commitOf(1, [block(1)]), [block(1)], 0));
      await store.writeDocument(ID, 'a.json', Buffer.from('one'));
      const again = fixture.reopened();
      if (again === null) return;
      expect(await numbers(again)).toEqual([1]);
      const read = again.log(ID, 1);
      expect((await read.readGrowth()).commits).toEqual([commitOf(1, [block(1)])]);
      expect((await read.readRows(places(block(1))))?.length).toBe(1);
      expect(Buffer.from((await again.readDocument(ID, 'a.json'))!).toString()).toBe('one');
      await again[Symbol.asyncDispose]();
    });
  });
}
