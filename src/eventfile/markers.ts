/** What stands in an event file beside rows and cells: its head, the places where history goes back, and markers. @module */

import { type RunMarker, summariesOfMarker } from '../plugins/index.ts';
import { eventLength, type LogEvent } from '../tfevents/index.ts';

/** `begin`: the head of the file. `restart`: history goes back to `step`. */
export type Marker =
  | { readonly kind: 'begin'; readonly wallTime: number }
  | { readonly kind: 'restart'; readonly step: number; readonly wallTime: number }
  | RunMarker;

/** The events of a marker, in order. */
export function eventsOfMarker(marker: Marker): readonly LogEvent[] {
  const { wallTime } = marker;
  switch (marker.kind) {
    case 'begin':
      // TensorBoard's Python loader takes the first START for the beginning and only later ones for restarts.
      return [
        { kind: 'file-version', wallTime },
        { kind: 'session-start', step: 0, wallTime },
      ];
    case 'restart':
      return [{ kind: 'session-start', step: marker.step, wallTime }];
    default: {
      const { step } = marker;
      return summariesOfMarker(marker).map(({ tag, content }) => {
        return { kind: 'summary', step, wallTime, tag, content };
      });
    }
  }
}

/** Bytes of those events' records. */
export function markerLength(marker: Marker): number {
  return eventsOfMarker(marker).reduce((sum, event) => sum + eventLength(event), 0);
}
