/** What stands in an event file beside rows and cells: its head, and markers. @module */

import {
  type ContentNeed,
  type Contents,
  NO_CONTENTS,
  needsOfSummaryMedia,
  type RunMarker,
  summariesOfMarker,
  summariesOfSummaryMedia,
  type ToldMedia,
} from '../plugins/index.ts';
import { eventLength, type LogEvent } from '../tfevents/index.ts';

/** `begin`: the head of the file. */
export type Marker = { readonly kind: 'begin'; readonly wallTime: number } | RunMarker;

/** The events of a marker, in order. `contents`: of the files that its media in the file need. */
export function eventsOfMarker(marker: Marker, contents: Contents = NO_CONTENTS): readonly LogEvent[] {
  const { wallTime } = marker;
  if (marker.kind === 'begin') return [{ kind: 'file-version', version: 2, wallTime }];
  const { step } = marker;
  const summaries = [...summariesOfMarker(marker), ...summariesOfSummaryMedia(mediaInFile(marker), contents)];
  return summaries.map(({ tag, content }) => ({
    kind: 'summary',
    step,
    wallTime,
    tag,
    content,
  }));
}

/** Media of a marker that its event file has. */
function mediaInFile(marker: Marker): readonly ToldMedia[] {
  return marker.kind === 'begin' ? [] : (marker.media ?? []).filter(({ isInFile }) => isInFile);
}

/** Whether some of its events are made of files. */
export function hasMedia(marker: Marker): boolean {
  return mediaInFile(marker).length > 0;
}

/** What of which files its events are made of. */
export function needsOfMarker(marker: Marker): readonly ContentNeed[] {
  return needsOfSummaryMedia(mediaInFile(marker));
}

/** Bytes of those events' records. */
export function markerLength(marker: Marker, contents: Contents): number {
  return eventsOfMarker(marker, contents).reduce((sum, event) => sum + eventLength(event), 0);
}

/** Roughly the bytes that it keeps alive: a config, and texts of two bytes a character. */
export function markerWeight(marker: Marker): number {
  if (marker.kind === 'begin') return 64;
  const excerpts = marker.excerpts ?? [];
  return 1024 + excerpts.reduce((sum, { text }) => sum + 2 * text.length, 0);
}
