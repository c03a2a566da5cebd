/** Takes single series out of a block of rows. @module */

import { metricStep } from '../../eventfile/index.ts';
import type { Dictionary, RowBlock } from '../../history/index.ts';
import type { PointBuffer } from '../../points/index.ts';
import type { Column } from '../runs/run-series.ts';

/** A column, and where its values go. */
export interface ColumnTarget extends Column {
  readonly target: PointBuffer;
}

/** Adds what a block holds of some columns, in the order it was logged. */
export function takeColumns(block: RowBlock, dictionary: Dictionary, wanted: readonly ColumnTarget[]): void {
  const { rowCount, shapeIds } = block;
  let valuesAt = 0;
  for (let row = 0; row < rowCount; ) {
    const shapeId = shapeIds[row]!;
    const width = dictionary.shapes[shapeId]!.keys.length;
    let end = row + 1;
    while (end < rowCount && shapeIds[end] === shapeId) end++;
    for (const { shapeId: wantedId, column, axis, target } of wanted) {
      if (wantedId !== shapeId) continue;
      if (axis < 0) takeStretch(block, row, end, valuesAt + column, width, target);
      else takeByMetric(block, row, end, valuesAt + column, valuesAt + axis, width, target);
    }
    valuesAt += (end - row) * width;
    row = end;
  }
}

/** Rows `[row, end)`, all of one shape: the first value at `at`, the others `width` apart. */
function takeStretch(
  { steps, timestamps, values }: RowBlock,
  row: number,
  end: number,
  at: number,
  width: number,
  target: PointBuffer,
): void {
  for (let next = row, from = at; next < end; next++, from += width) {
    target.push(steps[next]!, timestamps[next]!, values[from]!);
  }
}

/** The same, with the values of a metric from `stepAt` on as steps. */
function takeByMetric(
  { timestamps, values }: RowBlock,
  row: number,
  end: number,
  at: number,
  stepAt: number,
  width: number,
  target: PointBuffer,
): void {
  for (let next = row, passed = 0; next < end; next++, passed += width) {
    target.push(metricStep(values[stepAt + passed]!), timestamps[next]!, values[at + passed]!);
  }
}

/** The value at a row of a block. @throws RangeError when there is no such row. */
export function valueAt(block: RowBlock, dictionary: Dictionary, row: number, column: number): number {
  let at = column;
  for (let before = 0; before < row; before++) at += dictionary.shapes[block.shapeIds[before]!]!.keys.length;
  const value = block.values[at];
  if (value === undefined) throw new RangeError(`row: expected below ${block.rowCount}, got ${row}`);
  return value;
}
