/** Rows of many shapes, one after the other, become records: by JavaScript or by WebAssembly, which write the same bytes. @module */

import type { ScalarColumns, ScalarRowEncoder } from './scalar-rows.ts';

/** Rows as history holds them. */
export interface ShapedRows extends ScalarColumns {
  readonly shapeIds: Uint32Array;
}

/** Null for shapes whose rows are not written by templates. One without tags is of rows without events. */
export type EncoderOf = (shapeId: number) => ScalarRowEncoder | null;

/** Where records go; both share a buffer. */
export interface RecordTarget {
  readonly target: Uint8Array;
  readonly view: DataView;
}

/** Up to where rows are written. */
export interface RowCursor {
  row: number;
  /** Index of the row's first value. */
  valuesAt: number;
  /** Offset of its record in the target. */
  at: number;
}

export interface RowWriter {
  /**
   * Writes the records of rows from the cursor's on, and moves it past them: to row `to`, or to the first that no template
   * covers. The target must have room for these.
   */
  write(rows: ShapedRows, encoderOf: EncoderOf, cursor: RowCursor, to: number, target: RecordTarget): void;
}

/** A stretch of rows of one shape is written at once. */
export const javaScriptRows: RowWriter = {
  write(rows, encoderOf, cursor, to, { target, view }) {
    while (cursor.row < to) {
      const { row, valuesAt } = cursor;
      const encoder = encoderOf(rows.shapeIds[row]!);
      if (encoder === null) return;
      const count = encoder.tags.length;
      const end = alikeUntil(rows, row, to, encoder);
      if (end === row) return;
      if (count > 0) cursor.at = encoder.writeRows(target, view, cursor.at, rows, row, end, valuesAt);
      cursor.row = end;
      cursor.valuesAt += (end - row) * count;
    }
  },
};

/** The end of the rows from `row` on that are of its shape and covered; `row` if it is not itself. Those without tags are. */
function alikeUntil(
  { shapeIds, steps, timestamps }: ShapedRows,
  row: number,
  to: number,
  encoder: ScalarRowEncoder,
): number {
  const shapeId = shapeIds[row]!;
  let end = row;
  if (encoder.tags.length === 0) while (end < to && shapeIds[end] === shapeId) end++;
  else {
    while (end < to && shapeIds[end] === shapeId && encoder.covers(steps[end]!, timestamps[end]!)) end++;
  }
  return end;
}
