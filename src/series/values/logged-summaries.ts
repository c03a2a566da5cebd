/** What stands in a run's history for one plugin: summaries of its markers, and cells. @module */

import { eventsOfMarker } from '../../eventfile/index.ts';
import type { Plugin, SummaryContent, SummaryMedia } from '../../plugins/index.ts';
import type { SeriesEnd } from '../data-provider.ts';
import type { ResolvedRun } from '../runs/resolved-runs.ts';

export interface LoggedSummary extends SeriesEnd {
  readonly tag: string;
  readonly content: SummaryContent;
}

/** A cell as it was logged; nothing of it has been read. */
export interface LoggedCell extends SeriesEnd {
  readonly shapeId: number;
  /** See `CellSeries.read`. */
  readonly text: string;
}

/** Summaries of markers, in order. */
function* markerSummaries({ view }: ResolvedRun, plugin: Plugin): Generator<LoggedSummary> {
  for (const marker of view.markersNow) {
    for (const event of eventsOfMarker(marker)) {
      if (event.kind === 'summary' && isOf(plugin, event.content)) yield event;
    }
  }
}

/**
 * Cells of some shapes, in the order they were logged. `blocks`: of these blocks alone, where not null.
 * @throws LogdirError as `Run.readBlocks`
 */
export async function* loggedCells(
  { run, log }: ResolvedRun,
  shapeIds: ReadonlySet<number>,
  blocks: ReadonlySet<number> | null,
): AsyncGenerator<LoggedCell> {
  const { ledger } = log;
  for (let index = 0; index < ledger.blockCount; index++) {
    if (!ledger.block(index).ends.some(({ shapeId }) => shapeIds.has(shapeId))) continue;
    if (blocks?.has(index) === false) continue;
    const [block] = await run.readBlocks(log, index, 1);
    for (const { row, shapeId, text } of block?.cells ?? []) {
      if (!shapeIds.has(shapeId)) continue;
      yield { step: block!.steps[row]!, wallTime: block!.timestamps[row]!, shapeId, text };
    }
  }
}

/** Whether a summary is of a plugin. */
export function isOf({ name }: Plugin, { metadata }: SummaryContent): boolean {
  return metadata.pluginData?.pluginName === name;
}

interface TimedMedia extends SeriesEnd {
  readonly media: readonly SummaryMedia[];
}

/** Media of a run's summary that a plugin may show, as markers tell them. */
export function* summaryMediaFor({ cells = [] }: Plugin, { view }: ResolvedRun): Generator<TimedMedia> {
  for (const marker of view.markersNow) {
    if (marker.kind === 'begin' || marker.media === undefined) continue;
    const media = marker.media.filter(({ type }) => cells.some((series) => series.accepts(type)));
    if (media.length > 0) yield { media, step: marker.step, wallTime: marker.wallTime };
  }
}

/** Whether the summary of a run may have something of a plugin. */
export function hasSummaryMedia(plugin: Plugin, run: ResolvedRun): boolean {
  return summaryMediaFor(plugin, run).next().done !== true;
}

/** Markers are shown where a plugin has nothing to show of the run as it is now. */
export function markersOf(plugin: Plugin, run: ResolvedRun): Iterable<LoggedSummary> {
  return plugin.markers === undefined || plugin.current !== undefined ? [] : markerSummaries(run, plugin);
}
