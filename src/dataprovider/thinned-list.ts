/** A list that keeps at most so many of what it is given, spread evenly, the first and the newest among them. @module */

import type { SeriesEnd } from './data-provider.ts';

/**
 * Of a series of any length in bounded memory: when it is full, every other point goes, and from then on only every
 * second, fourth … point stays. A point at or before the last one takes the place of all from its step on.
 */
export class ThinnedList<T extends SeriesEnd> {
  readonly #max: number;
  readonly #kept: T[] = [];
  #newest: T | undefined;
  #stride = 1;
  #count = 0;

  /** `max`: at least 1. */
  constructor(max: number) {
    this.#max = max;
  }

  push(point: T): void {
    if (this.#newest !== undefined && this.#newest.step >= point.step) this.#dropFrom(point.step);
    this.#newest = point;
    if (this.#count++ % this.#stride !== 0) return;
    this.#kept.push(point);
    // One place is the newest point's.
    if (this.#kept.length < Math.max(2, this.#max)) return;
    this.#stride *= 2;
    for (let i = 1; 2 * i < this.#kept.length; i++) this.#kept[i] = this.#kept[2 * i]!;
    this.#kept.length = Math.ceil(this.#kept.length / 2);
  }

  /** Ascending by step. */
  points(): readonly T[] {
    const newest = this.#newest;
    if (newest === undefined) return [];
    const before = this.#kept.filter(({ step }) => step < newest.step);
    return [...before.slice(0, this.#max - 1), newest];
  }

  #dropFrom(step: number): void {
    while (this.#kept.length > 0 && this.#kept.at(-1)!.step >= step) this.#kept.pop();
    this.#count = this.#kept.length * this.#stride;
  }
}
