/** Reads texts from run logs: strings that were logged, and what the run tells of itself at its start and end. @module */

import type { History, RowBlock, RunLog } from '../history/index.ts';
import { CONFIG_TAG, eventsOfNote, OVERVIEW_TAG, type TagTable } from '../model/index.ts';
import type { SeriesEnd, TextPoint } from './data-provider.ts';
import type { StringSeries } from './run-series.ts';
import { ThinnedList } from './thinned-list.ts';

/** Tags of what a run tells of itself. */
const STANDING_TAGS = [OVERVIEW_TAG, CONFIG_TAG] as const;

export class TextReader {
  readonly #history: History;
  /** By log: the ends of standing texts as of a number of blocks. */
  readonly #standing = new WeakMap<
    RunLog,
    { readonly blocks: number; readonly ends: ReadonlyMap<string, SeriesEnd> }
  >();

  constructor(history: History) {
    this.#history = history;
  }

  /** Texts a run tells of itself, by tag. */
  async standingEnds(log: RunLog, tags: TagTable): Promise<ReadonlyMap<string, SeriesEnd>> {
    const blocks = log.ledger.blockCount;
    const known = this.#standing.get(log);
    if (known?.blocks === blocks) return known.ends;
    const texts = await this.read(log, tags, { strings: new Map(), standing: STANDING_TAGS, maxPoints: 1 });
    const ends = new Map([...texts].map(([tag, points]) => [tag, points.at(-1)!]));
    this.#standing.set(log, { blocks, ends });
    return ends;
  }

  /** Points of some tags; a tag without any is left out. */
  async read(
    log: RunLog,
    tags: TagTable,
    wanted: {
      readonly strings: ReadonlyMap<string, StringSeries>;
      readonly standing: readonly string[];
      readonly maxPoints: number;
    },
  ): Promise<ReadonlyMap<string, readonly TextPoint[]>> {
    const { strings, standing, maxPoints } = wanted;
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
      if (event.kind !== 'text') continue;
      const { step, wallTime, text } = event;
      lists.get(event.tag)?.push({ step, wallTime, text });
    }
  }
}
