/** Reads texts from run logs: strings that were logged, and what the run tells of itself at its start and end. @module */

import { type EventView, eventsOfMarker } from '../eventfile/index.ts';
import type { RowBlock } from '../history/index.ts';
import { pluginNamed, type TagTable } from '../plugins/index.ts';
import type { RunEntries, Selection, SeriesEnd, TextPoint } from './data-provider.ts';
import { type EachOptions, each } from './each.ts';
import type { OpenRun } from './open-run.ts';
import { type StringSeries, seriesEnd } from './run-series.ts';
import { selected } from './selected.ts';
import { ThinnedList } from './thinned-list.ts';

/** Tags of what a run tells of itself. */
const STANDING_TAGS: ReadonlyMap<string, null> = new Map(
  (pluginNamed('text')?.reservedTags ?? []).map((tag) => [tag, null]),
);

/** What is wanted of one run. */
interface Wanted {
  readonly strings: ReadonlyMap<string, StringSeries>;
  /** Tags of what it tells of itself. */
  readonly standing: readonly string[];
  readonly maxPoints: number;
}

export class TextReader {
  async list(
    runs: readonly OpenRun[],
    selection: Selection,
    options: EachOptions,
  ): Promise<readonly RunEntries<SeriesEnd>[]> {
    const entries = await each(runs, options, async ({ name, view, series }) => {
      const strings = [...series.strings].map(([tag, { newest }]) => [tag, seriesEnd(newest)] as const);
      const all = new Map([...markerEnds(view), ...strings]);
      return { run: name, tags: [...selected(all, selection)] };
    });
    return entries.filter(({ tags }) => tags.length > 0);
  }

  /** At most `maxPoints` of each text, spread evenly, the first and the newest among them. */
  async read(
    runs: readonly OpenRun[],
    selection: Selection,
    maxPoints: number,
    options: EachOptions,
  ): Promise<readonly RunEntries<readonly TextPoint[]>[]> {
    const entries = await each(runs, options, async ({ name, ...run }) => {
      const { series } = run;
      const strings = selected(series.strings, selection);
      const standing = [...selected(STANDING_TAGS, selection).keys()];
      const texts = await this.#read(run, { strings, standing, maxPoints: Math.max(1, maxPoints) });
      return {
        run: name,
        tags: [...texts].map(([tag, points]) => [tag, maxPoints === 0 ? [] : points] as const),
      };
    });
    return entries.filter(({ tags }) => tags.length > 0);
  }

  /** Points by tag; a tag without any is left out. */
  async #read(
    { run, log, view, tags }: Omit<OpenRun, 'name'>,
    { strings, standing, maxPoints }: Wanted,
  ): Promise<ReadonlyMap<string, readonly TextPoint[]>> {
    const lists = new Map(
      [...strings.keys(), ...standing].map((tag) => [tag, new ThinnedList<TextPoint>(maxPoints)]),
    );
    for (const [tag, point] of markerTexts(view)) lists.get(tag)?.push(point);
    const shapes = new Set([...strings.values()].map(({ shapeId }) => shapeId));
    for (let index = 0; index < log.ledger.blockCount; index++) {
      if (!log.ledger.block(index).ends.some(({ shapeId }) => shapes.has(shapeId))) continue;
      const [block] = await run.readBlocks(log, index, 1);
      if (block !== undefined) collect(block, tags, lists);
    }
    const found = [...lists].map(([tag, list]) => [tag, list.points()] as const);
    return new Map(found.filter(([, points]) => points.length > 0));
  }
}

/** What the run itself says, in order. */
function* markerTexts(view: EventView): Generator<readonly [tag: string, point: TextPoint]> {
  for (const marker of view.fold.markers) {
    for (const event of eventsOfMarker(marker)) {
      if (event.kind !== 'summary') continue;
      const { step, wallTime, tag, content } = event;
      yield [tag, { step, wallTime, tensor: content.tensor }];
    }
  }
}

function markerEnds(view: EventView): ReadonlyMap<string, SeriesEnd> {
  const texts = [...markerTexts(view)].filter(([tag]) => STANDING_TAGS.has(tag));
  return new Map(texts.map(([tag, { step, wallTime }]) => [tag, { step, wallTime }]));
}

function collect(block: RowBlock, tags: TagTable, lists: ReadonlyMap<string, ThinnedList<TextPoint>>): void {
  for (const { row, shapeId, text } of block.cells) {
    const [step, wallTime] = [block.steps[row]!, block.timestamps[row]!];
    for (const { tag, content } of tags.summariesOfCell(shapeId, text)) {
      lists.get(tag)?.push({ step, wallTime, tensor: content.tensor });
    }
  }
}
