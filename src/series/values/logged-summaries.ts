/** The summaries of one plugin that stand in a run's history: of its markers, and of cells. @module */

import { eventsOfMarker } from '../../eventfile/index.ts';
import type { Plugin, SummaryContent } from '../../plugins/index.ts';
import type { SeriesEnd } from '../data-provider.ts';
import type { ResolvedRun } from '../runs/resolved-runs.ts';

export interface LoggedSummary extends SeriesEnd {
  readonly tag: string;
  readonly content: SummaryContent;
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
 * Of cells of some shapes, in the order they were logged. `blocks`: of these blocks alone, where not null.
 * @throws LogdirError as `Run.readBlocks`
 */
export async function* cellSummaries(
  { run, log, tags }: ResolvedRun,
  shapeIds: ReadonlySet<number>,
  blocks: ReadonlySet<number> | null,
): AsyncGenerator<LoggedSummary> {
  const { ledger } = log;
  for (let index = 0; index < ledger.blockCount; index++) {
    if (!ledger.block(index).ends.some(({ shapeId }) => shapeIds.has(shapeId))) continue;
    if (blocks?.has(index) === false) continue;
    const [block] = await run.readBlocks(log, index, 1);
    for (const { row, shapeId, text } of block?.cells ?? []) {
      if (!shapeIds.has(shapeId)) continue;
      const [step, wallTime] = [block!.steps[row]!, block!.timestamps[row]!];
      for (const summary of tags.summariesOfCell(shapeId, text)) yield { step, wallTime, ...summary };
    }
  }
}
