/** What all records of one list of tags have in common: the template, and the checksums of its constant parts. @module */

import { advanceTable, CRC_START, crcBytes, maskedCrc } from './crc32c.ts';
import { RECORD_OVERHEAD } from './record.ts';
import { varintBytes } from './varint.ts';

const LENGTH_HEADER = 12;
const WORD_BYTES = 4;
/** Where the eight bytes of the wall time stand in a record. */
export const WALL_TIME_AT = LENGTH_HEADER + 1;
/** Where the step's field begins, if there is one. */
export const AFTER_WALL_TIME = LENGTH_HEADER + 9;

/**
 * Advance maps by distance, end to end in one array. Distances are tag lengths plus a few bytes, so there are
 * few of them and all rows share them.
 */
export const ADVANCE = { maps: new Int32Array(0) };
const MAP_AT = new Map<number, number>();
const MAP_SIZE = 1024;

function advanceMapAt(distance: number): number {
  const known = MAP_AT.get(distance);
  if (known !== undefined) return known;
  const at = MAP_AT.size * MAP_SIZE;
  if (at >= ADVANCE.maps.length) {
    const grown = new Int32Array(Math.max(32 * MAP_SIZE, ADVANCE.maps.length * 2));
    grown.set(ADVANCE.maps);
    ADVANCE.maps = grown;
  }
  ADVANCE.maps.set(advanceTable(distance), at);
  MAP_AT.set(distance, at);
  return at;
}

/** The map that begins there in `ADVANCE.maps`. */
export function advanceMap(at: number): Int32Array {
  return ADVANCE.maps.subarray(at, at + MAP_SIZE);
}

/** What is constant for a list of tags at one length of the step varint (0: step is 0 and not written). */
export interface Layout {
  readonly stepLength: number;
  /** The whole record with zeros for what varies. */
  readonly template: Uint8Array;
  /** Offset of each value in the template. */
  readonly valueAt: Int32Array;
  /** Where in `ADVANCE.maps` the map from (register before value i, xor the value) to the register before value i + 1 is. */
  readonly advance: Int32Array;
  /** What the constant bytes after value i add to that. */
  readonly constant: Int32Array;
  /**
   * The stretch before the first value: its register with zeros for wall time and step, and where in `ADVANCE.maps`
   * the maps are by which either half of the wall time, and the step, add to that. The bytes of the step's varint
   * count as the last of a word.
   */
  readonly headConstant: number;
  readonly wallLowAdvance: number;
  readonly wallHighAdvance: number;
  readonly stepAdvance: number;
}

/** `0a value-length [0a tag-length tag] 15`: a Value up to its float. An empty tag is a default: not written. */
export function valuePrefix(tag: string): Uint8Array {
  const text = new TextEncoder().encode(tag);
  const tagField = text.length === 0 ? [] : [0x0a, ...varintBytes(text.length), ...text];
  return Uint8Array.from([0x0a, ...varintBytes(tagField.length + 5), ...tagField, 0x15]);
}

export function buildLayout(summary: Uint8Array, valueEnds: Int32Array, stepLength: number): Layout {
  const prefixLength = 9 + (stepLength === 0 ? 0 : 1 + stepLength);
  const summaryHeader = Uint8Array.from([0x2a, ...varintBytes(summary.length)]);
  const summaryAt = LENGTH_HEADER + prefixLength + summaryHeader.length;
  const dataLength = summaryAt - LENGTH_HEADER + summary.length;
  const template = new Uint8Array(dataLength + RECORD_OVERHEAD);
  const view = new DataView(template.buffer);
  view.setUint32(0, dataLength, true);
  view.setInt32(8, maskedCrc(crcBytes(CRC_START, template, 0, 8)), true);
  template[LENGTH_HEADER] = 0x09;
  if (stepLength > 0) template[AFTER_WALL_TIME] = 0x10;
  template.set(summaryHeader, LENGTH_HEADER + prefixLength);
  template.set(summary, summaryAt);

  const valueAt = valueEnds.map((end) => summaryAt + end - 4);
  const dataEnd = LENGTH_HEADER + dataLength;
  const nextStop = (i: number) => (i + 1 < valueAt.length ? valueAt[i + 1]! : dataEnd);
  const headEnd = valueAt.length > 0 ? valueAt[0]! : dataEnd;
  const stepEnd = LENGTH_HEADER + prefixLength;
  return {
    stepLength,
    template,
    valueAt,
    advance: valueAt.map((at, i) => advanceMapAt(nextStop(i) - at)),
    constant: valueAt.map((at, i) => crcBytes(0, template, at, nextStop(i))),
    headConstant: crcBytes(CRC_START, template, LENGTH_HEADER, headEnd),
    wallLowAdvance: advanceMapAt(headEnd - WALL_TIME_AT),
    wallHighAdvance: advanceMapAt(headEnd - WALL_TIME_AT - WORD_BYTES),
    stepAdvance: advanceMapAt(headEnd - stepEnd + WORD_BYTES),
  };
}
