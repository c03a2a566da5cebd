/** Makes sure that a log is the one in which a mark was made. @module */

import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { LogdirError } from '../../../core/index.ts';
import { logKind } from '../runs/index.ts';
import type { SegmentMark } from './cursor.ts';

/** Enough to hold the start time of the run, which no two logs share. */
const HEAD_CRC_BYTES = 1024;
const HEAD_BYTES = 64 * 1024;

/** The head of a file, which is the log that `mark` was made in. @throws LogdirError `corrupt` when it is not. */
export async function checkLog(
  file: FileHandle,
  what: string,
  mark: SegmentMark | null,
): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
  const head = buffer.subarray(0, bytesRead);
  if (logKind(head) === 'foreign') {
    throw new LogdirError(
      'corrupt',
      `${what} is not a W&B log: it does not begin with ":W&B"; remove or rename it`,
    );
  }
  if (mark !== null) {
    const { size } = await file.stat();
    const { offset } = mark.position;
    if (size < offset) {
      throw new LogdirError(
        'corrupt',
        `${what} has shrunk to ${size} bytes after ${offset} were read; it must be read anew`,
      );
    }
    if (headCrc(head, offset) !== mark.headCrc) {
      throw new LogdirError('corrupt', `${what} has been replaced by a different one; it must be read anew`);
    }
  }
  return head.slice(0, HEAD_CRC_BYTES);
}

/** Checksum of the first bytes of a log that lie before an offset. */
export function headCrc(head: Uint8Array, offset: number): number {
  return crc32(head.subarray(0, Math.min(offset, HEAD_CRC_BYTES)));
}
