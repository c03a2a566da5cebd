/** What stands in an event file beside rows and cells: its head, and markers. @module */

import { type RunMarker, summariesOfMarker } from '../plugins/index.ts';
import { eventLength, type LogEvent } from '../tfevents/index.ts';

/** `begin`: the head of the file. */
export type Marker = { readonly kind: 'begin'; readonly wallTime: number } | RunMarker;

/** The events of a marker, in order. */
export function eventsOfMarker(marker: Marker): readonly LogEvent[] {
  const { wallTime } = marker;
  if (marker.kind === 'begin') return [{ kind: 'file-version', version: 2, wallTime }];
  const { step } = marker;
  return summariesOfMarker(marker).map(({ tag, content }) => ({
    kind: 'summary',
    step,
    wallTime,
    tag,
    content,
  }));
}

/** Bytes of those events' records. */
export function markerLength(marker: Marker): number {
  return eventsOfMarker(marker).reduce((sum, event) => sum + eventLength(event), 0);
}
