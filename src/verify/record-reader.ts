/**
 * The records of an event file from its bytes, each held against both of its checksums:
 *
 *     length u64le | masked crc32c of length u32le | data | masked crc32c of data u32le
 *
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/lib/io/record_writer.h. It shares nothing with what
 * writes them.
 * @module
 */

import { LogdirError } from '../core/index.ts';

const HEADER_BYTES = 12;
const FOOTER_BYTES = 4;
/** Messages of protobuf are shorter than 2 GiB. */
const MAX_DATA_BYTES = 2 ** 31;

/** CRC-32C of each byte: polynomial 0x1EDC6F41, reflected. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** The checksum as records have it: rotated right by 15 bits, plus a constant. */
export function maskedCrc32c(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[i]!) & 0xff]!;
  const sum = ~crc;
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}

/**
 * Data of the records, one after the other; each is good until the next is asked for.
 * @throws LogdirError `corrupt` for the first one that is damaged or not whole. TensorBoard reads no further either.
 */
export async function* readRecords(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0);
  let at = 0;
  for await (const piece of pieces) {
    rest = Buffer.concat([rest, piece]);
    let used = 0;
    for (;;) {
      const end = recordEnd(rest, used, at);
      if (end > rest.length) break;
      yield checkedData(rest, used, end, at);
      at += end - used;
      used = end;
    }
    rest = rest.subarray(used);
  }
  if (rest.length > 0) throw damage(at, `the file ends ${rest.length} bytes after the record begins`);
}

/** Where a record ends in `bytes`; Infinity where its head is not there yet. `at`: its offset in the file. */
function recordEnd(bytes: Buffer, from: number, at: number): number {
  if (from + HEADER_BYTES > bytes.length) return Number.POSITIVE_INFINITY;
  if (bytes.readUInt32LE(from + 8) !== maskedCrc32c(bytes.subarray(from, from + 8)))
    throw damage(at, 'the checksum of its length is wrong');
  const length = Number(bytes.readBigUInt64LE(from));
  if (length >= MAX_DATA_BYTES) throw damage(at, `it is ${length} bytes long`);
  return from + HEADER_BYTES + length + FOOTER_BYTES;
}

function checkedData(bytes: Buffer, from: number, end: number, at: number): Uint8Array {
  const data = bytes.subarray(from + HEADER_BYTES, end - FOOTER_BYTES);
  if (bytes.readUInt32LE(end - FOOTER_BYTES) !== maskedCrc32c(data))
    throw damage(at, 'the checksum of its data is wrong');
  return data;
}

function damage(at: number, what: string): LogdirError {
  return new LogdirError('corrupt', `the record at byte ${at} is damaged: ${what}`);
}
