/** The compressors that the parquet writer lacks. @module */

import * as zlib from 'node:zlib';

export type Codec = 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP' | 'ZSTD';

/** Zstandard is in Node from 22.15. */
const zstd = (zlib as { readonly zstdCompressSync?: (bytes: Uint8Array) => Uint8Array }).zstdCompressSync;

export const COMPRESSORS = {
  GZIP: (bytes: Uint8Array): Uint8Array => zlib.gzipSync(bytes, { level: 1 }),
  ZSTD: (bytes: Uint8Array): Uint8Array => zstd?.(bytes) ?? storedZstd(bytes),
};

/** RFC 8878: the largest block, and the header of a frame that gives its content's size in 32 bits. */
const MAX_BLOCK_BYTES = 128 * 1024;
const FRAME_MAGIC = 0xfd2fb528;
const SINGLE_SEGMENT_SIZE32 = 0xa0;

/** A Zstandard frame of blocks that are stored, not compressed: valid, if pointless, where Node cannot do better. */
export function storedZstd(bytes: Uint8Array): Uint8Array {
  const head = Buffer.alloc(9);
  head.writeUInt32LE(FRAME_MAGIC, 0);
  head.writeUInt8(SINGLE_SEGMENT_SIZE32, 4);
  head.writeUInt32LE(bytes.length, 5);
  const parts: Uint8Array[] = [head];
  for (let at = 0; at === 0 || at < bytes.length; at += MAX_BLOCK_BYTES) {
    const block = bytes.subarray(at, at + MAX_BLOCK_BYTES);
    const isLast = at + MAX_BLOCK_BYTES >= bytes.length;
    const blockHead = Buffer.alloc(3);
    blockHead.writeUIntLE((block.length << 3) | (isLast ? 1 : 0), 0, 3);
    parts.push(blockHead, block);
  }
  return Buffer.concat(parts);
}
