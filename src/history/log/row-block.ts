/**
 * A stretch of a run's history in memory and on disk: rows in the order they were logged, and the values of theirs
 * that are not numbers (cells).
 *
 * Bytes of a block, little-endian, every section 8-byte aligned:
 *
 *     rowCount u32 | valueCount u32 | cellCount u32 | cellTextBytes u32
 *     steps f64[rowCount] | timestamps f64[rowCount] | values f64[valueCount], row after row
 *     shape ids u32[rowCount], padded
 *     per cell: row u32 | shape u32 | textBytes u32 | 0 u32
 *     cell texts, UTF-8, end to end
 * @module
 */

import { LogdirError } from '../../core/index.ts';

/** A value of a history row that is not a number. */
export interface BlockCell {
  /** Index of its row in the block. */
  readonly row: number;
  /** Index into the run's shapes. */
  readonly shapeId: number;
  /** A string as it is, anything else as W&B's JSON text (where NaN and Infinity may stand bare). */
  readonly text: string;
}

export interface RowBlock {
  readonly rowCount: number;
  /** `_step` of history rows, integers; NaN for samples of the machine, which have none. */
  readonly steps: Float64Array;
  /** Unix seconds. */
  readonly timestamps: Float64Array;
  /** Index into the run's shapes, per row. */
  readonly shapeIds: Uint32Array;
  /** All values, row after row; a row has as many as its shape has keys. */
  readonly values: Float64Array;
  /** Ascending by row. */
  readonly cells: readonly BlockCell[];
}

const HEADER_BYTES = 16;
const CELL_BYTES = 16;

function align8(bytes: number): number {
  return (bytes + 7) & ~7;
}

export function encodeBlock(block: RowBlock): Uint8Array {
  const { rowCount, values, cells } = block;
  const texts = cells.map((cell) => Buffer.from(cell.text, 'utf8'));
  const textBytes = texts.reduce((sum, text) => sum + text.length, 0);
  const shapesAt = HEADER_BYTES + 8 * (2 * rowCount + values.length);
  const cellsAt = shapesAt + align8(4 * rowCount);
  const textsAt = cellsAt + CELL_BYTES * cells.length;
  const bytes = new Uint8Array(align8(textsAt + textBytes));
  new Uint32Array(bytes.buffer, 0, 4).set([rowCount, values.length, cells.length, textBytes]);
  const numbers = new Float64Array(bytes.buffer, HEADER_BYTES, 2 * rowCount + values.length);
  numbers.set(block.steps);
  numbers.set(block.timestamps, rowCount);
  numbers.set(values, 2 * rowCount);
  new Uint32Array(bytes.buffer, shapesAt, rowCount).set(block.shapeIds);
  const heads = new Uint32Array(bytes.buffer, cellsAt, 4 * cells.length);
  let textAt = textsAt;
  cells.forEach((cell, i) => {
    const text = texts[i]!;
    heads.set([cell.row, cell.shapeId, text.length, 0], 4 * i);
    bytes.set(text, textAt);
    textAt += text.length;
  });
  return bytes;
}

/**
 * The block in these bytes; its arrays are views of them where alignment allows.
 * @throws LogdirError `corrupt` when the sections do not add up. Callers check the checksum first.
 */
export function decodeBlock(input: Uint8Array): RowBlock {
  const bytes = input.byteOffset % 8 === 0 ? input : input.slice();
  if (bytes.length < HEADER_BYTES) throw malformed(bytes.length);
  const { buffer, byteOffset } = bytes;
  const head = new Uint32Array(buffer, byteOffset, 4);
  const [rowCount, valueCount, cellCount, textBytes] = [head[0]!, head[1]!, head[2]!, head[3]!];
  const shapesAt = HEADER_BYTES + 8 * (2 * rowCount + valueCount);
  const cellsAt = shapesAt + align8(4 * rowCount);
  const textsAt = cellsAt + CELL_BYTES * cellCount;
  if (align8(textsAt + textBytes) !== bytes.length) throw malformed(bytes.length);
  const at = byteOffset + HEADER_BYTES;
  return {
    rowCount,
    steps: new Float64Array(buffer, at, rowCount),
    timestamps: new Float64Array(buffer, at + 8 * rowCount, rowCount),
    values: new Float64Array(buffer, at + 16 * rowCount, valueCount),
    shapeIds: new Uint32Array(buffer, byteOffset + shapesAt, rowCount),
    cells: readCells(bytes, cellsAt, cellCount, textsAt),
  };
}

function readCells(bytes: Uint8Array, cellsAt: number, count: number, textsAt: number): BlockCell[] {
  if (count === 0) return [];
  const heads = new Uint32Array(bytes.buffer, bytes.byteOffset + cellsAt, 4 * count);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cells: BlockCell[] = [];
  let textAt = textsAt;
  for (let i = 0; i < count; i++) {
    const textEnd = textAt + heads[4 * i + 2]!;
    if (textEnd > bytes.length) throw malformed(bytes.length);
    const [row, shapeId] = [heads[4 * i]!, heads[4 * i + 1]!];
    cells.push({ row, shapeId, text: text.toString('utf8', textAt, textEnd) });
    textAt = textEnd;
  }
  return cells;
}

function malformed(length: number): LogdirError {
  return new LogdirError(
    'corrupt',
    `cached history block of ${length} bytes is malformed; it is rebuilt from its source`,
  );
}
