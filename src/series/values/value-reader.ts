/**
 * Series of values that are no numbers, of any plugin: cells that were logged, and what its markers or the run as it is
 * now come to.
 * @module
 */

import type { RunLog } from '../../history/index.ts';
import type { Media } from '../../media/index.ts';
import {
  type ContentNeed,
  NO_CONTENTS,
  needsOfSummaryMedia,
  type Plugin,
  type SummaryContent,
  summariesOfSummaryMedia,
} from '../../plugins/index.ts';
import { ThinnedList } from '../../points/index.ts';
import type { RunEntries, Selection, SeriesEnd, SeriesListing } from '../data-provider.ts';
import { type MapRunsOptions, mapRuns, type ResolvedRun } from '../runs/resolved-runs.ts';
import { type CellSeries, selected, selectedCells, seriesEnd } from '../runs/run-series.ts';
import { chooseCells, evenly, SPARE, someBlocks } from './chosen-cells.ts';
import { currentSummaries } from './current-summaries.ts';
import { isOf, type LoggedCell, type LoggedSummary, markersOf, summaryMediaFor } from './logged-summaries.ts';

export interface ValuePoint extends SeriesEnd {
  readonly content: SummaryContent;
}

/** Values of a series that are read to list it, and those whose files must be fetched for it. */
const MOST_READ = 10;
const MOST_FETCHED = 2;

/** By tag. */
type Cells = ReadonlyMap<string, CellSeries>;
type Listings = ReadonlyMap<string, SeriesListing>;

const NO_CELLS: Cells = new Map();
const NO_LISTINGS: Listings = new Map();

export class ValueReader {
  readonly #files: Media;
  /** By log and plugin: listings that were made of the newest values, as of a number of blocks. */
  readonly #read = new WeakMap<
    RunLog,
    Map<Plugin, { readonly blocks: number; readonly listings: Listings }>
  >();

  constructor(files: Media) {
    this.#files = files;
  }

  async list(
    plugin: Plugin,
    runs: readonly ResolvedRun[],
    selection: Selection,
    options: MapRunsOptions,
  ): Promise<readonly RunEntries<SeriesListing>[]> {
    const current = await currentSummaries(plugin, runs, options);
    const entries = await mapRuns(runs, options, async (run) => {
      const shown = [...(await this.#ofMarkers(plugin, run)), ...(current.get(run) ?? [])];
      const all = new Map([
        ...ends(run.series.cells.get(plugin) ?? NO_CELLS),
        ...(await this.#readNewest(plugin, run)),
        // Of several summaries of one tag the last is the newest.
        ...shown.map((summary) => [summary.tag, listingOf(summary)] as const),
      ]);
      return { run: run.name, tags: [...selected(all, selection)] };
    });
    return entries.filter(({ tags }) => tags.length > 0);
  }

  /** Whether a run has anything of a plugin whose cells must be read to know. */
  async hasCells(plugin: Plugin, run: ResolvedRun): Promise<boolean> {
    return (await this.#readNewest(plugin, run)).size > 0;
  }

  /** At most `maxPoints` of each series, spread evenly, the first and the newest among them. */
  async read(
    plugin: Plugin,
    runs: readonly ResolvedRun[],
    selection: Selection,
    maxPoints: number,
    options: MapRunsOptions,
  ): Promise<readonly RunEntries<readonly ValuePoint[]>[]> {
    const current = await currentSummaries(plugin, runs, options);
    const entries = await mapRuns(runs, options, async (run) => {
      const lists = new SeriesLists(selection, Math.max(1, maxPoints));
      for (const summary of await this.#readCells(plugin, run, selection, maxPoints)) lists.push(summary);
      const shown = [...(await this.#ofMarkers(plugin, run)), ...(current.get(run) ?? [])];
      for (const summary of shown) lists.push(summary);
      const tags = lists.points().map(([tag, points]) => [tag, maxPoints === 0 ? [] : points] as const);
      return { run: run.name, tags };
    });
    return entries.filter(({ tags }) => tags.length > 0);
  }

  /** Chosen before they are read: their files are fetched. */
  async #readCells(
    plugin: Plugin,
    run: ResolvedRun,
    selection: Selection,
    maxPoints: number,
  ): Promise<readonly LoggedSummary[]> {
    const cells = selectedCells(run.series.cells.get(plugin) ?? NO_CELLS, selection);
    const chosen = await chooseCells(run, [...cells.values()], Math.max(1, maxPoints));
    const read = [...chosen].map(async ([series, own]) => await this.#summaries(run, series, own));
    return (await Promise.all(read)).flat();
  }

  /** What markers tell of a plugin, media of the summary among it. */
  async #ofMarkers(plugin: Plugin, resolved: ResolvedRun): Promise<readonly LoggedSummary[]> {
    const { run, log } = resolved;
    const shown = [...markersOf(plugin, resolved)];
    for (const { media, step, wallTime } of summaryMediaFor(plugin, resolved)) {
      const contents = await this.#files.look({ run, log }, needsOfSummaryMedia(media));
      for (const { tag, content } of summariesOfSummaryMedia(media, contents))
        if (isOf(plugin, content)) shown.push({ tag, content, step, wallTime });
    }
    return shown;
  }

  /** What the cells of a series come to, in their order. */
  async #summaries(
    { run, log }: ResolvedRun,
    { series, tag }: CellSeries,
    cells: readonly LoggedCell[],
  ): Promise<readonly LoggedSummary[]> {
    const read = cells.map(async ({ step, wallTime, text }) => {
      const needs = series.needs?.(text) ?? [];
      const contents = needs.length === 0 ? NO_CONTENTS : await this.#files.look({ run, log }, needs);
      return series.read(text, contents, tag).map(({ suffix, metadata, tensor }) => {
        return { step, wallTime, tag: tag + suffix, content: { metadata, tensor } };
      });
    });
    return (await Promise.all(read)).flat();
  }

  /** Listings of series of which only their values tell what is listed: the newest ones that come to something. */
  async #readNewest(plugin: Plugin, resolved: ResolvedRun): Promise<Listings> {
    const { log } = resolved;
    const cells = [...(resolved.series.cells.get(plugin) ?? NO_CELLS).values()].filter(isToBeRead);
    if (cells.length === 0) return NO_LISTINGS;
    const blocks = log.ledger.blockCount;
    const byPlugin = this.#read.get(log) ?? new Map();
    this.#read.set(log, byPlugin);
    const known = byPlugin.get(plugin);
    if (known?.blocks === blocks) return known.listings;
    const listings = new Map<string, SeriesListing>();
    // How many blobs there are at most, and what there is under which suffix, one value alone does not tell.
    const chosen = await chooseCells(resolved, cells, MOST_READ, someBlocks(log, cells, MOST_READ));
    const read = [...chosen].map(async ([series, own]) => {
      const isCostly = own.some(({ text }) => (series.series.needs?.(text) ?? []).some(needsFetch));
      return await this.#summaries(resolved, series, isCostly ? own.slice(-MOST_FETCHED) : own);
    });
    for (const summary of (await Promise.all(read)).flat()) {
      const listing = listingOf(summary);
      const blobCount = Math.max(listing.blobCount, listings.get(summary.tag)?.blobCount ?? 0);
      listings.set(summary.tag, { ...listing, blobCount });
    }
    byPlugin.set(plugin, { blocks, listings });
    return listings;
  }
}

/** Lengths are not looked at. */
function needsFetch({ kind }: ContentNeed): boolean {
  return kind === 'content';
}

/** Whether only reading a value tells what is listed of a series. */
function isToBeRead({ plugin, series }: CellSeries): boolean {
  return series.metadata === null || plugin.dataClass === 'blob-sequence';
}

/** Points by tag, thinned as they come. */
class SeriesLists {
  readonly #tags: ReadonlySet<string> | null;
  readonly #maxPoints: number;
  readonly #lists = new Map<string, ThinnedList<ValuePoint>>();

  /** `tags`: others are left out. */
  constructor({ tags }: Pick<Selection, 'tags'>, maxPoints: number) {
    this.#tags = tags;
    this.#maxPoints = maxPoints;
  }

  push({ tag, step, wallTime, content }: LoggedSummary): void {
    if (this.#tags?.has(tag) === false) return;
    const list = this.#lists.get(tag) ?? new ThinnedList<ValuePoint>(SPARE * this.#maxPoints);
    this.#lists.set(tag, list);
    list.push({ step, wallTime, content });
  }

  points(): readonly (readonly [tag: string, points: readonly ValuePoint[]])[] {
    return [...this.#lists].map(([tag, list]) => [tag, evenly(list.points(), this.#maxPoints)] as const);
  }
}

/** From the log's index alone. */
function ends(cells: Cells): Listings {
  const listings = new Map<string, SeriesListing>();
  for (const [tag, shown] of cells) {
    const { metadata } = shown.series;
    if (metadata !== null && !isToBeRead(shown))
      listings.set(tag, { ...seriesEnd(shown.newest), metadata, blobCount: 0 });
  }
  return listings;
}

function listingOf({ step, wallTime, content }: ValuePoint): SeriesListing {
  const blobCount = 'strings' in content.tensor ? content.tensor.strings.length : 0;
  return { step, wallTime, metadata: content.metadata, blobCount };
}
