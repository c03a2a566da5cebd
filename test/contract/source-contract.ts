/** What every RunSource promises, as tests each implementation runs. @module */

import { describe, expect, it } from 'vitest';
import { runKey } from '../../src/core/index.ts';
import type { RunSource, SourceChange } from '../../src/sources/index.ts';
import { neverAborted, readAll } from '../support/local-runs.ts';
import { describeSavedFilesContract } from './saved-files-contract.ts';

/** A source with one run that has a few batches of history, and the means to move it. */
export interface SourceFixture extends AsyncDisposable {
  readonly source: RunSource;
  /** A second source over the same runs, as after a restart. */
  reopened(): RunSource | Promise<RunSource>;
  /** Adds history rows to the run. */
  grow(): Promise<void>;
  /** Adds another run. */
  addRun(): Promise<void>;
}

/** One whose runs have files. */
export interface SavingSourceFixture extends SourceFixture {
  /** Saves a file with the run, over one of that name. */
  save(name: string, text: string): Promise<void>;
}

const signal = neverAborted;

export function describeSourceContract(name: string, makeFixture: () => Promise<SourceFixture>): void {
  const withRun = async (fixture: SourceFixture) => (await fixture.source.listRuns({ signal }))[0]!.key;

  describe(`${name} as a run source`, () => {
    it('lists every run once', async () => {
      await using fixture = await makeFixture();
      await fixture.addRun();
      const keys = (await fixture.source.listRuns({ signal })).map(({ key }) => JSON.stringify(key));
      expect(keys).toHaveLength(2);
      expect(new Set(keys).size).toBe(2);
    });

    it('reads the same records again, in this process and the next', async () => {
      await using fixture = await makeFixture();
      const key = await withRun(fixture);
      const first = await readAll(fixture.source, key);
      expect(first.rows.length).toBeGreaterThan(0);
      expect(await readAll(fixture.source, key)).toEqual(first);
      expect(await readAll(await fixture.reopened(), key)).toEqual(first);
    });

    it('stops exactly at the cursor of any batch, and goes on from there', async () => {
      await using fixture = await makeFixture();
      const key = await withRun(fixture);
      const { batches, rows, cursor } = await readAll(fixture.source, key);
      expect(batches.length).toBeGreaterThan(1);
      for (const batch of batches) {
        const before = await readAll(fixture.source, key, { stopAt: batch.cursor });
        const after = await readAll(await fixture.reopened(), key, { after: batch.cursor });
        expect(before.cursor).toBe(batch.cursor);
        expect([...before.rows, ...after.rows]).toEqual(rows);
        expect(after.cursor).toBe(cursor);
      }
    });

    it('has news exactly when reading on would yield something', async () => {
      await using fixture = await makeFixture();
      const key = await withRun(fixture);
      expect(await fixture.source.hasNews(key, null, { signal })).toBe(true);
      const { cursor } = await readAll(fixture.source, key);
      expect(await fixture.source.hasNews(key, cursor, { signal })).toBe(false);
      expect((await readAll(fixture.source, key, { after: cursor })).batches).toEqual([]);
      await fixture.grow();
      expect(await fixture.source.hasNews(key, cursor, { signal })).toBe(true);
      expect((await readAll(fixture.source, key, { after: cursor })).rows.length).toBeGreaterThan(0);
    });

    it('gives rows whose keys are sorted, apart from the cells, and share shape objects', async () => {
      await using fixture = await makeFixture();
      const { rows } = await readAll(fixture.source, await withRun(fixture));
      const shapes = new Map<string, object>();
      for (const { shape, values, cells, timestamp, step } of rows) {
        expect(shape.keys).toEqual([...new Set(shape.keys)].sort());
        expect(values).toHaveLength(shape.keys.length);
        expect(cells.some(({ key }) => shape.keys.includes(key))).toBe(false);
        expect([Number.isFinite(timestamp), Number.isInteger(step)]).toEqual([true, true]);
        const known = shapes.get(JSON.stringify(shape.keys)) ?? shape;
        expect(shape).toBe(known);
        shapes.set(JSON.stringify(shape.keys), shape);
      }
    });

    it('says not-found for a run there is not', async () => {
      await using fixture = await makeFixture();
      const key = runKey('nobody', 'nothing', 'nowhere');
      await expect(readAll(fixture.source, key)).rejects.toMatchObject({ code: 'not-found' });
      await expect(fixture.source.hasNews(key, null, { signal })).rejects.toMatchObject({
        code: 'not-found',
      });
      await expect(fixture.source.state(key, null, { signal })).rejects.toMatchObject({ code: 'not-found' });
    });

    it('stops reading when it is cancelled', async () => {
      await using fixture = await makeFixture();
      const key = await withRun(fixture);
      const controller = new AbortController();
      const reading = async (): Promise<void> => {
        for await (const _ of fixture.source.read(key, { after: null, signal: controller.signal }))
          controller.abort();
      };
      await expect(reading()).rejects.toMatchObject({ code: 'cancelled' });
    });

    it('tells a watcher of growth and of new runs, and nothing after disposal', async () => {
      await using fixture = await makeFixture();
      // What costs requests to somebody else is found when somebody looks.
      if (fixture.source.policy.reading === 'on-demand') return;
      const key = await withRun(fixture);
      const changes: SourceChange[] = [];
      const watching = fixture.source.watch((change) => changes.push(change));
      const changesOnce = (act: () => Promise<unknown>) => async () => {
        await act();
        return changes;
      };
      await expect
        .poll(
          changesOnce(() => fixture.grow()),
          { timeout: 10_000, interval: 300 },
        )
        .toContainEqual({ kind: 'growth', key });
      await expect
        .poll(
          changesOnce(() => fixture.addRun()),
          { timeout: 10_000, interval: 300 },
        )
        .toContainEqual({ kind: 'listing' });
      await watching[Symbol.asyncDispose]();
      const told = changes.length;
      await fixture.grow();
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(changes).toHaveLength(told);
    });
  });
}

/** The same, and that of the files that runs have saved. */
export function describeSavingSourceContract(
  name: string,
  makeFixture: () => Promise<SavingSourceFixture>,
): void {
  describeSourceContract(name, makeFixture);
  describeSavedFilesContract(name, async () => {
    const fixture = await makeFixture();
    const [listing] = await fixture.source.listRuns({ signal });
    return {
      ...fixture,
      key: listing!.key,
      [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
    };
  });
}
