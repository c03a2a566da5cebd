/** Segments become bytes: templates write rows of scalars, protobufjs everything else. @module */

import { LogdirError } from '../core/index.ts';
import type { BlockCell, RowBlock } from '../history/index.ts';
import { type ContentNeed, type Contents, NO_CONTENTS } from '../plugins/index.ts';
import {
  encodeEvent,
  encodeEventPieces,
  encodeScalarsPlainly,
  type FetchBlob,
  type LogEvent,
  type RowCursor,
  rowWriter,
  type ShapedRows,
} from '../tfevents/index.ts';
import { firstCellFrom } from './block-cells.ts';
import type { CellSamples } from './cell-samples.ts';
import type { EventFold } from './event-fold.ts';
import { eventsOfMarker, hasMedia, needsOfMarker } from './markers.ts';
import type { RunEncoders } from './run-encoders.ts';
import type { Segment } from './segment-list.ts';
import { type StepAxes, stepOfGroup } from './step-axes.ts';
import { supersedingFrame } from './superseding.ts';

/** Rows of one segment, and what makes events of them. */
interface SegmentRows {
  readonly block: RowBlock;
  /** Steps as TensorBoard has them, but for tags that stand by a metric. */
  readonly columns: ShapedRows;
  readonly encoders: RunEncoders;
  readonly axes: StepAxes;
  /** Index of the block in the log. */
  readonly index: number;
  readonly media: CellSamples;
  readonly contents: Contents;
}

/** The same, and where they are written. */
interface Writing extends SegmentRows {
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
  if (segment.kind === 'markers') return writeEvents(target, 0, markerEvents(segment, fold, NO_CONTENTS));
  const rows = writing(segment, needed(block), fold, encoders, target);
  return segment.kind === 'rows' ? encodeRows(segment, rows) : encodeSupersedingRow(segment.from, rows);
}

/** What a segment with values of media is made of besides its rows. */
export interface MediaOfSegment {
  /** Of the files that its values need. */
  readonly contents: Contents;
  readonly fetchBlob: FetchBlob;
}

/** The same in pieces, for a segment that has values of media: blobs are fetched one after the other. */
export async function* encodeSegmentPieces(
  segment: Segment,
  block: RowBlock | undefined,
  fold: EventFold,
  encoders: RunEncoders,
  media: MediaOfSegment,
): AsyncGenerator<Uint8Array> {
  if (segment.kind !== 'markers') yield* encodeRowPieces(segment, needed(block), fold, encoders, media);
  else {
    for (const event of markerEvents(segment, fold, media.contents))
      yield* encodeEventPieces(event, media.fetchBlob);
  }
}

async function* encodeRowPieces(
  segment: Segment,
  block: RowBlock,
  fold: EventFold,
  encoders: RunEncoders,
  { contents, fetchBlob }: MediaOfSegment,
): AsyncGenerator<Uint8Array> {
  const rows = rowsOf(segment, block, fold, encoders, contents);
  let valuesAt = encoders.valuesBefore(block, segment.from);
  for (let row = segment.from; row < segment.to; row++) {
    const wallTime = block.timestamps[row]!;
    const frame = segment.kind === 'superseding' ? supersedingFrame(wallTime) : null;
    if (frame !== null) yield encodeEvent(frame.before);
    for (const { step, record } of scalarRecords(rows, row, valuesAt)) {
      if (frame !== null) yield encodeEvent(frame.beforeEvent(step));
      yield record;
    }
    for (const event of cellEventsOf(rows, row)) {
      if (frame !== null) yield encodeEvent(frame.beforeEvent(block.steps[row]!));
      yield* encodeEventPieces(event, fetchBlob);
    }
    if (frame !== null) yield encodeEvent(frame.after);
    valuesAt += encoders.row(block.shapeIds[row]!).tags.length;
  }
}

/** Whether a segment has values of media. */
export function hasMediaIn(segment: Segment, block: RowBlock | undefined, fold: EventFold): boolean {
  if (segment.kind === 'markers') return fold.markers.slice(segment.from, segment.to).some(hasMedia);
  return mediaCellsOf(segment, needed(block), fold).next().done !== true;
}

/** What of which files its values of media are made of. */
export function needsOfSegment(
  segment: Segment,
  block: RowBlock | undefined,
  fold: EventFold,
  encoders: RunEncoders,
): readonly ContentNeed[] {
  if (segment.kind === 'markers') return fold.markers.slice(segment.from, segment.to).flatMap(needsOfMarker);
  return [...mediaCellsOf(segment, needed(block), fold)].flatMap((cell) => encoders.needsOf(cell));
}

/** The cells of a segment whose values of media are in the file. */
function* mediaCellsOf(segment: Segment, block: RowBlock, fold: EventFold): Generator<BlockCell> {
  for (let i = firstCellFrom(block, segment.from); i < block.cells.length; i++) {
    const cell = block.cells[i]!;
    if (cell.row >= segment.to) break;
    if (fold.media.isShown(segment.block, i)) yield cell;
  }
}

function rowsOf(
  segment: Segment,
  block: RowBlock,
  fold: EventFold,
  encoders: RunEncoders,
  contents: Contents,
): SegmentRows {
  const { axes, media } = fold;
  const columns = columnsOf(block, segment.block, fold);
  return { block, columns, encoders, axes, index: segment.block, media, contents };
}

function writing(
  segment: Segment,
  block: RowBlock,
  fold: EventFold,
  encoders: RunEncoders,
  target: Uint8Array,
): Writing {
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  const { axes, media } = fold;
  const { block: index } = segment;
  const columns = columnsOf(block, index, fold);
  return { block, columns, encoders, axes, index, media, contents: NO_CONTENTS, target, view };
}

function columnsOf(block: RowBlock, index: number, fold: EventFold): ShapedRows {
  const { timestamps, values, shapeIds } = block;
  return { steps: fold.stepsOf(index, block), timestamps, values, shapeIds };
}

/** Rows are written together as far as templates cover them; a row with cells ends that, as their events follow its own. */
function encodeRows({ from, to }: Segment, writing: Writing): number {
  const { block, columns, encoders, axes } = writing;
  const encoderOf = (shapeId: number) => (axes.groupsOf(shapeId) === null ? encoders.row(shapeId) : null);
  const writer = rowWriter();
  const cursor: RowCursor = { row: from, valuesAt: encoders.valuesBefore(block, from), at: 0 };
  let cellRow = nextCellRow(block, from, to);
  while (cursor.row < to) {
    const limit = cellRow < to ? cellRow + 1 : to;
    writer.write(columns, encoderOf, cursor, limit, writing);
    if (cursor.row < limit) writePlainRow(writing, cursor);
    if (cellRow >= cursor.row) continue;
    cursor.at = writeCells(writing, cursor.at, cellRow);
    cellRow = nextCellRow(block, cursor.row, to);
  }
  return cursor.at;
}

function writePlainRow(writing: Writing, cursor: RowCursor): void {
  for (const { record } of scalarRecords(writing, cursor.row, cursor.valuesAt))
    cursor.at = writeBytes(writing.target, cursor.at, record);
  const shapeId = writing.block.shapeIds[cursor.row]!;
  cursor.valuesAt += writing.encoders.row(shapeId).tags.length;
  cursor.row++;
}

/** A row with what makes its events supersede. */
function encodeSupersedingRow(row: number, writing: Writing): number {
  const { block, encoders, target } = writing;
  const { before, beforeEvent, after } = supersedingFrame(block.timestamps[row]!);
  let at = writeEvents(target, 0, [before]);
  for (const { step, record } of scalarRecords(writing, row, encoders.valuesBefore(block, row))) {
    at = writeEvents(target, at, [beforeEvent(step)]);
    at = writeBytes(target, at, record);
  }
  for (const event of cellEventsOf(writing, row))
    at = writeEvents(target, at, [beforeEvent(block.steps[row]!), event]);
  return writeEvents(target, at, [after]);
}

/** The first row from `row` on that has cells; `to` where none has before it. */
function nextCellRow(block: RowBlock, row: number, to: number): number {
  return Math.min(to, block.cells[firstCellFrom(block, row)]?.row ?? to);
}

/** The events of a row's cells, written at `at`; returns the offset after them. */
function writeCells(writing: Writing, at: number, row: number): number {
  return writeEvents(writing.target, at, cellEventsOf(writing, row));
}

function cellEventsOf(rows: SegmentRows, row: number): readonly LogEvent[] {
  const { block, columns, encoders, index, media } = rows;
  const [step, wallTime] = [columns.steps[row]!, columns.timestamps[row]!];
  const events: LogEvent[] = [];
  for (let i = firstCellFrom(block, row); block.cells[i]?.row === row; i++) {
    const contents = media.isShown(index, i) ? rows.contents : null;
    events.push(...encoders.cellEvents(block.cells[i]!, step, wallTime, contents));
  }
  return events;
}

/** The records of a row's scalars, one for each axis; without templates. */
function scalarRecords(
  { block, columns, encoders, axes }: SegmentRows,
  row: number,
  valuesAt: number,
): readonly { readonly step: number; readonly record: Uint8Array }[] {
  const { steps, timestamps, values } = columns;
  const shapeId = block.shapeIds[row]!;
  const { tags } = encoders.row(shapeId);
  const [step, wallTime] = [steps[row]!, timestamps[row]!];
  const groups = axes.groupsOf(shapeId);
  if (groups === null)
    return tags.length === 0
      ? []
      : [{ step, record: encodeScalarsPlainly(tags, step, wallTime, values.subarray(valuesAt)) }];
  return groups.map((group) => {
    const own = group.columns.map((column) => values[valuesAt + column]!);
    const at = stepOfGroup(group, step, values, valuesAt);
    return { step: at, record: encodeScalarsPlainly(group.encoder.tags, at, wallTime, own) };
  });
}

function markerEvents({ from, to }: Segment, fold: EventFold, contents: Contents): readonly LogEvent[] {
  return fold.markers.slice(from, to).flatMap((marker) => eventsOfMarker(marker, contents));
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
