/**
 * Series of values that are no numbers, of any plugin: cells that were logged, and what its markers or the run as it is
 * now come to.
 * @module
 */

import type { RunLog } from '../../history/index.ts';
import type { Media } from '../../media/index.ts';
import {
  type CurrentRun,
  type CurrentSummary,
  NO_CONTENTS,
  type Plugin,
  type SummaryContent,
} from '../../plugins/index.ts';
import { ThinnedList } from '../../points/index.ts';
import type { RunEntries, Selection, SeriesEnd, SeriesListing } from '../data-provider.ts';
import { type MapRunsOptions, mapRuns, type ResolvedRun } from '../runs/resolved-runs.ts';
import { type CellSeries, selected, selectedCells, seriesEnd } from '../runs/run-series.ts';
import { type LoggedCell, type LoggedSummary, loggedCells, markerSummaries } from './logged-summaries.ts';

export interface ValuePoint extends SeriesEnd {
  readonly content: SummaryContent;
}

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
      const shown = [...markersOf(plugin, run), ...(current.get(run) ?? [])];
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
      for (const summary of [...markersOf(plugin, run), ...(current.get(run) ?? [])]) lists.push(summary);
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
    const byShape = new Map<number, [CellSeries, ThinnedList<LoggedCell>][]>();
    for (const series of cells.values()) {
      const list = new ThinnedList<LoggedCell>(Math.max(1, maxPoints));
      for (const id of series.shapeIds) byShape.set(id, [...(byShape.get(id) ?? []), [series, list]]);
    }
    for await (const cell of loggedCells(run, new Set(byShape.keys()), null)) {
      for (const [, list] of byShape.get(cell.shapeId) ?? []) list.push(cell);
    }
    const chosen = new Map([...byShape.values()].flat().map(([series, list]) => [list, series] as const));
    const read = [...chosen].map(async ([list, series]) => await this.#summaries(run, series, list.points()));
    return (await Promise.all(read)).flat();
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

  /** Listings of series of which only their newest values tell what is listed. */
  async #readNewest(plugin: Plugin, resolved: ResolvedRun): Promise<Listings> {
    const { log } = resolved;
    const cells = [...(resolved.series.cells.get(plugin) ?? NO_CELLS).values()].filter(isToBeRead);
    if (cells.length === 0) return NO_LISTINGS;
    const blocks = log.ledger.blockCount;
    const byPlugin = this.#read.get(log) ?? new Map();
    this.#read.set(log, byPlugin);
    const known = byPlugin.get(plugin);
    if (known?.blocks === blocks) return known.listings;
    const newest = new Map<number, LoggedCell>();
    const shapeIds = new Set(cells.map((series) => series.newest.shapeId));
    const newestBlocks = new Set(cells.map((series) => series.newest.block));
    for await (const cell of loggedCells(resolved, shapeIds, newestBlocks)) newest.set(cell.shapeId, cell);
    const read = cells.map(async (series) => {
      const cell = newest.get(series.newest.shapeId);
      return cell === undefined ? [] : await this.#summaries(resolved, series, [cell]);
    });
    const summaries = (await Promise.all(read)).flat();
    const listings: Listings = new Map(summaries.map((summary) => [summary.tag, listingOf(summary)]));
    byPlugin.set(plugin, { blocks, listings });
    return listings;
  }
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
    const list = this.#lists.get(tag) ?? new ThinnedList<ValuePoint>(this.#maxPoints);
    this.#lists.set(tag, list);
    list.push({ step, wallTime, content });
  }

  points(): readonly (readonly [tag: string, points: readonly ValuePoint[]])[] {
    return [...this.#lists].map(([tag, list]) => [tag, list.points()] as const);
  }
}

/** What a plugin shows of runs as they are now, of all at once; nothing for one that does not. */
async function currentSummaries(
  { current }: Plugin,
  runs: readonly ResolvedRun[],
  { signal }: MapRunsOptions,
): Promise<ReadonlyMap<ResolvedRun, readonly CurrentSummary[]>> {
  if (current === undefined) return new Map();
  const shown = runs.filter(({ config }) => current.shows(config));
  const summaries = current.summaries(await Promise.all(shown.map((run) => currentRun(run, signal))));
  return new Map(shown.map((run, i) => [run, summaries[i] ?? []]));
}

async function currentRun(
  { run, log, config, startTime }: ResolvedRun,
  signal: AbortSignal,
): Promise<CurrentRun> {
  const state = await run.refreshState({ signal });
  return { config, state, startTime, endTime: endTimeOf(log, startTime) };
}

/** As event files have it: a run may go on for a while after its last row. */
function endTimeOf({ ledger: { exit, progress } }: RunLog, startTime: number): number {
  const { lastTimestamp } = progress;
  if (exit === null) return lastTimestamp ?? startTime;
  return Math.max(lastTimestamp ?? 0, startTime + exit.runtimeSeconds);
}

/** Markers are shown where a plugin has nothing to show of the run as it is now. */
function markersOf(plugin: Plugin, run: ResolvedRun): Iterable<LoggedSummary> {
  return plugin.markers === undefined || plugin.current !== undefined ? [] : markerSummaries(run, plugin);
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
