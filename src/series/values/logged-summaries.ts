/** What stands in a run's history for one plugin: summaries of its markers, and cells. @module */

import { eventsOfMarker } from '../../eventfile/index.ts';
import type { Plugin, SummaryContent } from '../../plugins/index.ts';
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

/** In order. */
export function* markerSummaries({ view }: ResolvedRun, plugin: Plugin): Generator<LoggedSummary> {
  for (const marker of view.markersNow) {
    for (const event of eventsOfMarker(marker)) {
      if (event.kind !== 'summary') continue;
      if (event.content.metadata.pluginData?.pluginName === plugin.name) yield event;
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
