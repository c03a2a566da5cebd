import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HISTOGRAMS } from '../../../src/plugins/histograms.ts';
import { NO_CONTENTS } from '../../../src/plugins/saved-content.ts';
import { DATA_TYPE } from '../../../src/protobuf/index.ts';

/** Buckets that TensorBoard gets of a cell. */
function bucketsOf(text: string): number[][] {
  const [series] = HISTOGRAMS.cells ?? [];
  const [value, ...more] = series?.read(text, NO_CONTENTS, 'weights') ?? [];
  expect(more).toEqual([]);
  expect(value).toMatchObject({ suffix: '', metadata: series?.metadata });
  const tensor = value?.tensor;
  if (tensor === undefined || !('bytes' in tensor)) throw new Error('expected numbers');
  expect(tensor.dtype).toBe(DATA_TYPE.double);
  const view = new DataView(tensor.bytes.buffer, tensor.bytes.byteOffset, tensor.bytes.byteLength);
  const numbers = Array.from({ length: view.byteLength / 8 }, (_, i) => view.getFloat64(8 * i, true));
  expect(tensor.shape).toEqual([numbers.length / 3, 3]);
  return Array.from({ length: numbers.length / 3 }, (_, i) => numbers.slice(3 * i, 3 * i + 3));
}

function bucketsOfValue(histogram: object): number[][] {
  return bucketsOf(JSON.stringify({ _type: 'histogram', ...histogram }));
}

describe('a histogram', () => {
  it('becomes rows of left edge, right edge and count', () => {
    expect(bucketsOfValue({ values: [3, 22, 6], bins: [-3.5, -2, 0.25, 1e20] })).toEqual([
      [-3.5, -2, 3],
      [-2, 0.25, 22],
      [0.25, 1e20, 6],
    ]);
  });

  it('may have densities for counts', () => {
    expect(bucketsOfValue({ values: [0.125, 1e-300], bins: [0, 1, 2] })).toEqual([
      [0, 1, 0.125],
      [1, 2, 1e-300],
    ]);
  });

  it('may have bins of one size, packed', () => {
    const packedBins = { min: -1, size: 0.5, count: 2 };
    expect(bucketsOfValue({ values: [1, 2], packedBins })).toEqual([
      [-1, -0.5, 1],
      [-0.5, 0, 2],
    ]);
  });

  it('loses empty buckets at its ends and none within', () => {
    expect(bucketsOfValue({ values: [0, 0, 5, 0, 7, 0], bins: [0, 1, 2, 3, 4, 5, 6] })).toEqual([
      [2, 3, 5],
      [3, 4, 0],
      [4, 5, 7],
    ]);
  });

  it('has 0 for what is no count', () => {
    const text = '{"values":[1,NaN,-4,"9",null,Infinity,2],"bins":[0,1,2,3,4,5,6,7]}';
    expect(bucketsOf(text).map(([, , count]) => count)).toEqual([1, 0, 0, 0, 0, 0, 2]);
  });

  it('has the buckets whose edges are both numbers', () => {
    expect(bucketsOf('{"values":[1,2,3,4],"bins":[-Infinity,0,1,NaN,3]}')).toEqual([[0, 1, 2]]);
    expect(bucketsOfValue({ values: [1, 2, 3, 4], bins: ['0', 1, 2, 2e150, null] })).toEqual([[1, 2, 2]]);
  });

  it('has as many buckets as there are edges and counts for', () => {
    expect(bucketsOfValue({ values: [1, 2, 3], bins: [0, 1, 2] })).toEqual([
      [0, 1, 1],
      [1, 2, 2],
    ]);
    expect(bucketsOfValue({ values: [1], bins: [0, 1, 2, 3] })).toEqual([[0, 1, 1]]);
  });

  it('is turned round where its edges descend', () => {
    expect(bucketsOfValue({ values: [1, 2, 3, 9], bins: [3, 2, 1, 0] })).toEqual([
      [0, 1, 3],
      [1, 2, 2],
      [2, 3, 1],
    ]);
  });

  it('loses buckets that are inverted or overlap', () => {
    expect(bucketsOfValue({ values: [1, 2, 3, 4], bins: [0, 2, 1, 3, 4] })).toEqual([
      [0, 2, 1],
      [3, 4, 4],
    ]);
  });

  it('has buckets without a width where they have a count', () => {
    expect(bucketsOfValue({ values: [1, 0, 2, 3], bins: [1, 2, 2, 2, 3] })).toEqual([
      [1, 2, 1],
      [2, 2, 2],
      [2, 3, 3],
    ]);
    expect(bucketsOfValue({ values: [5], bins: [7, 7] })).toEqual([[7, 7, 5]]);
  });

  it('has at most 512 buckets, which keep all counts', () => {
    const values = Array.from({ length: 1300 }, (_, i) => i + 1);
    const buckets = bucketsOfValue({ values, bins: [0, ...values] });
    expect(buckets).toHaveLength(512);
    expect(buckets[0]).toEqual([0, 2, 3]);
    expect(buckets.at(-1)).toEqual([1297, 1300, 1298 + 1299 + 1300]);
    expect(buckets.reduce((sum, [, , count = 0]) => sum + count, 0)).toBe((1300 * 1301) / 2);
    for (const [i, [left]] of buckets.entries()) expect(left).toBe(i === 0 ? 0 : buckets[i - 1]?.[1]);
  });

  it.each([
    '',
    'not JSON',
    'null',
    '7',
    '[1,2]',
    '{}',
    '{"values":[],"bins":[]}',
    '{"values":[],"bins":[1]}',
    '{"values":[1,2]}',
    '{"values":"12","bins":[0,1,2]}',
    '{"values":[0,0],"bins":[0,1,2]}',
    '{"values":[1],"packedBins":{"min":"0","size":1}}',
    '{"values":[1],"packedBins":null}',
    '['.repeat(100_000),
  ])('is a step without data where it comes to nothing: %.40s', (text) => {
    expect(bucketsOf(text)).toEqual([]);
  });

  it('has ascending buckets of finite numbers, whatever the JSON says', () => {
    const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, 1, 1e308, -1e308, 5e-324));
    const list = fc.array(fc.oneof({ weight: 9, arbitrary: number }, fc.jsonValue()), { maxLength: 700 });
    const rank = (item: unknown) => (typeof item === 'number' ? item : 0);
    const sorted = list.map((items) => [...items].sort((a, b) => rank(a) - rank(b)));
    const packed = fc.record({ min: fc.oneof(number, fc.jsonValue()), size: number });
    const likely = fc.record(
      { values: list, bins: fc.oneof(list, sorted), packedBins: packed },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: likely }, fc.jsonValue()), (drawn) => {
        const buckets = bucketsOf(pythonJson(drawn));
        expect(buckets.length).toBeLessThanOrEqual(512);
        let end = Number.NEGATIVE_INFINITY;
        for (const [left = Number.NaN, right = Number.NaN, count = Number.NaN] of buckets) {
          expect(left >= end && right >= left && Number.isFinite(right - left)).toBe(true);
          expect(count >= 0 && Number.isFinite(count) && (right > left || count > 0)).toBe(true);
          end = right;
        }
        for (const ended of [buckets.at(0), buckets.at(-1)]) expect(ended?.[2]).not.toBe(0);
      }),
    );
  });
});

/** NaN and infinities bare. */
function pythonJson(value: unknown): string {
  const marked = JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'number' && !Number.isFinite(member) ? `<${member}>` : member,
  );
  return marked.replace(/"<(NaN|-?Infinity)>"/g, '$1');
}
