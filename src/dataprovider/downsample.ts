/** Which points of a long series are shown. @module */

import type { ScalarPoints } from './data-provider.ts';
import { roomForPoints } from './scalar-memory.ts';

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
