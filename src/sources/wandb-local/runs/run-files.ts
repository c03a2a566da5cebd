/**
 * The files a local run saved: what lies below `files/` beside its log. Links are not followed, as they lead anywhere, but for
 * those to event files of TensorBoard.
 * @module
 */

import type { Dirent } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { clampRange, errnoOf, isSafeName, LogdirError, toLogdirError } from '../../../core/index.ts';
import { openPath } from '../../opened-path.ts';
import type { OpenedSavedFile, SavedFile } from '../../saved-files.ts';
import type { IndexedRun } from './indexed-run.ts';
import { linkedEventFile } from './linked-event-file.ts';
import type { LogConsole, LogConsoles } from './log-consoles.ts';

/** What a run wrote to its console. Where there is no such file, it is read out of the log, and not listed. */
const CONSOLE_NAME = 'output.log';

/** The newest of each name: a run that was resumed has several folders. */
export async function savedFiles(run: IndexedRun): Promise<SavedFile[]> {
  const found = new Map<string, SavedFile>();
  for (const folder of folders(run)) {
    for (const { name, path } of await filesBelow(folder)) {
      const stats = await stat(path).catch(() => null);
      if (stats !== null) found.set(name, { name, size: stats.size, mtimeMs: Math.floor(stats.mtimeMs) });
    }
  }
  return [...found.values()];
}

/** Those of some names, without those that are not there. */
export async function statSavedFiles(
  run: IndexedRun,
  names: readonly string[],
  consoles: LogConsoles,
): Promise<SavedFile[]> {
  const found: SavedFile[] = [];
  for (const name of names) {
    const place = await findFile(run, name, consoles).catch(ofNoAccess);
    if (place === undefined) continue;
    if ('bytes' in place) found.push({ name, size: place.bytes.length, mtimeMs: place.mtimeMs });
    else {
      // It may go just now.
      const stats = await stat(place.path).catch(() => null);
      if (stats !== null) found.push({ name, size: stats.size, mtimeMs: Math.floor(stats.mtimeMs) });
    }
  }
  return found;
}

/** A file that nobody may look at is none here, and no reason to tell nothing of the others. */
function ofNoAccess(error: unknown): undefined {
  if (error instanceof LogdirError && error.code === 'permission-denied') return undefined;
  throw error;
}

/** @throws LogdirError `not-found`. */
export async function openSavedFile(
  run: IndexedRun,
  name: string,
  consoles: LogConsoles,
): Promise<OpenedSavedFile> {
  const place = await findFile(run, name, consoles);
  if (place === undefined)
    throw new LogdirError('not-found', `run ${run.key.runId} has saved no file ${name}`);
  return 'bytes' in place ? openBytes(name, place) : await openPath(place.path, name);
}

function openBytes(name: string, { bytes, mtimeMs }: LogConsole): OpenedSavedFile {
  return {
    file: { name, size: bytes.length, mtimeMs },
    read: async function* (range, { signal }) {
      signal.throwIfAborted();
      const { start, end } = clampRange(range, bytes.length);
      if (end > start) yield bytes.subarray(start, end);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** In the newest folder that has it; what a run wrote to its console, else in the newest log that has that. */
async function findFile(
  run: IndexedRun,
  name: string,
  consoles: LogConsoles,
): Promise<{ readonly path: string } | LogConsole | undefined> {
  if (!isSafeName(name)) return undefined;
  for (const { path: log } of run.segments.toReversed()) {
    const path = await fileBelow(folderOf(log), name);
    if (path !== undefined) return { path };
    const console = name === CONSOLE_NAME ? await consoles.of(log) : null;
    if (console !== null) return console;
  }
  return undefined;
}

/** Where it is read if it is a file, below directories that are none but directories. */
async function fileBelow(folder: string, name: string): Promise<string | undefined> {
  const parts = name.split('/');
  for (let depth = 1; depth < parts.length; depth++) {
    const stats = await lstatOf(join(folder, ...parts.slice(0, depth)), name);
    if (!stats?.isDirectory()) return undefined;
  }
  const path = join(folder, ...parts);
  const stats = await lstatOf(path, name);
  return stats === null ? undefined : await readablePath(stats, path, folder);
}

async function lstatOf(path: string, name: string) {
  return await lstat(path).catch((error: unknown) => {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null;
    throw toLogdirError(error, `file ${name}`);
  });
}

/** Where an entry is read: regular files, and links that may be followed. */
async function readablePath(
  entry: Pick<Dirent, 'isFile' | 'isSymbolicLink'>,
  path: string,
  folder: string,
): Promise<string | undefined> {
  if (entry.isFile()) return path;
  return entry.isSymbolicLink() ? await linkedEventFile(path, dirname(folder)) : undefined;
}

/** Oldest first. */
function folders({ segments }: IndexedRun): string[] {
  return segments.map(({ path }) => folderOf(path));
}

function folderOf(log: string): string {
  return join(dirname(log), 'files');
}

interface FoundFile {
  /** Below the folder, with slashes. */
  readonly name: string;
  /** Where it is read. */
  readonly path: string;
}

/**
 * Files, below directories that are no links. One directory after the other: whether a recursive `readdir` of Node goes
 * into links to directories depends on its version.
 */
async function filesBelow(folder: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const directories = [folder];
  for (const directory of directories) {
    for (const entry of await entriesOf(directory)) {
      const at = join(directory, entry.name);
      if (entry.isDirectory()) directories.push(at);
      const path = await readablePath(entry, at, folder);
      if (path !== undefined) found.push({ name: relative(folder, at).split(sep).join('/'), path });
    }
  }
  return found;
}

async function entriesOf(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw toLogdirError(error, `files in ${directory}`);
  }
}
