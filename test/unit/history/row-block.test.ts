import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogdirError } from '../../../src/core/index.ts';
import { BlockBuilder } from '../../../src/history/log/block-builder.ts';
import { decodeBlock, encodeBlock } from '../../../src/history/log/row-block.ts';

const number = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -0));
const rowArbitrary = fc.record({
  step: fc.maxSafeInteger(),
  timestamp: fc.double({ noNaN: true }),
  shapeId: fc.nat(2 ** 32 - 1),
  values: fc.array(number, { maxLength: 5 }),
  cells: fc.array(fc.tuple(fc.nat(2 ** 32 - 1), fc.string({ unit: 'grapheme' })), { maxLength: 3 }),
});

function build(rows: readonly (typeof rowArbitrary extends fc.Arbitrary<infer T> ? T : never)[]) {
  const builder = new BlockBuilder();
  for (const { step, timestamp, shapeId, values, cells } of rows) {
    builder.addRow(step, timestamp, shapeId, values);
    for (const [cellShapeId, text] of cells) builder.addCell(cellShapeId, text);
  }
  return builder.seal().block;
}

describe('a block', () => {
  it('comes back from its bytes as it was, at any alignment', () => {
    fc.assert(
      fc.property(fc.array(rowArbitrary, { maxLength: 20 }), fc.nat(7), (rows, offset) => {
        const block = build(rows);
        const bytes = encodeBlock(block);
        expect(bytes.length % 8).toBe(0);
        const moved = new Uint8Array(bytes.length + offset);
        moved.set(bytes, offset);
        expect(decodeBlock(moved.subarray(offset))).toEqual(block);
      }),
    );
  });

  it('is refused when it is cut short or its sections do not add up', () => {
    const bytes = encodeBlock(build(fc.sample(rowArbitrary, { numRuns: 5, seed: 1 })));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeBlock(bytes.slice(0, length))).toThrow(LogdirError);
    }
    const lying = bytes.slice();
    lying[0] = 0xff;
    expect(() => decodeBlock(lying)).toThrow(/malformed/);
  });
});

describe('a block builder', () => {
  it('starts over when its block is taken', () => {
    const builder = new BlockBuilder();
    builder.addRow(1, 2, 3, [4]);
    expect(builder.isEmpty).toBe(false);
    expect(builder.seal().block.rowCount).toBe(1);
    expect(builder.isEmpty).toBe(true);
    expect(builder.seal().block.values.length).toBe(0);
  });

  it('is full by values, by rows and by text', () => {
    const fullAfter = (add: (builder: BlockBuilder) => void) => {
      const builder = new BlockBuilder();
      let count = 0;
      for (; !builder.isFull; count++) add(builder);
      return count;
    };
    expect(fullAfter((builder) => builder.addRow(0, 0, 0, [1, 2, 3, 4]))).toBe(2048);
    expect(fullAfter((builder) => builder.addRow(0, 0, 0, []))).toBe(4096);
    expect(
      fullAfter((builder) => {
        builder.addRow(0, 0, 0, []);
        builder.addCell(0, 'x'.repeat(1024));
      }),
    ).toBe(128);
  });
});
