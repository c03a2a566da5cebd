/**
 * The mean of the last values of a series, as many as there are: pandas' `rolling(window, min_periods=1).mean()`, which leaves out NaN and
 * infinities. Each value costs the same, however long the window is.
 *
 * The sum is put together from those of two stacks, one of older values, summed from the newest of them back, and one of newer: nothing
 * is ever subtracted, so that a large value leaves nothing behind. A running sum, such as pandas', would keep what was rounded away.
 * @module
 */

export class RollingMean {
  readonly #window: number;
  /** The oldest last; what is left out is NaN. */
  readonly #older: number[] = [];
  /** By index in `#older`: the sum of that value and those before it in the list. */
  readonly #olderSums: number[] = [];
  /** The newest last. */
  readonly #newer: number[] = [];
  #newerSum = 0;
  /** Of the numbers in the window. */
  #count = 0;

  /** `window`: number of values, 1 or more. */
  constructor(window: number) {
    this.#window = window;
  }

  /** The mean of a value and those before it in the window; NaN where all of them are left out. */
  add(value: number): number {
    if (this.#older.length + this.#newer.length === this.#window) this.#dropOldest();
    const isNumber = Number.isFinite(value);
    this.#newer.push(isNumber ? value : Number.NaN);
    if (isNumber) {
      this.#newerSum += value;
      this.#count++;
    }
    if (this.#count === 0) return Number.NaN;
    const sum = (this.#olderSums.at(-1) ?? 0) + this.#newerSum;
    return Number.isFinite(sum) ? sum / this.#count : this.#meanOfParts();
  }

  #dropOldest(): void {
    if (this.#older.length === 0) this.#turn();
    this.#olderSums.pop();
    if (!Number.isNaN(this.#older.pop()!)) this.#count--;
  }

  /** What was newer is older from now on. */
  #turn(): void {
    let sum = 0;
    for (let value = this.#newer.pop(); value !== undefined; value = this.#newer.pop()) {
      if (!Number.isNaN(value)) sum += value;
      this.#older.push(value);
      this.#olderSums.push(sum);
    }
    this.#newerSum = 0;
  }

  /** Where the sum alone is beyond float64. */
  #meanOfParts(): number {
    let mean = 0;
    for (const values of [this.#older, this.#newer])
      for (const value of values) if (!Number.isNaN(value)) mean += value / this.#count;
    return mean;
  }
}
