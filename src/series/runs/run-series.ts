/** The series of one run by tag, and where in its log their values are. @module */

import type { EventView, StepAxes } from '../../eventfile/index.ts';
import type { NewestRow } from '../../history/index.ts';
import type { Plugin, ShownCells, TagTable } from '../../plugins/index.ts';
import type { Selection, SeriesEnd } from '../data-provider.ts';

/** A column of rows of one shape. */
export interface Column {
  readonly shapeId: number;
  readonly column: number;
  /** Column of the metric whose values are its steps; -1 for the steps of its rows. */
  readonly axis: number;
}

/** A series of numbers. */
export interface ScalarSeries {
  /** Rows of several shapes may hold it. */
  readonly columns: readonly Column[];
  /** Where its newest value is. */
  readonly newest: NewestRow & Column;
}

/** A series of cells. Its tag is that of its points where each value is one, else what theirs begin with. */
export interface CellSeries extends ShownCells {
  /** Cells of several types may hold it. */
  readonly shapeIds: readonly number[];
  readonly newest: NewestRow & { readonly shapeId: number };
}

export interface RunSeries {
  readonly scalars: ReadonlyMap<string, ScalarSeries>;
  /** By the plugin that shows them. */
  readonly cells: ReadonlyMap<Plugin, ReadonlyMap<string, CellSeries>>;
}

/** The series of a run as of now; a shape without values, or that no plugin shows, is none. */
export function seriesOf({ log: { ledger }, fold }: EventView, tags: TagTable): RunSeries {
  const scalars = new Map<string, ScalarSeries>();
  const cells = new Map<Plugin, Map<string, CellSeries>>();
  for (const [shapeId, { kind }] of ledger.dictionary.shapes.entries()) {
    const last = ledger.newest(shapeId);
    if (last === undefined) continue;
    // Samples of the machine have their steps from the fold.
    const newest =
      kind === 'system' ? { ...last, end: { ...last.end, step: fold.systemEnd(shapeId) } } : last;
    if (kind !== 'cell') addColumns(scalars, newest, shapeId, tags.tagsOf(shapeId), fold.axes);
    for (const shown of tags.cellsOf(shapeId))
      addCells(mapOf(cells, shown.plugin), { ...newest, shapeId }, shown);
  }
  return { scalars, cells };
}

/** Where a series ends. */
export function seriesEnd({ end: { step, timestamp } }: NewestRow): SeriesEnd {
  return { step, wallTime: timestamp };
}

/** Of series of cells, those that may have points under tags that were asked for. */
export function selectedCells(
  cells: ReadonlyMap<string, CellSeries>,
  { tags }: Pick<Selection, 'tags'>,
): ReadonlyMap<string, CellSeries> {
  if (tags === null) return cells;
  return new Map(
    [...cells].filter(([base, { series }]) => [...tags].some((tag) => isBelow(tag, base, series))),
  );
}

function isBelow(tag: string, base: string, { suffixes = [''] }: CellSeries['series']): boolean {
  if (suffixes === 'open') return tag.startsWith(`${base}/`);
  return suffixes.some((suffix) => tag === base + suffix);
}

/** Of series by tag, those that were asked for. */
export function selected<T>(
  series: ReadonlyMap<string, T>,
  { tags }: Pick<Selection, 'tags'>,
): ReadonlyMap<string, T> {
  if (tags === null) return series;
  const chosen = new Map<string, T>();
  for (const tag of tags) {
    const found = series.get(tag);
    if (found !== undefined) chosen.set(tag, found);
  }
  return chosen;
}

function addColumns(
  scalars: Map<string, ScalarSeries>,
  newest: NewestRow,
  shapeId: number,
  tags: readonly string[],
  axes: StepAxes,
): void {
  tags.forEach((tag, column) => {
    const known = scalars.get(tag);
    const axis = axes.axisOf(shapeId, column);
    // Steps of a metric never fall, so the newest row of any shape has the newest.
    const end = axis < 0 ? newest.end : { ...newest.end, step: axes.endOf(tag) ?? newest.end.step };
    const here = { ...newest, end, shapeId, column, axis };
    scalars.set(tag, {
      columns: [...(known?.columns ?? []), { shapeId, column, axis }],
      newest: known === undefined || isLater(here, known.newest) ? here : known.newest,
    });
  });
}

function addCells(cells: Map<string, CellSeries>, newest: CellSeries['newest'], shown: ShownCells): void {
  const known = cells.get(shown.tag);
  cells.set(shown.tag, {
    ...shown,
    shapeIds: [...(known?.shapeIds ?? []), newest.shapeId],
    newest: known === undefined || isLater(newest, known.newest) ? newest : known.newest,
  });
}

function mapOf(cells: Map<Plugin, Map<string, CellSeries>>, plugin: Plugin): Map<string, CellSeries> {
  const known = cells.get(plugin) ?? new Map<string, CellSeries>();
  cells.set(plugin, known);
  return known;
}

function isLater(a: NewestRow, b: NewestRow): boolean {
  return a.block !== b.block ? a.block > b.block : a.end.row > b.end.row;
}
