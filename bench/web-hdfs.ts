/** What a bench asks a server through WebHDFS. @module */

import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;
const TIMEOUT_MS = 10_000;

interface FileStatus {
  readonly pathSuffix: string;
  readonly type: 'FILE' | 'DIRECTORY';
  readonly length: number;
}

export async function listStatus(url: string, path: string): Promise<readonly FileStatus[]> {
  const answer = await ask<{ FileStatuses: { FileStatus: FileStatus[] } }>(url, path, 'LISTSTATUS');
  return answer.FileStatuses.FileStatus;
}

export async function fileLength(url: string, path: string): Promise<number> {
  return (await ask<{ FileStatus: FileStatus }>(url, path, 'GETFILESTATUS')).FileStatus.length;
}

/** Path of the event file of a run directory. A run nobody has read yet gets one in a moment. */
export async function eventFile(url: string, directory: string): Promise<string> {
  for (let waitedMs = 0; waitedMs < TIMEOUT_MS; waitedMs += LOOK_EVERY_MS) {
    const files = await listStatus(url, directory);
    const found = files.find(({ pathSuffix }) => pathSuffix.includes('tfevents'));
    if (found !== undefined) return `${directory}/${found.pathSuffix}`;
    await delay(LOOK_EVERY_MS);
  }
  throw new Error(`no event file in ${directory}`);
}

async function ask<T>(url: string, path: string, operation: string): Promise<T> {
  const response = await fetch(`${url}/webhdfs/v1/${path}?op=${operation}`);
  if (!response.ok) throw new Error(`${operation} ${path}: HTTP ${response.status}`);
  return (await response.json()) as T;
}
