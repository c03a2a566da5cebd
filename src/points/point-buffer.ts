/** Points of one series in memory, growing, and the one rule by which a point takes back others. @module */

/** Step and wall time as float64, value as float32. */
const BYTES_PER_POINT = 20;
const LEAST_CAPACITY = 16;

/** Points of one series side by side, ascending by step, each step once. */
export interface ScalarPoints {
  readonly steps: Float64Array;
  /** Unix seconds. */
  readonly wallTimes: Float64Array;
  /** NaN and infinities are values. */
  readonly values: Float32Array;
}

/**
 * How many of the first `length` points, ascending by step, stay when one at `step` comes: those before it. What was
 * logged last holds from its step on, as TensorBoard's own data server has it (`tensorboard/data/server/run.rs`).
 */
export function keptBefore(steps: ArrayLike<number>, length: number, step: number): number {
  let kept = length;
  while (kept > 0 && steps[kept - 1]! >= step) kept--;
  return kept;
}

/** Room for so many points, in one piece of memory: there are many thousands of series. */
export function roomForPoints(count: number): ScalarPoints {
  const memory = new ArrayBuffer(count * BYTES_PER_POINT);
  return {
    steps: new Float64Array(memory, 0, count),
    wallTimes: new Float64Array(memory, 8 * count, count),
    values: new Float32Array(memory, 16 * count, count),
  };
}

/** A series of one point. */
export function onePoint(step: number, wallTime: number, value: number): ScalarPoints {
  return {
    steps: Float64Array.of(step),
    wallTimes: Float64Array.of(wallTime),
    values: Float32Array.of(value),
  };
}

/** Ascending by step, each step once. */
export class PointBuffer {
  #points: ScalarPoints;
  #length = 0;

  /** `capacity`: points there is room for before it grows. */
  constructor(capacity = LEAST_CAPACITY) {
    this.#points = roomForPoints(Math.max(LEAST_CAPACITY, capacity));
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
    this.#length = keptBefore(this.#points.steps, this.#length, step);
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
