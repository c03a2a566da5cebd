/** Which cells of a block belong to which of its rows. Pure. @module */

import type { BlockCell, RowBlock } from '../history/index.ts';

const NO_CELLS: readonly BlockCell[] = [];

/** The cells of a block's rows, one row after the other. */
export class CellWalk {
  readonly #cells: readonly BlockCell[];
  #next: number;
  #row = -1;
  #of = NO_CELLS;
  #first = 0;

  constructor(block: RowBlock, row: number) {
    this.#cells = block.cells;
    this.#next = firstCellFrom(block, row);
  }

  /** Index in the block of the first of those told last. */
  get first(): number {
    return this.#first;
  }

  /** Those of a row; rows are asked for in ascending order. */
  of(row: number): readonly BlockCell[] {
    if (row !== this.#row) {
      const first = this.#next;
      this.#first = first;
      while (this.#cells[this.#next]?.row === row) this.#next++;
      this.#of = first === this.#next ? NO_CELLS : this.#cells.slice(first, this.#next);
      this.#row = row;
    }
    return this.#of;
  }
}

/** Index of the first cell of a block that belongs to a row or one after it. */
export function firstCellFrom({ cells }: RowBlock, row: number): number {
  let low = 0;
  let high = cells.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cells[middle]!.row < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
