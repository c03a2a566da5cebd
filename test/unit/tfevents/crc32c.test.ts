import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advanceCrc, advanceTable, CRC_START, crcBytes, maskedCrc } from '../../../src/tfevents/crc32c.ts';
import { slowCrc32c } from '../../support/event-reader.ts';

const finished = (bytes: Uint8Array) => ~crcBytes(CRC_START, bytes) >>> 0;
const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);

describe('CRC-32C', () => {
  // RFC 3720, appendix B.4.
  it.each([
    ['32 bytes of zeroes', new Uint8Array(32), 0x8a9136aa],
    ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['32 ascending bytes', ascending, 0x46dd794e],
    ['32 descending bytes', ascending.toReversed(), 0x113fdb5c],
  ])('is that of RFC 3720 for %s', (_, bytes, expected) => {
    expect(finished(bytes)).toBe(expected);
  });

  it('masks as TensorFlow does', () => {
    // The record "\x1a\x11CRC test, one two" of rustboard's masked_crc.rs.
    const bytes = new TextEncoder().encode('\x1a\x11CRC test, one two');
    expect(maskedCrc(crcBytes(CRC_START, bytes)) >>> 0).toBe(0x5794d08a);
  });

  it('is the same bit by bit and by slices, from any offset', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(8), (bytes, start) => {
        const from = Math.min(start, bytes.length);
        expect(~crcBytes(CRC_START, bytes, from) >>> 0).toBe(slowCrc32c(bytes.subarray(from)));
      }),
    );
  });

  it('advances over zero bytes by table as one by one', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 300 }), (crc, count) => {
        const table = advanceTable(count);
        const mapped =
          table[crc & 255]! ^
          table[256 | ((crc >>> 8) & 255)]! ^
          table[512 | ((crc >>> 16) & 255)]! ^
          table[768 | (crc >>> 24)]!;
        expect(mapped).toBe(advanceCrc(crc, count));
      }),
    );
  });
});
