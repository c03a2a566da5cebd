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
const HEADER_BYTES = 12;

/** What stands before data of so many bytes. */
export function recordHeader(dataLength: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  writeHeader(header, new DataView(header.buffer), 0, dataLength);
  return header;
}

/** What stands after data that leaves the CRC register at `crc`. */
export function recordFooter(crc: number): Uint8Array {
  const footer = new Uint8Array(RECORD_OVERHEAD - HEADER_BYTES);
  new DataView(footer.buffer).setInt32(0, maskedCrc(crc), true);
  return footer;
}

/** A record of its own. */
export function framedRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + RECORD_OVERHEAD);
  writeRecord(record, new DataView(record.buffer), 0, data);
  return record;
}

/** Frames data at `at` and returns the offset after the record. `view` and `target` share a buffer. */
export function writeRecord(target: Uint8Array, view: DataView, at: number, data: Uint8Array): number {
  writeHeader(target, view, at, data.length);
  target.set(data, at + HEADER_BYTES);
  view.setInt32(at + HEADER_BYTES + data.length, maskedCrc(crcBytes(CRC_START, data)), true);
  return at + data.length + RECORD_OVERHEAD;
}

function writeHeader(target: Uint8Array, view: DataView, at: number, dataLength: number): void {
  // Protobuf messages are below 2 GiB, so the high half of the length is zero.
  view.setUint32(at, dataLength, true);
  view.setUint32(at + 4, 0, true);
  view.setInt32(at + 8, maskedCrc(crcBytes(CRC_START, target, at, at + 8)), true);
}
