/** Records as they come out of bytes, and that no damage gets by. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeEvent, encodeScalarsPlainly } from '../../../src/tfevents/index.ts';
import { readEventPoints } from '../../../src/verify/event-points.ts';
import { maskedCrc32c, readRecords } from '../../../src/verify/record-reader.ts';
import { slowMaskedCrc } from '../../support/event-reader.ts';

const RECORDS = [
  encodeEvent({ kind: 'file-version', version: 2, wallTime: 1 }),
  encodeScalarsPlainly(['a', 'b'], 0, 1, [1, 2]),
  encodeScalarsPlainly(['a'], 1, 2, [3]),
];
const FILE = Buffer.concat(RECORDS);
/** Offsets at which the file may end without damage. */
const ENDS = new Set(RECORDS.map((_, i) => Buffer.concat(RECORDS.slice(0, i)).length));

async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function recordsOf(bytes: Uint8Array, length = 7): Promise<Buffer[]> {
  const records: Buffer[] = [];
  for await (const data of readRecords(pieces(bytes, length))) records.push(Buffer.from(data));
  return records;
}

describe('records', () => {
  it('are the same however the bytes are cut', async () => {
    const whole = await recordsOf(FILE, FILE.length);
    expect(whole).toHaveLength(3);
    for (const length of [1, 2, 11, 12, 13, 40]) expect(await recordsOf(FILE, length)).toEqual(whole);
  });

  it('have the checksum that the polynomial says', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => maskedCrc32c(bytes) === slowMaskedCrc(bytes)));
  });

  it('are found damaged when any bit of a file is another', async () => {
    for (let bit = 0; bit < 8 * FILE.length; bit++) {
      const damaged = Buffer.from(FILE);
      damaged[bit >> 3] = damaged[bit >> 3]! ^ (1 << (bit & 7));
      await expect(recordsOf(damaged), `bit ${bit}`).rejects.toMatchObject({ code: 'corrupt' });
    }
  });

  it('are found missing when a file ends within one', async () => {
    for (let length = 1; length < FILE.length; length++) {
      const { damage } = await readEventPoints(pieces(FILE.subarray(0, length), 9), () => true);
      expect([length, damage?.code]).toEqual([length, ENDS.has(length) ? undefined : 'corrupt']);
    }
    const { damage, series } = await readEventPoints(pieces(FILE.subarray(0, -1), 9), () => true);
    expect(damage?.message).toMatch(/the file ends \d+ bytes after the record begins/);
    expect(series.length).toBe(2);
  });
});
