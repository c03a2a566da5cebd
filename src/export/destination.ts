/** The folder that runs are exported to: one of our own, or one that nobody uses yet. @module */

import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, isWithin, LogdirError, makeDirectory, realPathOf, toLogdirError } from '../core/index.ts';
import { LOCK_NAME, lockFolder } from './folder-lock.ts';
import { MANIFEST_NAME, Manifest, TEMPORARY_NAME } from './manifest.ts';

/** All that a first export leaves which is killed at once. */
const FIRST_NAMES: ReadonlySet<string> = new Set([TEMPORARY_NAME, LOCK_NAME]);

/** Of places where no folder can be made. */
const IN_THE_WAY: ReadonlySet<string> = new Set(
  'EACCES EPERM EROFS ENOENT ENOTDIR ELOOP ENAMETOOLONG'.split(' '),
);

/** A folder that is ours to write until it is disposed. */
export interface Destination extends AsyncDisposable {
  readonly manifest: Manifest;
}

/**
 * Opens the manifest of a folder, which is made where it is missing. `keepClear`: folders that are read from.
 * @throws LogdirError `invalid-argument` for a folder that holds other things or lies in one that is read from, `unavailable`
 *   while another export writes there
 */
export async function openDestination(folder: string, keepClear: readonly string[]): Promise<Destination> {
  const path = await realPathOf(folder);
  for (const other of keepClear) {
    const outer = await realPathOf(other);
    if (isWithin(path, outer)) throw refused(folder, `it lies in ${outer}, which is read from`);
  }
  await makeFolder(folder);
  const names = (await readdir(folder)).filter((name) => !FIRST_NAMES.has(name));
  if (names.length > 0 && !names.includes(MANIFEST_NAME))
    throw refused(folder, `it holds other things, and no ${MANIFEST_NAME} of an earlier export`);
  const lock = await lockFolder(folder);
  try {
    const manifest = await Manifest.open(folder);
    return {
      manifest,
      [Symbol.asyncDispose]: async () => {
        await manifest[Symbol.asyncDispose]();
        await lock[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await makeDirectory(folder);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST') throw refused(folder, 'it is no folder');
    if (errno !== undefined && IN_THE_WAY.has(errno))
      throw refused(folder, `the folder cannot be made there (${errno})`);
    throw toLogdirError(error, `make the folder ${folder}`);
  }
}

function refused(folder: string, reason: string): LogdirError {
  return new LogdirError(
    'invalid-argument',
    `nothing was exported to ${folder}: ${reason}; name a new or an empty folder`,
  );
}

/**
 * Checks that a path in the folder leads to no other place, for whatever is written or removed there.
 * @throws LogdirError `invalid-argument` for links on the way
 */
export async function refuseLinks(folder: string, path: string): Promise<void> {
  let place = folder;
  for (const part of path.split('/')) {
    place = join(place, part);
    const found = await lstat(place).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (found === undefined) return;
    if (!found.isSymbolicLink()) continue;
    throw new LogdirError(
      'invalid-argument',
      `${place} is a link, and nothing is written where it leads: put a folder or a file in its place, or name another folder`,
    );
  }
}

/** Bytes of a file; undefined where there is none. */
export async function fileSize(folder: string, path: string): Promise<number | undefined> {
  try {
    return (await stat(join(folder, path))).size;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
