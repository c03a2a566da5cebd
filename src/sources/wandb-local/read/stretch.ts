/** Stretches of a log that are read apart from what stands before them, and what comes of one. @module */

import type { HistoryColumns, RowShape, RunRecord } from '../../../core/index.ts';
import type { ShapeInterner } from '../../shape-registry.ts';
import type { UnreadKind } from '../../source.ts';
import type { LogPosition } from './cursor.ts';

/** What was read of a log between two places. */
export interface SegmentBatch {
  /** Where it ends. */
  readonly position: LogPosition;
  readonly records: readonly RunRecord[];
  readonly unread: Readonly<Partial<Record<UnreadKind, number>>>;
  readonly skippedBytes: number;
}

/** File offsets `[from, to)`, multiples of the length of a batch; `from` is above 0. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What was read of a stretch: the very batches that whoever stands at `start` would read. */
export interface ReadStretch {
  /** After the first record that ends at or after the stretch's `from`. */
  readonly start: LogPosition;
  /** Up to the first record that ends at or after its `to`. */
  readonly batches: readonly SegmentBatch[];
}

/** Memory that may be handed over to another thread in place of being copied. */
export function transferables({ batches }: ReadStretch): ArrayBuffer[] {
  const columns = batches.flatMap(({ records }) => records).filter((record) => record.kind === 'columns');
  const arrays = columns.flatMap((one) => [one.steps, one.timestamps, one.shapeIndexes, one.values]);
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}

/** The batches with shapes of this thread in place of copies of another's. */
export function withOwnShapes({ batches }: ReadStretch, shapes: ShapeInterner): readonly SegmentBatch[] {
  const known = new Map<RowShape, RowShape>();
  const own = (shape: RowShape): RowShape => {
    const found = known.get(shape) ?? shapes.intern(shape.keys);
    known.set(shape, found);
    return found;
  };
  // All columns of a stretch have one list.
  const lists = new Map<HistoryColumns['shapes'], HistoryColumns['shapes']>();
  const ownList = (list: HistoryColumns['shapes']): HistoryColumns['shapes'] => {
    const found = lists.get(list) ?? list.map(own);
    lists.set(list, found);
    return found;
  };
  const ownRecord = (record: RunRecord): RunRecord => {
    if (record.kind === 'columns') return { ...record, shapes: ownList(record.shapes) };
    return record.kind === 'history' || record.kind === 'system'
      ? { ...record, shape: own(record.shape) }
      : record;
  };
  return batches.map((batch) => ({ ...batch, records: batch.records.map(ownRecord) }));
}
