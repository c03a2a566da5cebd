/** The files a local run saved: what lies below `files/` beside its log. Links are not followed: they lead anywhere. @module */

import { lstat, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { errnoOf, isSafeName, LogdirError, toLogdirError } from '../../../core/index.ts';
import { openPath } from '../../opened-path.ts';
import type { OpenedSavedFile, SavedFile } from '../../saved-files.ts';
import type { IndexedRun } from './indexed-run.ts';

/** The newest of each name: a run that was resumed has several folders. */
export async function savedFiles(run: IndexedRun): Promise<SavedFile[]> {
  const found = new Map<string, SavedFile>();
  for (const folder of folders(run)) {
    for (const path of await filesBelow(folder)) {
      const name = relative(folder, path).split(sep).join('/');
      const stats = await stat(path).catch(() => null);
      if (stats !== null) found.set(name, { name, size: stats.size, mtimeMs: Math.floor(stats.mtimeMs) });
    }
  }
  return [...found.values()];
}

/** Those of some names, without those that are not there. */
export async function statSavedFiles(run: IndexedRun, names: readonly string[]): Promise<SavedFile[]> {
  const found: SavedFile[] = [];
  for (const name of names) {
    const path = await findFile(run, name);
    if (path === undefined) continue;
    const { size, mtimeMs } = await stat(path);
    found.push({ name, size, mtimeMs: Math.floor(mtimeMs) });
  }
  return found;
}

/** @throws LogdirError `not-found`. */
export async function openSavedFile(run: IndexedRun, name: string): Promise<OpenedSavedFile> {
  const path = await findFile(run, name);
  if (path === undefined)
    throw new LogdirError('not-found', `run ${run.key.runId} has saved no file ${name}`);
  return await openPath(path, name);
}

/** In the newest folder that has it. */
async function findFile(run: IndexedRun, name: string): Promise<string | undefined> {
  if (!isSafeName(name)) return undefined;
  for (const folder of folders(run).toReversed()) {
    if (await isFileBelow(folder, name)) return join(folder, ...name.split('/'));
  }
  return undefined;
}

/** Whether it is a regular file, below directories that are none but directories. */
async function isFileBelow(folder: string, name: string): Promise<boolean> {
  const parts = name.split('/');
  for (let depth = 1; depth <= parts.length; depth++) {
    const stats = await lstat(join(folder, ...parts.slice(0, depth))).catch((error: unknown) => {
      const code = errnoOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null;
      throw toLogdirError(error, `file ${name}`);
    });
    if (stats === null || !(depth < parts.length ? stats.isDirectory() : stats.isFile())) return false;
  }
  return true;
}

/** Oldest first. */
function folders({ segments }: IndexedRun): string[] {
  return segments.map(({ path }) => join(dirname(path), 'files'));
}

/** Regular files, below directories that are none but directories. */
async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw toLogdirError(error, `files in ${folder}`);
  }
}
