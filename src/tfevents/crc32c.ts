/**
 * CRC-32C as used by TFRecords: the checksum, LevelDB's masking, and its linear maps.
 *
 * Polynomial 0x1EDC6F41 (reflected 0x82F63B78), RFC 3720 appendix B.4. The register is kept raw here: callers
 * start from `CRC_START` and finish with `maskedCrc`.
 * @module
 */

const POLYNOMIAL = 0x82f63b78;
const MASK_DELTA = 0xa282ead8;

/** Initial register. */
export const CRC_START = -1;

/** Slicing-by-8 tables, flat: table k holds the effect of a byte followed by k zero bytes. */
const SLICES = buildSlices();

function buildSlices(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const previous = tables[i - 256]!;
    tables[i] = (previous >>> 8) ^ tables[previous & 0xff]!;
  }
  return tables;
}

/** The register after one more byte. */
function crcByte(crc: number, byte: number): number {
  return (crc >>> 8) ^ SLICES[(crc ^ byte) & 0xff]!;
}

/** The register after `bytes[start, end)`. */
export function crcBytes(crc: number, bytes: Uint8Array, start = 0, end = bytes.length): number {
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const low = crc ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    crc =
      SLICES[1792 | (low & 0xff)]! ^
      SLICES[1536 | ((low >>> 8) & 0xff)]! ^
      SLICES[1280 | ((low >>> 16) & 0xff)]! ^
      SLICES[1024 | (low >>> 24)]! ^
      SLICES[768 | bytes[at + 4]!]! ^
      SLICES[512 | bytes[at + 5]!]! ^
      SLICES[256 | bytes[at + 6]!]! ^
      SLICES[bytes[at + 7]!]!;
  }
  for (; at < end; at++) crc = crcByte(crc, bytes[at]!);
  return crc;
}

/** The stored form of a register: complemented, rotated right by 15, plus LevelDB's constant. Signed 32 bits. */
export function maskedCrc(crc: number): number {
  const sum = ~crc;
  return (((sum >>> 15) | (sum << 17)) + MASK_DELTA) | 0;
}

/** The register after `count` zero bytes. Linear over GF(2): advance(a ^ b) = advance(a) ^ advance(b). */
export function advanceCrc(crc: number, count: number): number {
  for (let i = 0; i < count; i++) crc = crcByte(crc, 0);
  return crc;
}

/**
 * The linear map "advance by `count` zero bytes" as four 256-entry tables, flat: the image of a register x is
 * t[x & 255] ^ t[256 | (x >>> 8 & 255)] ^ t[512 | (x >>> 16 & 255)] ^ t[768 | x >>> 24].
 */
export function advanceTable(count: number): Int32Array {
  const table = new Int32Array(1024);
  for (let bit = 0; bit < 32; bit++) {
    const image = advanceCrc((1 << bit) | 0, count);
    const lane = (bit >> 3) * 256;
    const weight = 1 << (bit & 7);
    for (let byte = weight; byte < 256; byte++) {
      if (byte & weight) table[lane + byte]! ^= image;
    }
  }
  return table;
}
