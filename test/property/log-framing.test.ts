import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_BYTES, LogFramer } from '../../src/sources/wandb-local/log/framing.ts';
import { randomNumbers } from '../support/random.ts';
import { frameRecords } from '../support/wandb-log-writer.ts';

/** Every record, fed to the framer in windows that end at the given offsets (then at the end). */
function readInWindows(
  log: Uint8Array,
  ends: readonly number[],
): { records: Uint8Array[]; framer: LogFramer } {
  const framer = new LogFramer(7, 0);
  const records: Uint8Array[] = [];
  for (const end of [...ends.toSorted((a, b) => a - b), log.length]) {
    const start = Math.min(framer.position, end);
    framer.attach(log.subarray(start, end), start);
    while (framer.next()) records.push(framer.payload.slice(framer.payloadStart, framer.payloadEnd));
  }
  return { records, framer };
}

function payloads(sizes: readonly number[]): Uint8Array[] {
  const random = randomNumbers(sizes.length);
  return sizes.map((size) => Uint8Array.from({ length: size }, () => random() * 256));
}

/** Sizes that make chunks end at, just before and just after block edges. */
const edgeSize = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: BLOCK_BYTES - 40, max: BLOCK_BYTES + 10 }),
  fc.integer({ min: 2 * BLOCK_BYTES - 60, max: 2 * BLOCK_BYTES + 10 }),
);
const origins = fc.constantFrom<0 | 7>(0, 7);

describe('log framing', () => {
  it('gives back every record, for any sizes, both block origins and any windows', () => {
    const sizes = fc.array(edgeSize, { minLength: 1, maxLength: 8 });
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 });
    fc.assert(
      fc.property(sizes, origins, cuts, (list, origin, fractions) => {
        const wanted = payloads(list);
        const log = frameRecords(wanted, origin);
        const { records, framer } = readInWindows(
          log,
          fractions.map((cut) => Math.floor(cut * log.length)),
        );
        expect(records.map((record) => Buffer.from(record).toString('base64'))).toEqual(
          wanted.map((record) => Buffer.from(record).toString('base64')),
        );
        expect(framer).toMatchObject({ skippedBytes: 0, position: log.length, resumeAt: log.length });
      }),
      { numRuns: 150 },
    );
  });

  it('loses at most the records touching the block of a flipped bit, and counts what it passed over', () => {
    const sizes = Array.from({ length: 400 }, (_, index) => 200 + ((index * 7919) % 500));
    const wanted = payloads(sizes).map((payload, index) =>
      Buffer.concat([Buffer.from(`${index}:`), payload]),
    );
    const log = frameRecords(wanted);
    fc.assert(
      fc.property(fc.integer({ min: 7 * 8, max: (log.length - 2 * BLOCK_BYTES) * 8 }), (bit) => {
        const damaged = Uint8Array.from(log);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        const { records, framer } = readInWindows(damaged, []);
        const texts = new Set(wanted.map((record) => record.toString('base64')));
        for (const record of records) expect(texts).toContain(Buffer.from(record).toString('base64'));
        const lost = wanted.length - records.length;
        expect(lost).toBeGreaterThan(0);
        // A block holds at most 32768 / 207 records, and one more at each edge.
        expect(lost).toBeLessThanOrEqual(160);
        expect(framer.skippedBytes).toBeGreaterThan(0);
        expect(framer.skippedBytes).toBeLessThanOrEqual(BLOCK_BYTES + 2 * 710);
      }),
      { numRuns: 100 },
    );
  });

  it('survives any bytes at all, and always comes to an end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 3 * BLOCK_BYTES, size: 'max' }), (bytes) => {
        const { framer } = readInWindows(bytes, []);
        expect(framer.resumeAt).toBeLessThanOrEqual(Math.max(7, bytes.length));
      }),
      { numRuns: 30 },
    );
  });
});
