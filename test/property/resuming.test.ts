import { appendFile, truncate, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HistoryRow, RunRecord } from '../../src/core/index.ts';
import {
  isOfWaiting,
  localSource,
  neverAborted,
  readAll,
  rowObject,
  temporaryFolder,
} from '../support/local-runs.ts';
import { MovingClock } from '../support/moving-clock.ts';
import { randomNumbers } from '../support/random.ts';
import { frameRecords, WandbLogWriter } from '../support/wandb-log-writer.ts';

const LOG = 'wandb/run-20240101_000000-abc/run-abc.wandb';

function someLog(
  rows: number,
  seed: number,
  style: 'core' | 'python' = 'core',
  origin: 0 | 7 = 0,
): Uint8Array {
  const random = randomNumbers(seed);
  const writer = new WandbLogWriter({ seed, style, origin }).begin('abc');
  for (let step = 0; step < rows; step++) {
    const own = random() < 0.7 ? { _step: step * 2, _timestamp: 1_700_000_000 + step } : {};
    const text = random() < 0.2 ? { note: 'x'.repeat(Math.floor(random() * 900)) } : {};
    writer.row({ loss: random(), acc: random(), ...text, ...own });
    if (random() < 0.1) writer.stats(1_700_000_000 + step, { cpu: random() });
  }
  return writer.exit(0).bytes();
}

const plain = (rows: readonly HistoryRow[]) =>
  rows.map((row) => ({ step: row.step, timestamp: row.timestamp, ...rowObject(row) }));
const lasting = (records: readonly RunRecord[]) =>
  records.filter((record) => record.kind !== 'summary' && !isOfWaiting(record));

/** Without the word that the files beside an empty log were looked at. */
const ofLog = (cursor: string | null) => cursor?.replace(/^@[^|]*\|?/, '');

describe('a log cut off anywhere', () => {
  it('gives the rows before the cut, and after growth the same rows as ever', async () => {
    await using folder = await temporaryFolder();
    const whole = someLog(8, 3);
    const path = await folder.write(LOG, whole);
    const source = localSource(folder.path);
    const [run] = await source.listRuns({ signal: neverAborted });
    const all = plain((await readAll(source, run!.key)).rows);
    for (let cut = 300; cut < whole.length; cut += 1) {
      await truncate(path, cut);
      const before = await readAll(source, run!.key);
      expect(plain(before.rows)).toEqual(all.slice(0, before.rows.length));
      expect(before.skippedBytes).toBe(0);
      await appendFile(path, whole.subarray(cut));
      if (cut % 8 !== 0) continue;
      const rest = await readAll(source, run!.key, { after: before.cursor });
      expect(plain([...before.rows, ...rest.rows])).toEqual(all);
    }
  }, 120_000);

  it('at every byte of a small log never fails, and is called neither news nor damage once read', async () => {
    await using folder = await temporaryFolder();
    const whole = new WandbLogWriter().begin('abc').row({ a: 1, _step: 0 }).row({ a: 2, _step: 1 }).bytes();
    for (let cut = 0; cut <= whole.length; cut++) {
      await folder.write(LOG, whole.subarray(0, cut));
      // Long after it was written, so that a log too short to name its run is listed too.
      const source = localSource(folder.path, { clock: new MovingClock(Date.now() + 3_600_000) });
      const [run] = await source.listRuns({ signal: neverAborted });
      const { cursor, skippedBytes } = await readAll(source, run!.key);
      expect(skippedBytes).toBe(0);
      expect(await source.hasNews(run!.key, cursor, { signal: neverAborted })).toBe(false);
    }
  });
});

describe('cursors', () => {
  it('of any batch can be stopped at and gone on from, in any order of growth', async () => {
    const growth = fc.record({
      seed: fc.integer({ min: 1, max: 1000 }),
      rows: fc.integer({ min: 1, max: 3000 }),
      style: fc.constantFrom<'core' | 'python'>('core', 'python'),
      origin: fc.constantFrom<0 | 7>(0, 7),
      cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(growth, async ({ seed, rows, style, origin, cuts }) => {
        await using folder = await temporaryFolder();
        const whole = someLog(rows, seed, style, origin);
        const path = await folder.write(LOG, whole);
        const one = localSource(folder.path);
        const [run] = await one.listRuns({ signal: neverAborted });
        const all = await readAll(one, run!.key);

        const pieces: RunRecord[] = [];
        let after = null as typeof all.cursor;
        for (const cut of [...cuts.toSorted((a, b) => a - b), 1]) {
          await writeFile(path, whole.subarray(0, Math.max(7, Math.floor(cut * whole.length))));
          const piece = await readAll(one, run!.key, { after });
          if (piece.cursor !== null) {
            const other = localSource(folder.path);
            const [same] = await other.listRuns({ signal: neverAborted });
            const again = await readAll(other, same!.key, { after, stopAt: piece.cursor });
            expect(again.cursor).toBe(piece.cursor);
            expect(lasting(again.records)).toEqual(lasting(piece.records));
          }
          pieces.push(...piece.records);
          after = piece.cursor;
        }
        expect(lasting(pieces)).toEqual(lasting(all.records));
        expect(ofLog(after)).toBe(ofLog(all.cursor));
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});

describe('damage', () => {
  it('never makes reading fail or run on, and stopping beyond it is exact', async () => {
    await using folder = await temporaryFolder();
    const whole = someLog(400, 9);
    const path = await folder.write(LOG, whole);
    const source = localSource(folder.path);
    const [run] = await source.listRuns({ signal: neverAborted });
    const all = new Set(
      plain((await readAll(source, run!.key)).rows).map((row) =>
        JSON.stringify({ ...row, timestamp: 0, step: 0 }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 400 * 8, max: whole.length * 8 - 1 }),
        fc.boolean(),
        async (bit, zeroBlock) => {
          const damaged = Uint8Array.from(whole);
          if (zeroBlock) damaged.fill(0, (bit >> 18) << 15, ((bit >> 18) + 1) << 15);
          damaged.set(whole.subarray(0, 400));
          damaged[bit >> 3]! ^= 1 << (bit & 7);
          await writeFile(path, damaged);
          const { rows, cursor, records, skippedBytes } = await readAll(source, run!.key);
          for (const row of plain(rows))
            expect(all).toContain(JSON.stringify({ ...row, timestamp: 0, step: 0 }));
          const again = await readAll(source, run!.key, { stopAt: cursor! });
          expect([again.cursor, again.skippedBytes]).toEqual([cursor, skippedBytes]);
          expect(again.records).toEqual(records);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  it('of an oversized length or a record without end keeps memory bounded and later records', async () => {
    // A chunk that claims more than its block, then a record whose last chunk is missing, then sound records.
    const log = new WandbLogWriter().begin('abc').row({ a: 1 });
    const bytes = Buffer.concat([log.bytes(), Buffer.from([1, 2, 3, 4, 0xff, 0xff, 1])]);
    const padded = Buffer.concat([bytes, new Uint8Array(32_768 - bytes.length)]);
    const later = Buffer.from(new WandbLogWriter().begin('abc').row({ a: 2 }).bytes());
    // Framed at the start of a block: the file header is replaced by seven bytes of a previous block.
    const tail = frameRecords([...payloadsOf(later)], 7).subarray(7);
    await using folder = await temporaryFolder();
    await folder.write(LOG, Buffer.concat([padded, tail]));
    const source = localSource(folder.path);
    const [run] = await source.listRuns({ signal: neverAborted });
    const { rows, skippedBytes } = await readAll(source, run!.key);
    expect(rows.map(rowObject)).toEqual([{ a: 1 }, { a: 2 }]);
    expect(skippedBytes).toBe(32_768 - log.bytes().length);
  });
});

function* payloadsOf(log: Uint8Array): Generator<Uint8Array> {
  for (let at = 7; at < log.length; ) {
    const length = log[at + 4]! | (log[at + 5]! << 8);
    yield log.subarray(at + 7, at + 7 + length);
    at += 7 + length;
  }
}
