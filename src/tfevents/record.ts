/**
 * TFRecord framing of one record:
 *
 *     length u64le | masked crc32c of length u32le | data | masked crc32c of data u32le
 *
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/lib/io/record_writer.h
 * @module
 */

import { CRC_START, crcBytes, maskedCrc } from './crc32c.ts';

/** Bytes a record adds to its data. */
export const RECORD_OVERHEAD = 16;

/** Frames data at `at` and returns the offset after the record. `view` and `target` share a buffer. */
export function writeRecord(target: Uint8Array, view: DataView, at: number, data: Uint8Array): number {
  // A record is far below 4 GiB, so the high half of the length is zero.
  view.setUint32(at, data.length, true);
  view.setUint32(at + 4, 0, true);
  view.setInt32(at + 8, maskedCrc(crcBytes(CRC_START, target, at, at + 8)), true);
  target.set(data, at + 12);
  view.setInt32(at + 12 + data.length, maskedCrc(crcBytes(CRC_START, data)), true);
  return at + data.length + RECORD_OVERHEAD;
}
