import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkStretch } from '../../src/sources/wandb-local/log/chunk.ts';
import { randomNumbers } from '../support/random.ts';
import { frameRecords } from '../support/wandb-log-writer.ts';

const FILE_HEADER_BYTES = 7;

/** Chunks of these payload sizes, within one block, and where each of them ends. */
function stretchOf(sizes: readonly number[]): { bytes: Uint8Array; ends: readonly number[] } {
  const random = randomNumbers(sizes.length);
  const payloads = sizes.map((size) => Uint8Array.from({ length: size }, () => random() * 256));
  let end = 0;
  return {
    bytes: frameRecords(payloads).slice(FILE_HEADER_BYTES),
    ends: sizes.map((size) => (end += 7 + size)),
  };
}

const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 3000 })), {
  minLength: 1,
  maxLength: 10,
});
const fraction = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

describe('checking many chunks at once', () => {
  it('accepts whole chunks as they were written, up to any limit', () => {
    fc.assert(
      fc.property(sizes, fraction, (list, cut) => {
        const { bytes, ends } = stretchOf(list);
        const limit = ends[0]! + Math.floor(cut * (bytes.length - ends[0]! + 1));
        expect(checkStretch(bytes, 0, limit)).toBe(ends.findLast((end) => end <= limit));
      }),
      { numRuns: 500 },
    );
  });

  it('never vouches for a chunk in which bits were flipped', () => {
    const flips = fc.array(fraction, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(sizes, flips, (list, fractions) => {
        const { bytes, ends } = stretchOf(list);
        const written = Buffer.from(bytes);
        for (const bit of fractions.map((at) => Math.floor(at * bytes.length * 8))) {
          bytes[bit >> 3]! ^= 1 << (bit & 7);
        }
        const starts = [0, ...ends.slice(0, -1)];
        const damaged = starts.find(
          (start, index) => written.compare(bytes, start, ends[index]!, start, ends[index]!) !== 0,
        );
        const end = checkStretch(bytes, 0, bytes.length);
        expect(end).toBeLessThanOrEqual(damaged ?? bytes.length);
        if (damaged === undefined) expect(end).toBe(bytes.length);
      }),
      { numRuns: 1000 },
    );
  });
});
