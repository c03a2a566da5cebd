/** A page of history out of the text of an answer, in columns that can be handed from thread to thread. @module */

import type { HistoryColumns, HistoryRow, RowShape } from '../../../../core/index.ts';
import { type ShapeInterner, ShapeRegistry } from '../../../shape-registry.ts';
import type { KeyTypes } from '../key-types.ts';
import { pageRows } from './page-rows.ts';

export interface DecodedPage {
  /** Lines of the answer, rows or not. */
  readonly lines: number;
  /** Of which so many say no step. */
  readonly dropped: number;
  readonly rows: HistoryColumns;
}

/** The words NaN and Infinity are texts then: whether they are numbers the run knows. */
const NO_TYPES: KeyTypes = { isNumeric: () => false };
const NO_CELLS: HistoryRow['cells'] = Object.freeze([]);

/** Null for anything but a page of rows that hold numbers alone: it takes what else there is to see what that means. */
export function decodePage(text: string): DecodedPage | null {
  const lines = linesIn(JSON.parse(text));
  if (lines === null) return null;
  let dropped = 0;
  const onDropped = (count: number) => {
    dropped += count;
  };
  const rows: HistoryRow[] = [];
  const options = { registry: new ShapeRegistry(), keyTypes: NO_TYPES, onDropped };
  for (const part of pageRows(lines, options)) {
    if (part.some(({ cells }) => cells.length > 0)) return null;
    for (const row of part) rows.push(row);
  }
  return { lines: lines.length, dropped, rows: columnsOf(rows) };
}

/** The rows again, with shapes of this thread. */
export function rowsOfDecoded({ rows }: DecodedPage, shapes: ShapeInterner): HistoryRow[] {
  const own = rows.shapes.map(({ keys }) => shapes.intern(keys));
  let at = 0;
  return Array.from(rows.steps, (step, index) => {
    const shape = own[rows.shapeIndexes[index]!]!;
    const values = new Array<number>(shape.keys.length);
    for (let key = 0; key < values.length; key++) values[key] = rows.values[at++]!;
    return { kind: 'history', step, timestamp: rows.timestamps[index]!, shape, values, cells: NO_CELLS };
  });
}

/** Memory that may be handed over in place of being copied. */
export function transferables({ rows }: DecodedPage): ArrayBuffer[] {
  return [rows.steps, rows.timestamps, rows.shapeIndexes, rows.values].map(
    ({ buffer }) => buffer as ArrayBuffer,
  );
}

/** Of an answer without errors, as far as a page is read of it. */
function linesIn(body: unknown): readonly string[] | null {
  const { data, errors, error } = body as Readonly<Record<string, unknown>>;
  const { history } = ((data as PageData)?.project?.run ?? {}) as { readonly history?: unknown };
  if (errors !== undefined || error !== undefined || !Array.isArray(history)) return null;
  return history.every((line) => typeof line === 'string') ? history : null;
}

type PageData = { readonly project?: { readonly run?: object } } | undefined;

function columnsOf(rows: readonly HistoryRow[]): HistoryColumns {
  const indexes = new Map<RowShape, number>();
  const shapeIndexes = Int32Array.from(rows, ({ shape }) => {
    const index = indexes.get(shape) ?? indexes.size;
    indexes.set(shape, index);
    return index;
  });
  const values = new Float64Array(rows.reduce((sum, row) => sum + row.values.length, 0));
  let at = 0;
  for (const row of rows) {
    values.set(row.values, at);
    at += row.values.length;
  }
  return {
    kind: 'columns',
    steps: Float64Array.from(rows, ({ step }) => step),
    timestamps: Float64Array.from(rows, ({ timestamp }) => timestamp),
    shapeIndexes,
    shapes: [...indexes.keys()],
    values,
  };
}
