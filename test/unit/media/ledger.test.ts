/** What was decided of media is kept so that every process has the same of it. @module */

import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runKey, systemClock } from '../../../src/core/index.ts';
import { LocalStore, type RunLog } from '../../../src/history/index.ts';
import { MediaLedger } from '../../../src/media/index.ts';
import { createMetrics, silentLogger } from '../../../src/observability/index.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';

let folder: TemporaryFolder;
let store: LocalStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  const parts = { logger: silentLogger(), metrics: createMetrics({ processMetrics: false }) };
  store = new LocalStore({ cacheDir: folder.path, maxBytes: 1e6, clock: systemClock, ...parts });
});
afterEach(() => folder[Symbol.asyncDispose]());

/** What a ledger asks of a log. */
function logOf(isDurable = true): RunLog {
  const id = { key: runKey('acme', 'research', 'run1'), origin: 'script' };
  return { id, generation: 1, isDurable } as RunLog;
}

const open = (of: LocalStore = store, log = logOf()) => MediaLedger.load(of, log);

async function documentPath(): Promise<string> {
  const names = await readdir(folder.path, { recursive: true });
  return join(folder.path, names.find((name) => name.endsWith('h1.media.jsonl'))!);
}

describe('a ledger of media', () => {
  it('keeps the first decision on a key, in this process and the next', async () => {
    const ledger = await open();
    expect(await ledger.decide('a', { size: 3, crc: 7 })).toEqual({ size: 3, crc: 7 });
    expect(await ledger.decide('a', { lost: 'gone' })).toEqual({ size: 3, crc: 7 });
    expect((await open()).get('a')).toEqual({ size: 3, crc: 7 });
  });

  it('writes what is decided at once together, all of it', async () => {
    const ledger = await open();
    const keys = Array.from({ length: 500 }, (_, i) => `key ${i}`);
    const appended = vi.spyOn(store, 'appendDocument');
    await Promise.all(keys.map((key, i) => ledger.decide(key, { size: i })));
    expect(appended.mock.calls.length).toBeLessThanOrEqual(2);
    const again = await open();
    expect(keys.map((key) => again.get(key))).toEqual(keys.map((_, size) => ({ size })));
  });

  it('has what another process decided first', async () => {
    const [a, b] = [await open(), await open()];
    const [of, ofB] = await Promise.all([a.decide('x', { size: 1 }), b.decide('x', { lost: 'gone' })]);
    expect(ofB).toEqual(of);
    expect(await a.decide('y', { lost: 'gone' })).toEqual({ lost: 'gone' });
    expect(await b.decide('y', { size: 1 })).toEqual({ lost: 'gone' });
    expect([...b.losses]).toEqual([...a.losses]);
  });

  it('takes a torn line for none, whether or not something follows it', async () => {
    const ledger = await open();
    await ledger.decide('a', { size: 1 });
    const path = await documentPath();
    const whole = await readFile(path);
    for (let length = 1; length < whole.length; length++) {
      await writeFile(path, Buffer.concat([whole, whole.subarray(0, length)]));
      const next = await open();
      expect(next.get('a')).toEqual({ size: 1 });
      await next.decide('b', { size: 2 });
      expect((await open()).get('b')).toEqual({ size: 2 });
    }
  });

  it('goes on where somebody deletes what was kept', async () => {
    const ledger = await open();
    for (const key of ['a', 'b', 'c']) await ledger.decide(key, { size: 1 });
    await rm(await documentPath());
    await ledger.decide('d', { size: 2 });
    await ledger.reload();
    expect(['a', 'd'].map((key) => ledger.get(key))).toEqual([{ size: 1 }, { size: 2 }]);
  });

  it('takes a damaged line for none', async () => {
    await (await open()).decide('a', { size: 123 });
    const path = await documentPath();
    await writeFile(path, (await readFile(path, 'utf8')).replace('123', '124'));
    await appendFile(path, 'no line\n\n00000000 {}\n');
    expect((await open()).get('a')).toBeUndefined();
  });

  it('begins another epoch when something that was served is lost, once whoever tells of it', async () => {
    const [a, b] = [await open(), await open()];
    await a.decide('x', { size: 1 });
    await a.decide('y', { size: 1 });
    await a.decide('z', { size: 1 });
    await b.reload();
    const late = { lost: ['x', 'y'], forgotten: ['z'], reason: 'gone' };
    await Promise.all([a.supersede(late), b.supersede(late)]);
    for (const ledger of [a, b, await open()]) {
      await ledger.reload();
      expect([ledger.epoch, ledger.forgettings]).toEqual([1, 1]);
      expect(['x', 'y', 'z'].map((key) => ledger.get(key))).toEqual([
        { lost: 'gone' },
        { lost: 'gone' },
        undefined,
      ]);
    }
    await a.decide('z', { size: 2 });
    await b.reload();
    expect(b.get('z')).toEqual({ size: 2 });
  });

  it('loses nothing that is decided while it is read again', async () => {
    const ledger = await open();
    await ledger.decide('a', { size: 1 });
    await Promise.all([ledger.reload(), ledger.decide('b', { size: 2 }), ledger.reload()]);
    expect([ledger.get('a'), ledger.get('b')]).toEqual([{ size: 1 }, { size: 2 }]);
  });

  it('goes on where the disk takes no more, and writes nothing of a log that lives in memory', async () => {
    const noRoom = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    const appending = vi.spyOn(store, 'appendDocument').mockImplementation(noRoom);
    for (const ledger of [await open(), await open(store, logOf(false))]) {
      expect(await ledger.decide('a', { size: 1 })).toEqual({ size: 1 });
      await ledger.reload();
      expect(ledger.get('a')).toEqual({ size: 1 });
    }
    expect(appending).toHaveBeenCalledOnce();
    expect((await open()).get('a')).toBeUndefined();
  });
});
