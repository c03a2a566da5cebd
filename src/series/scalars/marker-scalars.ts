/** Numbers that markers of a run tell: those of its summary that its history does not have. @module */

import type { EventView } from '../../eventfile/index.ts';
import { numberIn, type Plugin } from '../../plugins/index.ts';
import type { ScalarPoints } from '../../points/index.ts';

interface Points {
  readonly steps: number[];
  readonly wallTimes: number[];
  readonly values: number[];
}

/** By tag. A later point at the same step takes the place of an earlier one. */
export function markerScalars(view: EventView, plugin: Plugin): ReadonlyMap<string, ScalarPoints> {
  const found = new Map<string, Points>();
  for (const marker of view.markersNow) {
    if (marker.kind === 'begin') continue;
    const { step, wallTime } = marker;
    for (const { tag, content } of plugin.markers?.(marker) ?? []) {
      if ('strings' in content.tensor) continue;
      const points = found.get(tag) ?? { steps: [], wallTimes: [], values: [] };
      found.set(tag, points);
      const at = points.steps.at(-1) === step ? points.steps.length - 1 : points.steps.length;
      points.steps[at] = step;
      points.wallTimes[at] = wallTime;
      points.values[at] = numberIn(content.tensor);
    }
  }
  return new Map([...found].map(([tag, points]) => [tag, arraysOf(points)]));
}

function arraysOf({ steps, wallTimes, values }: Points): ScalarPoints {
  return {
    steps: Float64Array.from(steps),
    wallTimes: Float64Array.from(wallTimes),
    values: Float32Array.from(values),
  };
}
