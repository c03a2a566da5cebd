/** Columns of a table whose cells are vectors: lists of numbers of equal length. Pure. @module */

import type { TableContent } from '../../plugins/index.ts';

/** Rows of one projection. TensorBoard's page computes with 10,000 at most, and t-SNE with fewer. */
export const MAX_ROWS = 10_000;
/** Numbers of a vector: as many as the models have that people look at, and a row of a file stays below 100 KiB. */
export const MAX_DIMENSIONS = 4096;
/** Fewer show nothing: a point, or points on a line. */
const MIN_ROWS = 2;
const MIN_DIMENSIONS = 2;

/** A column of vectors. */
export interface VectorColumn {
  /** Index of the column. */
  readonly column: number;
  readonly dimensions: number;
  /** Indexes of rows that have a vector of finite numbers, ascending. */
  readonly rows: readonly number[];
}

/** Cells of a row; none for what is no row. */
export function cellsOf(table: TableContent, row: number): readonly unknown[] {
  const cells = table.data[row];
  return Array.isArray(cells) ? cells : [];
}

/** What was found of a column so far; null once it holds something else. */
type Candidate = { readonly dimensions: number; readonly rows: number[] } | null;

/**
 * In the order of the table. Other cells of such a column may be empty (null); their rows are left out. Looks at each cell once:
 * a table may claim more columns than it has cells.
 */
export function vectorColumns(table: TableContent): readonly VectorColumn[] {
  const candidates: (Candidate | undefined)[] = [];
  for (let row = 0; row < table.data.length; row++) {
    for (const [column, cell] of cellsOf(table, row).entries()) {
      if (cell !== null) candidates[column] = withCell(candidates[column], cell, row);
    }
  }
  return candidates.flatMap((found, column) =>
    found && found.rows.length >= MIN_ROWS ? [{ column, ...found }] : [],
  );
}

function withCell(known: Candidate | undefined, cell: unknown, row: number): Candidate {
  if (known === null || !Array.isArray(cell)) return null;
  const candidate = known ?? { dimensions: cell.length, rows: [] };
  const { dimensions, rows } = candidate;
  const isSuited = dimensions >= MIN_DIMENSIONS && dimensions <= MAX_DIMENSIONS;
  if (!isSuited || cell.length !== dimensions || !cell.every(isNumber)) return null;
  if (rows.length < MAX_ROWS && cell.every(isDrawable)) rows.push(row);
  return candidate;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

/** TensorBoard reads 32-bit floats, and one that is not finite leaves its page without a projection. */
function isDrawable(value: number): boolean {
  return Number.isFinite(Math.fround(value));
}
