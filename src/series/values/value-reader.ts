/**
 * Series of values that are no numbers, of any plugin: cells that were logged, and what its markers or the run as it is
 * now come to.
 * @module
 */

import type { RunLog } from '../../history/index.ts';
import type { CurrentRun, CurrentSummary, Plugin, SummaryContent } from '../../plugins/index.ts';
import { ThinnedList } from '../../points/index.ts';
import type { RunEntries, Selection, SeriesEnd, SeriesListing } from '../data-provider.ts';
import { type MapRunsOptions, mapRuns, type ResolvedRun } from '../runs/resolved-runs.ts';
import { type CellSeries, selected, seriesEnd } from '../runs/run-series.ts';
import { cellSummaries, type LoggedSummary, markerSummaries } from './logged-summaries.ts';

export interface ValuePoint extends SeriesEnd {
  readonly content: SummaryContent;
}

/** By tag. */
type Cells = ReadonlyMap<string, CellSeries>;
type Listings = ReadonlyMap<string, SeriesListing>;

const NO_CELLS: Cells = new Map();

export class ValueReader {
  /** By log and plugin: listings that were made of the newest values, as of a number of blocks. */
  readonly #counted = new WeakMap<
    RunLog,
    Map<Plugin, { readonly blocks: number; readonly listings: Listings }>
  >();

  async list(
    plugin: Plugin,
    runs: readonly ResolvedRun[],
    selection: Selection,
    options: MapRunsOptions,
  ): Promise<readonly RunEntries<SeriesListing>[]> {
    const current = await currentSummaries(plugin, runs, options);
    const entries = await mapRuns(runs, options, async (run) => {
      const cells = run.series.cells.get(plugin) ?? NO_CELLS;
      const shown = [...markersOf(plugin, run), ...(current.get(run) ?? [])];
      const all = new Map([
        ...(plugin.dataClass === 'blob-sequence'
          ? await this.#count(plugin, run, cells)
          : ends(plugin, cells)),
        // Of several summaries of one tag the last is the newest.
        ...shown.map((summary) => [summary.tag, listingOf(summary)] as const),
      ]);
      return { run: run.name, tags: [...selected(all, selection)] };
    });
    return entries.filter(({ tags }) => tags.length > 0);
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
      const cells = selected(run.series.cells.get(plugin) ?? NO_CELLS, selection);
      const lists = new SeriesLists(selection, Math.max(1, maxPoints));
      for await (const summary of cellSummaries(run, shapesOf(cells), null)) lists.push(summary);
      for (const summary of [...markersOf(plugin, run), ...(current.get(run) ?? [])]) lists.push(summary);
      const tags = lists.points().map(([tag, points]) => [tag, maxPoints === 0 ? [] : points] as const);
      return { run: run.name, tags };
    });
    return entries.filter(({ tags }) => tags.length > 0);
  }

  /** Listings with the number of blobs: only the newest values tell. */
  async #count(plugin: Plugin, run: ResolvedRun, cells: Cells): Promise<Listings> {
    const { log } = run;
    const blocks = log.ledger.blockCount;
    const byPlugin = this.#counted.get(log) ?? new Map();
    this.#counted.set(log, byPlugin);
    const known = byPlugin.get(plugin);
    if (known?.blocks === blocks) return known.listings;
    const lists = new SeriesLists({ tags: new Set(cells.keys()) }, 1);
    const newest = new Set([...cells.values()].map((series) => series.newest.block));
    for await (const summary of cellSummaries(run, shapesOf(cells), newest)) lists.push(summary);
    const listings: Listings = new Map(
      lists.points().map(([tag, points]) => [tag, listingOf(points.at(-1)!)] as const),
    );
    byPlugin.set(plugin, { blocks, listings });
    return listings;
  }
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
function ends({ cells: plugin }: Plugin, cells: Cells): Listings {
  return new Map(
    [...cells].map(([tag, { part, newest }]) => {
      const metadata = plugin?.parts[part]?.metadata(tag) ?? {};
      return [tag, { ...seriesEnd(newest), metadata, blobCount: 0 }];
    }),
  );
}

function listingOf({ step, wallTime, content }: ValuePoint): SeriesListing {
  const blobCount = 'strings' in content.tensor ? content.tensor.strings.length : 0;
  return { step, wallTime, metadata: content.metadata, blobCount };
}

function shapesOf(cells: Cells): ReadonlySet<number> {
  return new Set([...cells.values()].flatMap(({ shapeIds }) => shapeIds));
}
