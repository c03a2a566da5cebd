/** The series of one run by tag, and where in its log their values are. @module */

import type { NewestRow, RunLedger } from '../history/index.ts';
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
export function seriesOf(ledger: RunLedger, tags: TagTable): RunSeries {
  const scalars = new Map<string, ScalarSeries>();
  const strings = new Map<string, StringSeries>();
  ledger.dictionary.shapes.forEach(({ kind }, shapeId) => {
    const newest = ledger.newest(shapeId);
    if (newest === undefined || kind === 'json') return;
    tags.tagsOf(shapeId).forEach((tag, column) => {
      if (kind === 'string') strings.set(tag, { shapeId, newest });
      else scalars.set(tag, withColumn(scalars.get(tag), newest, { shapeId, column }));
    });
  });
  return { scalars, strings };
}

/** Where a series ends. */
export function seriesEnd({ end: [, , step, wallTime] }: NewestRow): SeriesEnd {
  return { step, wallTime };
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
  return a.block !== b.block ? a.block > b.block : a.end[1] > b.end[1];
}
