/** Segments become bytes: templates write rows of scalars, protobufjs everything else. @module */

import { LogdirError } from '../core/index.ts';
import type { RowBlock } from '../history/index.ts';
import { isBlobReference } from '../plugins/index.ts';
import {
  encodeEvent,
  encodeEventPieces,
  encodeScalarsPlainly,
  type FetchBlob,
  type LogEvent,
  type ScalarColumns,
  type ScalarRowEncoder,
} from '../tfevents/index.ts';
import { firstCellFrom } from './block-cells.ts';
import type { EventFold } from './event-fold.ts';
import { eventsOfMarker } from './markers.ts';
import type { RunEncoders } from './run-encoders.ts';
import type { Segment } from './segment-list.ts';
import { supersedingFrame } from './superseding.ts';

/** The steps of a whole block as TensorBoard has them. `index`: the block's, in the log of the fold. */
export function stepsOfBlock(fold: EventFold, index: number, block: RowBlock): Float64Array {
  return stepsOf(block, { from: 0, to: block.rowCount, systemStep: fold.systemStepBefore(index) }, fold);
}

/** The steps of a block as TensorBoard has them: samples of the machine have theirs from the fold. */
function stepsOf(
  block: RowBlock,
  { from, to, systemStep }: Pick<Segment, 'from' | 'to' | 'systemStep'>,
  fold: EventFold,
): Float64Array {
  let steps = block.steps;
  let newest = systemStep;
  for (let row = from; row < to; row++) {
    if (!Number.isNaN(block.steps[row]!)) continue;
    if (steps === block.steps) steps = block.steps.slice();
    newest = fold.sampleStep(newest, block.timestamps[row]!);
    steps[row] = newest;
  }
  return steps;
}

/** Rows of one segment, and where they are written. */
interface Writing {
  readonly block: RowBlock;
  /** Steps as TensorBoard has them. */
  readonly columns: ScalarColumns;
  readonly encoders: RunEncoders;
  readonly target: Uint8Array;
  readonly view: DataView;
}

/**
 * Writes a segment into `target`, which has its length. `block`: the one it is made from; none is needed for markers.
 * @throws LogdirError `internal` when it does not come to that length, or has blobs in it.
 */
export function encodeSegment(
  segment: Segment,
  block: RowBlock | undefined,
  fold: EventFold,
  encoders: RunEncoders,
  target: Uint8Array,
): void {
  const end = writeSegment(segment, block, fold, encoders, target);
  if (end !== target.length)
    throw new LogdirError('internal', `event segment: expected ${target.length} bytes, made ${end}`);
}

function writeSegment(
  segment: Segment,
  block: RowBlock | undefined,
  fold: EventFold,
  encoders: RunEncoders,
  target: Uint8Array,
): number {
  if (segment.kind === 'markers') return writeEvents(target, 0, markerEvents(segment, fold));
  const rows = writing(segment, needed(block), fold, encoders, target);
  return segment.kind === 'rows' ? encodeRows(segment, rows) : encodeSupersedingRow(segment.from, rows);
}

/** The same in pieces, for a segment that has blobs: they are fetched one after the other. */
export async function* encodeSegmentPieces(
  segment: Segment,
  block: RowBlock,
  fold: EventFold,
  encoders: RunEncoders,
  fetchBlob: FetchBlob,
): AsyncGenerator<Uint8Array> {
  const { shapeIds, timestamps, values } = block;
  const steps = stepsOf(block, segment, fold);
  let valuesAt = valuesBefore(block, segment.from, encoders);
  let cell = firstCellFrom(block, segment.from);
  for (let row = segment.from; row < segment.to; row++) {
    const { tags } = encoders.row(shapeIds[row]!);
    const frame = segment.kind === 'superseding' ? supersedingFrame(steps[row]!, timestamps[row]!) : null;
    if (frame !== null) yield encodeEvent(frame.before);
    if (tags.length > 0) {
      if (frame !== null) yield encodeEvent(frame.eachEvent);
      yield encodeScalarsPlainly(tags, steps[row]!, timestamps[row]!, values.subarray(valuesAt));
    }
    valuesAt += tags.length;
    for (; block.cells[cell]?.row === row; cell++) {
      for (const event of encoders.cellEvents(block.cells[cell]!, steps[row]!, timestamps[row]!)) {
        if (frame !== null) yield encodeEvent(frame.eachEvent);
        yield* encodeEventPieces(event, fetchBlob);
      }
    }
    if (frame !== null) yield encodeEvent(frame.after);
  }
}

/** Whether a segment has events whose blobs must be fetched. */
export function hasBlobs(segment: Segment, block: RowBlock, encoders: RunEncoders): boolean {
  if (segment.kind === 'markers') return false;
  for (let i = firstCellFrom(block, segment.from); i < block.cells.length; i++) {
    const cell = block.cells[i]!;
    if (cell.row >= segment.to) break;
    for (const event of encoders.cellEvents(cell, 0, 0)) {
      if (event.kind !== 'summary') continue;
      const { tensor } = event.content;
      if ('strings' in tensor && tensor.strings.some(isBlobReference)) return true;
    }
  }
  return false;
}

function writing(
  segment: Segment,
  block: RowBlock,
  fold: EventFold,
  encoders: RunEncoders,
  target: Uint8Array,
): Writing {
  const { timestamps, values } = block;
  const columns = { steps: stepsOf(block, segment, fold), timestamps, values };
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  return { block, columns, encoders, target, view };
}

/** A stretch of rows of one shape is written at once; a row with cells ends it, as their events follow its own. */
function encodeRows({ from, to }: Segment, writing: Writing): number {
  const { block, columns, encoders, target, view } = writing;
  const { shapeIds } = block;
  let at = 0;
  let valuesAt = valuesBefore(block, from, encoders);
  let cellRow = nextCellRow(block, from, to);
  for (let row = from; row < to; ) {
    const encoder = encoders.row(shapeIds[row]!);
    const count = encoder.tags.length;
    const alike = alikeUntil(block, columns, row, cellRow < to ? cellRow + 1 : to, encoder);
    if (count === 0) {
      // No event: a row without tags.
    } else if (alike > row) at = encoder.writeRows(target, view, at, columns, row, alike, valuesAt);
    else at = writeBytes(target, at, plainRow(encoder, columns, row, valuesAt));
    const end = alike > row ? alike : row + 1;
    valuesAt += (end - row) * count;
    row = end;
    if (cellRow >= row) continue;
    at = writeCells(writing, at, cellRow);
    cellRow = nextCellRow(block, row, to);
  }
  return at;
}

/** A row with what makes its events supersede. */
function encodeSupersedingRow(row: number, writing: Writing): number {
  const { block, columns, encoders, target } = writing;
  const [step, wallTime] = [columns.steps[row]!, columns.timestamps[row]!];
  const { before, eachEvent, after } = supersedingFrame(step, wallTime);
  const encoder = encoders.row(block.shapeIds[row]!);
  let at = writeEvents(target, 0, [before]);
  if (encoder.tags.length > 0) {
    at = writeEvents(target, at, [eachEvent]);
    at = writeBytes(target, at, plainRow(encoder, columns, row, valuesBefore(block, row, encoders)));
  }
  for (let cell = firstCellFrom(block, row); block.cells[cell]?.row === row; cell++) {
    for (const event of encoders.cellEvents(block.cells[cell]!, step, wallTime))
      at = writeEvents(target, at, [eachEvent, event]);
  }
  return writeEvents(target, at, [after]);
}

/** The first row from `row` on that has cells; `to` where none has before it. */
function nextCellRow(block: RowBlock, row: number, to: number): number {
  return Math.min(to, block.cells[firstCellFrom(block, row)]?.row ?? to);
}

/** The events of a row's cells, written at `at`; returns the offset after them. */
function writeCells({ block, columns, encoders, target }: Writing, at: number, row: number): number {
  let end = at;
  for (let cell = firstCellFrom(block, row); block.cells[cell]?.row === row; cell++) {
    const events = encoders.cellEvents(block.cells[cell]!, columns.steps[row]!, columns.timestamps[row]!);
    end = writeEvents(target, end, events);
  }
  return end;
}

/** The end of the rows from `row` on that are of its shape and that templates cover; `row` if it is not itself. */
function alikeUntil(
  { shapeIds }: RowBlock,
  { steps, timestamps }: ScalarColumns,
  row: number,
  limit: number,
  encoder: ScalarRowEncoder,
): number {
  const shapeId = shapeIds[row]!;
  let end = row;
  while (end < limit && shapeIds[end] === shapeId && encoder.covers(steps[end]!, timestamps[end]!)) end++;
  return end;
}

/** The record of a row that templates do not cover. */
function plainRow(
  { tags }: ScalarRowEncoder,
  { steps, timestamps, values }: ScalarColumns,
  row: number,
  valuesAt: number,
): Uint8Array {
  return encodeScalarsPlainly(tags, steps[row]!, timestamps[row]!, values.subarray(valuesAt));
}

/** Values of the rows before one. */
function valuesBefore({ shapeIds }: RowBlock, row: number, encoders: RunEncoders): number {
  let values = 0;
  for (let i = 0; i < row; i++) values += encoders.row(shapeIds[i]!).tags.length;
  return values;
}

function markerEvents({ from, to }: Segment, fold: EventFold): readonly LogEvent[] {
  return fold.markers.slice(from, to).flatMap(eventsOfMarker);
}

function writeEvents(target: Uint8Array, at: number, events: readonly LogEvent[]): number {
  let end = at;
  for (const event of events) end = writeBytes(target, end, encodeEvent(event));
  return end;
}

function writeBytes(target: Uint8Array, at: number, bytes: Uint8Array): number {
  if (at + bytes.length <= target.length) target.set(bytes, at);
  return at + bytes.length;
}

function needed(block: RowBlock | undefined): RowBlock {
  if (block === undefined) throw new LogdirError('internal', 'event segment: its rows were not read');
  return block;
}
