/** Points of one series, growing. @module */

import type { ScalarPoints } from './data-provider.ts';

/** Step and wall time as float64, value as float32. */
export const BYTES_PER_POINT = 20;
const FIRST_CAPACITY = 256;

/**
 * Ascending by step, each step once: a point at or before the last one takes the place of all from its step on, as
 * TensorBoard's own data server has it (`tensorboard/data/server/run.rs`): what was logged last holds.
 */
export class PointBuffer {
  #steps = new Float64Array(FIRST_CAPACITY);
  #wallTimes = new Float64Array(FIRST_CAPACITY);
  #values = new Float32Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get byteLength(): number {
    return this.#steps.length * BYTES_PER_POINT;
  }

  push(step: number, wallTime: number, value: number): void {
    while (this.#length > 0 && this.#steps[this.#length - 1]! >= step) this.#length--;
    if (this.#length === this.#steps.length) this.#grow();
    this.#steps[this.#length] = step;
    this.#wallTimes[this.#length] = wallTime;
    this.#values[this.#length] = value;
    this.#length++;
  }

  /** Views, good until the next `push`. */
  points(): ScalarPoints {
    return {
      steps: this.#steps.subarray(0, this.#length),
      wallTimes: this.#wallTimes.subarray(0, this.#length),
      values: this.#values.subarray(0, this.#length),
    };
  }

  #grow(): void {
    const capacity = this.#steps.length * 2;
    this.#steps = grown(new Float64Array(capacity), this.#steps);
    this.#wallTimes = grown(new Float64Array(capacity), this.#wallTimes);
    this.#values = grown(new Float32Array(capacity), this.#values);
  }
}

function grown<T extends Float64Array | Float32Array>(target: T, source: ArrayLike<number>): T {
  target.set(source);
  return target;
}
