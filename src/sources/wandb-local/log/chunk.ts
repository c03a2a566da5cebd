/**
 * The chunks a `.wandb` log is made of, and whether their checksums hold.
 *
 *     chunk = crc(u32le) length(u16le) type(u8) payload      crc = IEEE CRC-32 over type and payload
 *
 * A call of the native checksum function costs more than the few hundred bytes of a chunk are worth, so whole
 * stretches of chunks are checked at once. CRC-32 is linear: from the checksums that the chunks claim follows the one
 * that the stretch must have, and one call shows whether it does. As for a single chunk, one false answer in 2^32 is
 * possible. Reading a log of 60,000 rows of 8 metrics takes 0.15 CPU seconds this way, 0.19 with a call per chunk; where
 * chunks are long (200 metrics a row) there is no difference.
 * @module
 */

import { crc32 } from 'node:zlib';

export const CHUNK_HEADER_BYTES = 7;
/** Where the checksummed part of a chunk begins: at its type. */
const CHECKED_FROM = 6;

/** How much of a record a chunk holds; the second piece of three or more is neither first nor last. */
export const FULL = 1;
export const FIRST = 2;
export const LAST = 4;

/** The polynomial of CRC-32, lowest bit for the highest power. */
const POLYNOMIAL = 0xedb88320;
/** Chunks are shorter than 2^16 bytes. */
const LENGTH_BITS = 16;
/** By n, byte position and byte: what a remainder with this byte becomes when 2^n zero bytes follow. */
export const SHIFTS = shiftTables();

/** Payload bytes of the chunk at `start`. */
export function chunkLength(bytes: Uint8Array, start: number): number {
  return bytes[start + 4]! | (bytes[start + 5]! << 8);
}

export function chunkType(bytes: Uint8Array, start: number): number {
  return bytes[start + CHECKED_FROM]!;
}

/** Whether the chunk `bytes[start, end)` is as it was written. */
export function isSound(bytes: Uint8Array, start: number, end: number): boolean {
  return (crc32(bytes.subarray(start + CHECKED_FROM, end)) | 0) === claimedChecksum(bytes, start);
}

/**
 * Checks the chunks that follow one another from `start` on and lie wholly before `blockEnd`. Returns where the last
 * of them ends, negated when one of them at least is damaged.
 */
export function checkStretch(bytes: Uint8Array, start: number, blockEnd: number): number {
  const limit = Math.min(blockEnd, bytes.length);
  let checksum = 0;
  let at = start;
  while (at + CHUNK_HEADER_BYTES <= limit) {
    const length = chunkLength(bytes, at);
    const type = chunkType(bytes, at);
    const end = at + CHUNK_HEADER_BYTES + length;
    if (end > limit || type < FULL || type > LAST) break;
    const claimed = claimedChecksum(bytes, at);
    const afterHeader = ~shift(shift(~checksum ^ claimed, 2) ^ length, 1);
    checksum = claimed ^ shiftBytes(afterHeader, length + 1);
    at = end;
  }
  return (crc32(bytes.subarray(start, at)) | 0) === checksum ? at : -at;
}

function claimedChecksum(bytes: Uint8Array, start: number): number {
  return bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16) | (bytes[start + 3]! << 24);
}

/** The remainder when `count` zero bytes follow. */
function shiftBytes(remainder: number, count: number): number {
  let shifted = remainder;
  for (let n = 0; count >> n !== 0; n++) if ((count >> n) & 1) shifted = shift(shifted, n);
  return shifted;
}

/** The remainder when 2^n zero bytes follow. */
function shift(remainder: number, n: number, tables = SHIFTS): number {
  const table = n << 10;
  return (
    tables[table | (remainder & 0xff)]! ^
    tables[table | 0x100 | ((remainder >>> 8) & 0xff)]! ^
    tables[table | 0x200 | ((remainder >>> 16) & 0xff)]! ^
    tables[table | 0x300 | (remainder >>> 24)]!
  );
}

/** Each table is the one before it applied twice; what becomes of a byte is the sum of what becomes of its bits. */
function shiftTables(): Int32Array {
  const tables = new Int32Array((LENGTH_BITS + 1) << 10);
  for (let entry = 0; entry < tables.length; entry++) {
    const byte = entry & 0xff;
    const bit = byte & -byte;
    if (byte !== bit) {
      tables[entry] = tables[entry - bit]! ^ tables[entry - byte + bit]!;
      continue;
    }
    const remainder = byte << (8 * ((entry >> 8) & 3));
    const half = (entry >> 10) - 1;
    tables[entry] = half < 0 ? shiftByte(remainder) : shift(shift(remainder, half, tables), half, tables);
  }
  return tables;
}

/** The remainder when one zero byte follows. */
function shiftByte(remainder: number): number {
  let shifted = remainder;
  for (let bit = 0; bit < 8; bit++) shifted = (shifted >>> 1) ^ (POLYNOMIAL & -(shifted & 1));
  return shifted;
}
