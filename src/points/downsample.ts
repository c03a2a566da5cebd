/** Which points of a long series are shown: of numbers the extremes, of other values some spread evenly. @module */

import { keptBefore, roomForPoints, type ScalarPoints } from './point-buffer.ts';

/** A point of any kind. */
export interface StepPoint {
  readonly step: number;
}

/**
 * At most `maxPoints` of a series: its first and newest point, and from equal stretches between them the lowest and the
 * highest each, so that no spike is lost and a curve keeps its outline. A stretch with NaN gives its first NaN in place
 * of its lowest. The same points give the same choice.
 */
export function downsample(points: ScalarPoints, maxPoints: number): ScalarPoints {
  const { length } = points.steps;
  if (length <= maxPoints) return copyOf(points);
  return pick(points, chosen(points.values, maxPoints));
}

/** Ascending indexes, at most `maxPoints` of them. */
function chosen(values: Float32Array, maxPoints: number): number[] {
  const last = values.length - 1;
  if (maxPoints <= 0) return [];
  if (maxPoints === 1) return [last];
  const inside = last - 1;
  const stretches = Math.floor((maxPoints - 2) / 2);
  const indexes = [0];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = 1 + Math.floor((stretch * inside) / stretches);
    const to = 1 + Math.floor(((stretch + 1) * inside) / stretches);
    addExtremes(values, from, to, indexes);
  }
  indexes.push(last);
  return indexes;
}

/** Of the stretch `[from, to)`, which is not empty. */
function addExtremes(values: Float32Array, from: number, to: number, indexes: number[]): void {
  let lowest = -1;
  let highest = -1;
  let notANumber = -1;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      if (notANumber < 0) notANumber = i;
      continue;
    }
    if (lowest < 0 || value < values[lowest]!) lowest = i;
    if (highest < 0 || value > values[highest]!) highest = i;
  }
  const one = notANumber < 0 ? lowest : notANumber;
  const other = highest < 0 ? one : highest;
  indexes.push(Math.min(one, other));
  if (one !== other) indexes.push(Math.max(one, other));
}

function pick({ steps, wallTimes, values }: ScalarPoints, indexes: readonly number[]): ScalarPoints {
  const picked = roomForPoints(indexes.length);
  for (const [at, index] of indexes.entries()) {
    picked.steps[at] = steps[index]!;
    picked.wallTimes[at] = wallTimes[index]!;
    picked.values[at] = values[index]!;
  }
  return picked;
}

function copyOf({ steps, wallTimes, values }: ScalarPoints): ScalarPoints {
  const copy = roomForPoints(steps.length);
  copy.steps.set(steps);
  copy.wallTimes.set(wallTimes);
  copy.values.set(values);
  return copy;
}

/**
 * A list that keeps at most so many of what it is given, spread evenly, the first and the newest among them. So a series
 * of any length is thinned in bounded memory: when the list is full, every other point goes, and from then on only every
 * second, fourth … point stays.
 */
export class ThinnedList<T extends StepPoint> {
  readonly #max: number;
  readonly #kept: T[] = [];
  /** Parallel to `#kept`. */
  readonly #steps: number[] = [];
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
    this.#steps.push(point.step);
    // One place is the newest point's.
    if (this.#kept.length < Math.max(2, this.#max)) return;
    this.#stride *= 2;
    const half = Math.ceil(this.#kept.length / 2);
    for (let i = 1; i < half; i++) {
      this.#kept[i] = this.#kept[2 * i]!;
      this.#steps[i] = this.#steps[2 * i]!;
    }
    this.#truncate(half);
  }

  /** Ascending by step. */
  points(): readonly T[] {
    const newest = this.#newest;
    if (newest === undefined) return [];
    const before = this.#kept.slice(0, keptBefore(this.#steps, this.#steps.length, newest.step));
    return [...before.slice(0, this.#max - 1), newest];
  }

  #dropFrom(step: number): void {
    this.#truncate(keptBefore(this.#steps, this.#steps.length, step));
    this.#count = this.#kept.length * this.#stride;
  }

  #truncate(length: number): void {
    this.#kept.length = length;
    this.#steps.length = length;
  }
}
