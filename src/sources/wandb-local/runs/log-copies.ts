/** Tells copies of a log from different logs of one run. @module */

import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { errnoOf, TO_READ } from '../../../core/index.ts';
import { LOG_HEADER } from '../log/index.ts';
import type { LogFile } from './indexed-run.ts';

/** What the SDK calls a link to the newest run directory, or a copy where there are no links. */
const LATEST = 'latest-run';
/** Logs of one run differ here at the latest: the end of the shorter one holds times and values. */
const COMPARED_BYTES = 4096;

/**
 * The logs of one run, each once. `latest-run` may be a link or, on some systems, a copy; other copies come
 * from people. Of copies the longest stays, and of equally long ones the one not called `latest-run`.
 */
export async function withoutCopies(logs: readonly LogFile[]): Promise<readonly LogFile[]> {
  if (logs.length < 2) return logs;
  const kept: LogFile[] = [];
  for (const log of logs.toSorted(byPreference)) {
    const copies = await Promise.all(kept.map((other) => isCopy(log, other)));
    if (!copies.includes(true)) kept.push(log);
  }
  return kept;
}

function byPreference(a: LogFile, b: LogFile): number {
  if (a.sizeBytes !== b.sizeBytes) return b.sizeBytes - a.sizeBytes;
  const rank = (log: LogFile): string => `${basename(dirname(log.path)) === LATEST ? 1 : 0} ${log.path}`;
  return rank(a) < rank(b) ? -1 : 1;
}

/** Whether `shorter` holds the first bytes of `longer`, judged by the beginning and the end of the shorter one. */
async function isCopy(shorter: LogFile, longer: LogFile): Promise<boolean> {
  if (shorter.fileId === longer.fileId) return true;
  // The log of a run that has just been resumed holds as little as any other that has just begun.
  if (shorter.sizeBytes <= LOG_HEADER.length && !isCopiedDirectory(shorter, longer)) return false;
  const length = Math.min(COMPARED_BYTES, shorter.sizeBytes);
  for (const offset of [0, shorter.sizeBytes - length]) {
    const [a, b] = await Promise.all([
      readAt(shorter.path, offset, length),
      readAt(longer.path, offset, length),
    ]);
    if (!a.equals(b)) return false;
  }
  return true;
}

function isCopiedDirectory(a: LogFile, b: LogFile): boolean {
  const [nameOfA, nameOfB] = [basename(dirname(a.path)), basename(dirname(b.path))];
  return nameOfA === nameOfB || nameOfA === LATEST || nameOfB === LATEST;
}

async function readAt(path: string, offset: number, length: number): Promise<Buffer> {
  try {
    await using file = await open(path, TO_READ);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return Buffer.alloc(0);
  }
}
