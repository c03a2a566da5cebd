import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowOrder, sortRows } from '../../src/sources/wandb-cloud/rows/row-order.ts';

const steps = fc.oneof(
  fc.integer({ min: 0, max: 12 }),
  fc.integer({ min: 0, max: 40_000_000 }),
  fc.constant(Number.NaN),
);
const ascending = fc
  .uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 12 })
  .map((drawn) => drawn.toSorted((a, b) => a - b));
const groups = fc.oneof(
  fc.array(fc.array(steps, { maxLength: 12 }), { maxLength: 6 }),
  fc.array(ascending, { maxLength: 6 }),
  // Disjoint and ascending, in any order: nothing has to be sorted.
  fc
    .uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 6 })
    .map((firsts) => firsts.map((first) => [first * 3, first * 3 + 1])),
);

interface Place {
  readonly value: number;
  readonly group: number;
  readonly row: number;
}

/** The last row of each value, by value. */
function expectedOrder(given: readonly (readonly number[])[]): Place[] {
  const places = new Map<number, Place>();
  given.forEach((values, group) => {
    values.forEach((value, row) => {
      if (!Number.isNaN(value)) places.set(value, { value, group, row });
    });
  });
  return [...places.values()].sort((a, b) => a.value - b.value);
}

function orderOf(given: readonly (readonly number[])[]): RowOrder {
  const starts = [0];
  for (const values of given) starts.push(starts.at(-1)! + values.length);
  return new RowOrder(sortRows(Float64Array.from(given.flat()), starts), starts);
}

describe('RowOrder', () => {
  it('has the last row of each value, by value, wherever it is', () => {
    fc.assert(
      fc.property(
        groups,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: -1, max: 61 }),
        (given, size, value) => {
          const order = orderOf(given);
          const expected = expectedOrder(given);
          expect(order.count).toBe(expected.length);
          expect(order.after(value)).toBe(expected.filter((place) => place.value <= value).length);
          const found: Place[] = [];
          for (let from = 0; from < order.count; from += size) {
            const to = Math.min(order.count, from + size);
            for (const { group, rows, places } of order.slice(from, to)) {
              rows.forEach((row, index) => {
                const position = from + places[index]!;
                found[position] = { value: order.valueAt(position), group, row };
                expect(order.groupAt(position)).toBe(group);
              });
            }
          }
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
