/** Points of one series, growing. @module */

import type { ScalarPoints } from './data-provider.ts';
import { roomForPoints } from './scalar-memory.ts';

const LEAST_CAPACITY = 16;

/**
 * Ascending by step, each step once: a point at or before the last one takes the place of all from its step on, as
 * TensorBoard's own data server has it (`tensorboard/data/server/run.rs`): what was logged last holds.
 */
export class PointBuffer {
  #points: ScalarPoints;
  #length = 0;

  /** `capacity`: points there is room for before it grows. */
  constructor(capacity = LEAST_CAPACITY) {
    this.#points = roomForPoints(capacity);
  }

  /** A power of two, so that memory let go by one series fits another. */
  static capacityFor(points: number): number {
    return Math.max(LEAST_CAPACITY, 2 ** Math.ceil(Math.log2(Math.max(1, points))));
  }

  get capacity(): number {
    return this.#points.steps.length;
  }

  get length(): number {
    return this.#length;
  }

  get byteLength(): number {
    return this.#points.steps.buffer.byteLength;
  }

  clear(): void {
    this.#length = 0;
  }

  push(step: number, wallTime: number, value: number): void {
    while (this.#length > 0 && this.#points.steps[this.#length - 1]! >= step) this.#length--;
    if (this.#length === this.#points.steps.length) this.#grow();
    const { steps, wallTimes, values } = this.#points;
    steps[this.#length] = step;
    wallTimes[this.#length] = wallTime;
    values[this.#length] = value;
    this.#length++;
  }

  /** Views, good until the next `push`. */
  points(): ScalarPoints {
    const { steps, wallTimes, values } = this.#points;
    return {
      steps: steps.subarray(0, this.#length),
      wallTimes: wallTimes.subarray(0, this.#length),
      values: values.subarray(0, this.#length),
    };
  }

  #grow(): void {
    const larger = roomForPoints(this.#length * 2);
    larger.steps.set(this.#points.steps);
    larger.wallTimes.set(this.#points.wallTimes);
    larger.values.set(this.#points.values);
    this.#points = larger;
  }
}
