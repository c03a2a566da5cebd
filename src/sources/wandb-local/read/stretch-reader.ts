/** Reads a stretch of a log by itself. @module */

import { FIRST_WRITER } from '../../../core/index.ts';
import { ShapeRegistry } from '../../shape-registry.ts';
import { BLOCK_BYTES, type LogFile } from '../log/index.ts';
import { LOG_START, type LogPosition } from './cursor.ts';
import { SegmentReader } from './segment-reader.ts';
import type { ReadStretch, SegmentBatch, Stretch } from './stretch.ts';

/** Steps and times that are not known. */
const UNKNOWN: LogPosition = { ...LOG_START, lastStep: Number.NaN, lastTimestamp: Number.NaN };
/**
 * Records other than columns of numbers, in one stretch: they cross threads by being copied, some 3 µs each, and all of them
 * at once.
 */
const MAX_OTHER_RECORDS = 1500;

/** There are few, and what decodes them takes as long to load as all else: whoever asked for the stretch reads it. */
const metadata = (): never => {
  throw new Error('a record for another thread');
};

/**
 * Reads a stretch by itself: begins a block earlier, where records say which step and time the first of the stretch go by.
 * Null where it is not wholly there, or holds much that does not cross threads well. Throws at what a run writes seldom.
 */
export async function readStretch(
  file: LogFile,
  { from, to }: Stretch,
  signal: AbortSignal,
): Promise<ReadStretch | null> {
  const before = { position: { ...UNKNOWN, offset: from - BLOCK_BYTES }, writer: FIRST_WRITER };
  const reader = new SegmentReader(file, before, { registry: new ShapeRegistry(), metadata });
  let start: LogPosition | undefined;
  const batches: SegmentBatch[] = [];
  let others = 0;
  for await (const batch of reader.batches(Number.POSITIVE_INFINITY, signal)) {
    if (start !== undefined) {
      batches.push(batch);
      others += batch.records.filter(({ kind }) => kind !== 'columns').length;
      if (others > MAX_OTHER_RECORDS) return null;
    } else if (batch.position.offset >= from) start = batch.position;
    if (start !== undefined && batch.position.offset >= to) return { start, batches };
  }
  return null;
}
