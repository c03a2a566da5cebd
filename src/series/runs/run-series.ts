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

/** A series of numbers: where in rows its values are. Runs that log the same have these in common. */
export interface ScalarSeries {
  /** Rows of several shapes may hold it. */
  readonly columns: readonly Column[];
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
export function seriesOf(view: EventView, tags: TagTable): RunSeries {
  return { scalars: scalarsOf(view, tags), cells: cellsOf(view, tags) };
}

/** Series by tag, by the content of dictionaries of which every shape has values, and how many shapes there were. */
const COMMON = new WeakMap<
  object,
  { readonly shapes: number; readonly scalars: ReadonlyMap<string, ScalarSeries> }
>();

function scalarsOf({ log: { ledger }, fold }: EventView, tags: TagTable): RunSeries['scalars'] {
  const { content, shapes } = ledger.dictionary;
  const isCommon = fold.axes.arePlain && shapes.every((_, shapeId) => ledger.newest(shapeId) !== undefined);
  const known = isCommon ? COMMON.get(content) : undefined;
  if (known?.shapes === shapes.length) return known.scalars;
  const scalars = new Map<string, ScalarSeries>();
  for (const [shapeId, { kind }] of shapes.entries()) {
    if (kind === 'cell' || ledger.newest(shapeId) === undefined) continue;
    addColumns(scalars, shapeId, tags.tagsOf(shapeId), fold.axes);
  }
  if (isCommon) COMMON.set(content, { shapes: shapes.length, scalars });
  return scalars;
}

function cellsOf(view: EventView, tags: TagTable): RunSeries['cells'] {
  const cells = new Map<Plugin, Map<string, CellSeries>>();
  for (const shapeId of view.log.ledger.dictionary.shapes.keys()) {
    const newest = newestOfShape(view, shapeId);
    if (newest === undefined) continue;
    for (const shown of tags.cellsOf(shapeId))
      addCells(mapOf(cells, shown.plugin), { ...newest, shapeId }, shown);
  }
  return cells;
}

/** Where the newest value of a series is. */
export function newestOfSeries(view: EventView, tag: string, { columns }: ScalarSeries): NewestRow & Column {
  let newest: (NewestRow & Column) | undefined;
  for (const column of columns) {
    const here = newestOfShape(view, column.shapeId);
    if (here === undefined || (newest !== undefined && !isLater(here, newest))) continue;
    // Steps of a metric never fall, so the newest row of any shape has the newest.
    const step = column.axis < 0 ? undefined : view.fold.axes.endOf(tag);
    const end = step === undefined ? here.end : { ...here.end, step };
    newest = { block: here.block, end, ...column };
  }
  if (newest === undefined) throw new RangeError(`tag: expected one with values, got ${tag}`);
  return newest;
}

/** Samples of the machine have their steps from the fold. */
function newestOfShape({ log: { ledger }, fold }: EventView, shapeId: number): NewestRow | undefined {
  const last = ledger.newest(shapeId);
  if (last === undefined || ledger.dictionary.shapes[shapeId]?.kind !== 'system') return last;
  return { ...last, end: { ...last.end, step: fold.systemEnd(shapeId) } };
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
  shapeId: number,
  tags: readonly string[],
  axes: StepAxes,
): void {
  tags.forEach((tag, column) => {
    const here = { shapeId, column, axis: axes.axisOf(shapeId, column) };
    scalars.set(tag, { columns: [...(scalars.get(tag)?.columns ?? []), here] });
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
