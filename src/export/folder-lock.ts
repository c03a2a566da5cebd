/**
 * One export at a time writes to a folder. The lock is a file with the process's id, which tells of a process that was killed
 * that it is gone, so that the same command goes on at once.
 * @module
 */

import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errnoOf, LogdirError } from '../core/index.ts';

export const LOCK_NAME = '.manifest.lock';
/** A lock that is taken over may have been taken by another meanwhile. */
const ATTEMPTS = 3;

/** Disposing it gives the folder free. @throws LogdirError `unavailable` while another export writes there */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  const path = join(folder, LOCK_NAME);
  const own = JSON.stringify({ host: hostname(), pid: process.pid });
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      await writeFile(path, own, { flag: 'wx' });
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
    const holder = await holderOf(path);
    if (holder !== null) throw taken(folder, holder, path);
    await rm(path, { force: true });
  }
  throw taken(folder, 'another process', path);
}

/** For people; null where there is none any more. */
async function holderOf(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const [, host, pid] = /^\{"host":"(.*)","pid":(\d+)\}$/.exec(text) ?? [];
  // One that was killed while it took the lock.
  if (host === undefined) return null;
  if (host === hostname() && !isAlive(Number(pid))) return null;
  return `process ${pid} on ${host}`;
}

function isAlive(pid: number): boolean {
  // A process that is started again in a container has the same id.
  if (pid === process.pid) return false;
  try {
    // Signal 0 asks alone (kill(2)).
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}

function taken(folder: string, holder: string, path: string): LogdirError {
  return new LogdirError(
    'unavailable',
    `${folder} is being exported to by ${holder}: wait for it, or remove ${path} if it is gone`,
  );
}
