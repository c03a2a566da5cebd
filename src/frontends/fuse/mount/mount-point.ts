/** The directory to mount on: made if it is missing, freed of a dead mount, refused if mounting would hide something. @module */

import { opendir, readdir, realpath, rmdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  errnoOf,
  isWithin,
  LogdirError,
  makeDirectory,
  realPathOf,
  toLogdirError,
} from '../../../core/index.ts';
import { mountAt } from './mount-table.ts';
import { unmount } from './unmount.ts';

/** A directory that takes longer to look at lies on a filesystem that is stuck. */
const LOOK_TIMEOUT_MS = 5000;

export const FILE_SYSTEM_TYPE = 'fuse.wandb-logdir';

export interface MountPoint {
  /** Absolute, without links. */
  readonly path: string;
  /** A mount whose server had died was taken away. */
  readonly wasStale: boolean;
  /** Removes the directory if it was made for the mount. */
  restore(): Promise<void>;
}

/**
 * Makes a directory ready to be mounted on. `keepClear`: directories that must not come to contain the mount.
 * @throws LogdirError with a sentence that says what is in the way.
 */
export async function prepareMountPoint(
  directory: string,
  { keepClear }: { readonly keepClear: readonly string[] },
): Promise<MountPoint> {
  const wasStale = await clearStaleMount(resolve(directory));
  for (const other of keepClear) await refuseInside(directory, other);
  const wasMade = await makeMountPoint(directory);
  const path = await realpath(directory);
  await refuseMounted(path);
  await refuseFull(path);
  return {
    path,
    wasStale,
    restore: async () => {
      // Fails, rightly, if somebody has put something there meanwhile.
      if (wasMade) await rmdir(path).catch(() => undefined);
    },
  };
}

/** Whether runs are mounted on a directory, by whichever process. */
export async function isMountedOn(directory: string): Promise<boolean> {
  const path = await realpath(directory).catch(() => resolve(directory));
  return (await mountAt(path))?.type === FILE_SYSTEM_TYPE;
}

/**
 * A mount whose server was killed answers ENOTCONN. It must be opened to tell: attributes the kernel remembers for a
 * while.
 */
async function clearStaleMount(path: string): Promise<boolean> {
  const looked = opendir(path).then(
    async (directory) => {
      await directory.close();
      return 'fine';
    },
    (error: unknown) => errnoOf(error) ?? 'fine',
  );
  const waiting = new AbortController();
  const late = delay(LOOK_TIMEOUT_MS, 'stuck', { signal: waiting.signal }).catch(() => 'fine');
  const state = await Promise.race([looked, late]);
  waiting.abort();
  if (state === 'stuck') {
    throw new LogdirError(
      'unavailable',
      `${path} does not answer: what is mounted there is stuck; unmount it first: umount -l ${path}`,
    );
  }
  if (state !== 'ENOTCONN') return false;
  await unmount(path, true);
  return true;
}

/** True when it was missing. */
async function makeMountPoint(path: string): Promise<boolean> {
  try {
    return await makeDirectory(path);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' || errnoOf(error) === 'ENOTDIR')
      throw new LogdirError('invalid-argument', `${path} is not a directory: choose one to mount on`);
    throw toLogdirError(error, `cannot make the directory ${path}`);
  }
}

async function refuseMounted(path: string): Promise<void> {
  const mount = await mountAt(path);
  if (mount === undefined) return;
  const what =
    mount.type === FILE_SYSTEM_TYPE
      ? `runs are mounted on ${path} already, by another wandb-logdir; to end that: umount ${path} (as a user: fusermount3 -u ${path})`
      : `${path} is a mount point of a ${mount.type} filesystem: choose an empty directory`;
  throw new LogdirError('invalid-argument', what);
}

async function refuseFull(path: string): Promise<void> {
  const names = await readdir(path).catch((error: unknown) => {
    throw toLogdirError(error, `cannot look into ${path}`);
  });
  if (names.length === 0) return;
  throw new LogdirError(
    'invalid-argument',
    `${path} is not empty: a mount would hide ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and more' : ''}; choose an empty directory`,
  );
}

/** A source or cache that contains the mount would have the server read itself. */
async function refuseInside(directory: string, other: string): Promise<void> {
  const [path, outer] = [await realPathOf(directory), await realPathOf(other)];
  if (!isWithin(path, outer)) return;
  throw new LogdirError(
    'invalid-argument',
    `${path} lies in ${outer}, which is read from: mount on a directory elsewhere`,
  );
}
