/** Sorts rows that are nearly sorted already. @module */

import type { Turn } from './turn.ts';

/** Rows between two looks at the clock. */
const CHECKPOINT = 16_384;

/**
 * Sorts numbers of rows by the rows' axis values, merging the stretches that ascend already. Rows of equal values stay
 * in order.
 */
export class RunSorter {
  readonly #axis: Float64Array;
  readonly #turn: Turn;
  #rows: Uint32Array;
  #merged: Uint32Array;

  constructor(axis: Float64Array, rows: Uint32Array, turn: Turn) {
    this.#axis = axis;
    this.#rows = rows;
    this.#merged = new Uint32Array(rows.length);
    this.#turn = turn;
  }

  async sort(): Promise<Uint32Array> {
    let bounds = await this.#runs();
    while (bounds.length > 2) {
      const next = [0];
      for (let run = 0; run + 1 < bounds.length; run += 2) {
        const end = bounds[run + 2] ?? bounds[run + 1]!;
        await this.#merge(bounds[run]!, bounds[run + 1]!, end);
        next.push(end);
      }
      [this.#rows, this.#merged] = [this.#merged, this.#rows];
      bounds = next;
    }
    return this.#rows;
  }

  /** Where stretches begin that do not descend, and the end. */
  async #runs(): Promise<number[]> {
    const bounds = [0];
    for (let index = 1; index < this.#rows.length; index++) {
      if (this.#axis[this.#rows[index]!]! < this.#axis[this.#rows[index - 1]!]!) bounds.push(index);
      if (index % CHECKPOINT === 0 && this.#turn.isOver) await this.#turn.next();
    }
    bounds.push(this.#rows.length);
    return bounds;
  }

  async #merge(start: number, middle: number, end: number): Promise<void> {
    let left = start;
    let right = middle;
    for (let at = start; at < end; at++) {
      const takesRight = left === middle || (right < end && this.#value(right) < this.#value(left));
      this.#merged[at] = this.#rows[takesRight ? right++ : left++]!;
      if (at % CHECKPOINT === 0 && this.#turn.isOver) await this.#turn.next();
    }
  }

  #value(index: number): number {
    return this.#axis[this.#rows[index]!]!;
  }
}
