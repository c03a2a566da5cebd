/** Memory for points of one series: in one piece, as there are many thousands of them. @module */

import type { ScalarPoints } from './data-provider.ts';

/** Step and wall time as float64, value as float32. */
export const BYTES_PER_POINT = 20;

/** A series of one point. */
export function onePoint(step: number, wallTime: number, value: number): ScalarPoints {
  return {
    steps: Float64Array.of(step),
    wallTimes: Float64Array.of(wallTime),
    values: Float32Array.of(value),
  };
}

/** Room for so many points. */
export function roomForPoints(count: number): ScalarPoints {
  const memory = new ArrayBuffer(count * BYTES_PER_POINT);
  return {
    steps: new Float64Array(memory, 0, count),
    wallTimes: new Float64Array(memory, 8 * count, count),
    values: new Float32Array(memory, 16 * count, count),
  };
}
