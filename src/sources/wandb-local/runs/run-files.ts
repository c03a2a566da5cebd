/** The files a local run saved: what lies below `files/` beside its log. Links are not followed: they lead anywhere. @module */

import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { errnoOf, LogdirError, toLogdirError } from '../../../core/index.ts';
import { openPath } from '../../opened-path.ts';
import { isSafeName, type OpenedSavedFile, type SavedFile } from '../../saved-files.ts';
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

/** @throws LogdirError `not-found`. */
export async function openSavedFile(run: IndexedRun, name: string): Promise<OpenedSavedFile> {
  if (isSafeName(name)) {
    for (const folder of folders(run).toReversed()) {
      const path = join(folder, ...name.split('/'));
      if ((await filesBelow(folder)).includes(path)) return await openPath(path, name);
    }
  }
  throw new LogdirError('not-found', `run ${run.key.runId} has saved no file ${name}`);
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
