/** Reads texts from run logs: strings that were logged, and what the run tells of itself at its start and end. @module */

import { eventsOfNote } from '../filesystem/index.ts';
import type { History, RowBlock, RunLog } from '../history/index.ts';
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
  readonly #history: History;
  /** By log: the ends of what it tells of itself, as of a number of blocks. */
  readonly #standing = new WeakMap<
    RunLog,
    { readonly blocks: number; readonly ends: ReadonlyMap<string, SeriesEnd> }
  >();

  constructor(history: History) {
    this.#history = history;
  }

  async list(
    runs: readonly OpenRun[],
    selection: Selection,
    options: EachOptions,
  ): Promise<readonly RunEntries<SeriesEnd>[]> {
    const entries = await each(runs, options, async ({ name, log, tags, series }) => {
      const strings = [...series.strings].map(([tag, { newest }]) => [tag, seriesEnd(newest)] as const);
      const all = new Map([...(await this.#standingEnds(log, tags)), ...strings]);
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
    const entries = await each(runs, options, async ({ name, log, tags, series }) => {
      const strings = selected(series.strings, selection);
      const standing = [...selected(STANDING_TAGS, selection).keys()];
      const texts = await this.#read(log, tags, { strings, standing, maxPoints: Math.max(1, maxPoints) });
      return {
        run: name,
        tags: [...texts].map(([tag, points]) => [tag, maxPoints === 0 ? [] : points] as const),
      };
    });
    return entries.filter(({ tags }) => tags.length > 0);
  }

  async #standingEnds(log: RunLog, tags: TagTable): Promise<ReadonlyMap<string, SeriesEnd>> {
    const blocks = log.ledger.blockCount;
    const known = this.#standing.get(log);
    if (known?.blocks === blocks) return known.ends;
    const standing = [...STANDING_TAGS.keys()];
    const texts = await this.#read(log, tags, { strings: new Map(), standing, maxPoints: 1 });
    const ends = new Map(
      [...texts].map(([tag, points]) => {
        const { step, wallTime } = points.at(-1)!;
        return [tag, { step, wallTime }];
      }),
    );
    this.#standing.set(log, { blocks, ends });
    return ends;
  }

  /** Points by tag; a tag without any is left out. */
  async #read(
    log: RunLog,
    tags: TagTable,
    { strings, standing, maxPoints }: Wanted,
  ): Promise<ReadonlyMap<string, readonly TextPoint[]>> {
    const lists = new Map(
      [...strings.keys(), ...standing].map((tag) => [tag, new ThinnedList<TextPoint>(maxPoints)]),
    );
    const shapes = new Set([...strings.values()].map(({ shapeId }) => shapeId));
    for (let index = 0; index < log.ledger.blockCount; index++) {
      const { shapeEnds, hasStandingNotes } = log.ledger.block(index);
      const isWanted =
        (standing.length > 0 && hasStandingNotes) || shapeEnds.some(([shapeId]) => shapes.has(shapeId));
      if (!isWanted) continue;
      const [block] = await this.#history.readBlocks(log, index, 1);
      if (block !== undefined) collect(block, tags, lists);
    }
    const found = [...lists].map(([tag, list]) => [tag, list.points()] as const);
    return new Map(found.filter(([, points]) => points.length > 0));
  }
}

function collect(block: RowBlock, tags: TagTable, lists: ReadonlyMap<string, ThinnedList<TextPoint>>): void {
  for (const note of block.notes) {
    for (const event of eventsOfNote(note, tags)) {
      if (event.kind !== 'summary') continue;
      const { step, wallTime, content } = event;
      lists.get(event.tag)?.push({ step, wallTime, tensor: content.tensor });
    }
  }
}
