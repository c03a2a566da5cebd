/** The event file of a run: a fold of its history, computed whenever somebody reads it. @module */

export { CellWalk } from './block-cells.ts';
export { DEFAULT_MEDIA, type MediaPolicy } from './cell-samples.ts';
export type { SegmentReadOptions } from './encoded-segments.ts';
export { EventFile } from './event-file.ts';
export { type EventFileFacts, EventFiles, type EventFilesOptions, eventFileFacts } from './event-files.ts';
export { type EventView, VIEW_VERSION } from './event-view.ts';
export { eventsOfMarker, type Marker, needsOfMarker } from './markers.ts';
export { SeriesViews } from './series-views.ts';
export { DEFAULT_X_AXIS, metricStep, plainMetricName, type StepAxes, type XAxis } from './step-axes.ts';
export { TagEnds } from './tag-ends.ts';
