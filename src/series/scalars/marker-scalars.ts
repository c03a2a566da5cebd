/** Numbers that markers of a run tell: those of its summary that its history does not have. @module */

import { type EventView, eventsOfMarker } from '../../eventfile/index.ts';
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
    for (const event of eventsOfMarker(marker)) {
      if (event.kind !== 'summary' || 'strings' in event.content.tensor) continue;
      if (event.content.metadata.pluginData?.pluginName !== plugin.name) continue;
      const points = found.get(event.tag) ?? { steps: [], wallTimes: [], values: [] };
      found.set(event.tag, points);
      const at = points.steps.at(-1) === event.step ? points.steps.length - 1 : points.steps.length;
      points.steps[at] = event.step;
      points.wallTimes[at] = event.wallTime;
      points.values[at] = numberIn(event.content.tensor);
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
