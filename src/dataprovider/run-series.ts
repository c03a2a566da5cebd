/** The series of one run by tag, and where in its log their values are. @module */

import type { EventView } from '../eventfile/index.ts';
import type { NewestRow } from '../history/index.ts';
import type { TagTable } from '../plugins/index.ts';
import type { SeriesEnd } from './data-provider.ts';

/** A column of rows of one shape. */
export interface Column {
  readonly shapeId: number;
  readonly column: number;
}

/** A series of numbers. */
export interface ScalarSeries {
  /** Rows of several shapes may hold it. */
  readonly columns: readonly Column[];
  /** Where its newest value is. */
  readonly newest: NewestRow & Column;
}

/** A series of strings. */
export interface StringSeries {
  readonly shapeId: number;
  readonly newest: NewestRow;
}

export interface RunSeries {
  readonly scalars: ReadonlyMap<string, ScalarSeries>;
  readonly strings: ReadonlyMap<string, StringSeries>;
}

/** The series of a run as of now; a shape without values is none. */
export function seriesOf({ log: { ledger }, fold }: EventView, tags: TagTable): RunSeries {
  const scalars = new Map<string, ScalarSeries>();
  const strings = new Map<string, StringSeries>();
  ledger.dictionary.shapes.forEach(({ kind }, shapeId) => {
    const last = ledger.newest(shapeId);
    if (last === undefined) return;
    // Samples of the machine have their steps from the fold.
    const newest =
      kind === 'system' ? { ...last, end: { ...last.end, step: fold.systemEnd(shapeId) } } : last;
    tags.tagsOf(shapeId).forEach((tag, column) => {
      if (kind === 'cell') strings.set(tag, { shapeId, newest });
      else scalars.set(tag, withColumn(scalars.get(tag), newest, { shapeId, column }));
    });
  });
  return { scalars, strings };
}

/** Where a series ends. */
export function seriesEnd({ end: { step, timestamp } }: NewestRow): SeriesEnd {
  return { step, wallTime: timestamp };
}

function withColumn(known: ScalarSeries | undefined, newest: NewestRow, column: Column): ScalarSeries {
  const here = { ...newest, ...column };
  if (known === undefined) return { columns: [column], newest: here };
  return {
    columns: [...known.columns, column],
    newest: isLater(here, known.newest) ? here : known.newest,
  };
}

function isLater(a: NewestRow, b: NewestRow): boolean {
  return a.block !== b.block ? a.block > b.block : a.end.row > b.end.row;
}
