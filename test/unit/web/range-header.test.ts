/** Range parsing, against a plain reading of the RFC. @module */

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { contentRange, parseRange } from '../../../src/frontends/web/protocol/range-header.ts';

const size = fc.nat(1000);
const position = fc.nat(1200);

it('selects first-last as a slice would', async () => {
  await fc.assert(
    fc.property(size, position, position, (total, first, last) => {
      const answer = parseRange(`bytes=${first}-${last}`, total);
      const bytes = Array.from({ length: total }, (_, index) => index).slice(first, last + 1);
      if (last < first || bytes.length === 0) expect(answer).toBe('unsatisfiable');
      else expect(answer).toEqual({ start: bytes[0], end: (bytes.at(-1) ?? 0) + 1 });
    }),
  );
});

it('reads positions of any number of digits', async () => {
  const digits = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.nat(24));
  await fc.assert(
    fc.property(size, position, digits, (total, first, [beyond, width]) => {
      const last = BigInt(first) + beyond;
      const header = `bytes=${String(first).padStart(width, '0')}-${String(last).padStart(width, '0')}`;
      const end = last < total ? Number(last) + 1 : total;
      expect(parseRange(header, total)).toEqual(first < total ? { start: first, end } : 'unsatisfiable');
    }),
  );
});

it('selects an open end and a suffix', async () => {
  await fc.assert(
    fc.property(size, position, (total, count) => {
      const open = count < total ? { start: count, end: total } : 'unsatisfiable';
      expect(parseRange(`bytes=${count}-`, total)).toEqual(open);
      const suffix = count && total ? { start: Math.max(0, total - count), end: total } : 'unsatisfiable';
      expect(parseRange(`bytes=-${count}`, total)).toEqual(suffix);
    }),
  );
});

it('gives a range within the file, whole or unsatisfiable, for any text', async () => {
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[-0-9, ]{0,12}$/).map((spec) => `bytes=${spec}`),
  );
  await fc.assert(
    fc.property(text, size, (header, total) => {
      const answer = parseRange(header, total);
      if (typeof answer === 'string') return;
      expect(0 <= answer.start && answer.start < answer.end && answer.end <= total).toBe(true);
      expect(contentRange(answer, total)).toBe(`bytes ${answer.start}-${answer.end - 1}/${total}`);
    }),
  );
});
