/** Compares what was read of a run with what its server counts: a missing key or row is noticed. @module */

import type { HistoryRow, RowShape } from '../../../core/index.ts';
import type { HistoryKeys } from '../rows/index.ts';

/** Types that are one value of one key in our rows, however they are logged. */
const PLAIN_TYPES: ReadonlySet<string> = new Set(['number', 'string', 'bool']);

/** A key with fewer values than the server counts. */
export interface MissingValues {
  readonly key: string;
  readonly expected: number;
  readonly found: number;
}

/** Counts values by key. Rows share shapes, so that a row costs one addition and one for each cell. */
export class HistoryCheck {
  readonly #rowsOfShape = new Map<RowShape, number>();
  readonly #cells = new Map<string, number>();

  add(rows: readonly HistoryRow[]): void {
    for (const { shape, cells } of rows) {
      this.#rowsOfShape.set(shape, (this.#rowsOfShape.get(shape) ?? 0) + 1);
      for (const { key } of cells) this.#cells.set(key, (this.#cells.get(key) ?? 0) + 1);
    }
  }

  /** Keys of plain values that lack some; axes and bookkeeping apart. */
  missing(keys: HistoryKeys): MissingValues[] {
    const found = new Map(this.#cells);
    for (const [shape, rows] of this.#rowsOfShape)
      for (const key of shape.keys) found.set(key, (found.get(key) ?? 0) + rows);
    return keys.keys().flatMap((key) => {
      const counts = keys.counts(key);
      if (key.startsWith('_') || [...counts.keys()].some((type) => !PLAIN_TYPES.has(type))) return [];
      const expected = [...counts.values()].reduce((sum, count) => sum + count, 0);
      const values = found.get(key) ?? 0;
      return values < expected ? [{ key, expected, found: values }] : [];
    });
  }
}
