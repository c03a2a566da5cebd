/** The cache directory before anything is read: made, or another in its place, or a sentence that says why not. @module */

import { constants } from 'node:fs';
import { access, lstat, mkdtemp, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedSettings } from '../config/index.ts';
import { errnoOf, makeDirectory } from '../core/index.ts';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';

export interface UsableCache {
  readonly cacheDir: string;
  /** What is not as it was meant; null when all is well. */
  readonly warning: string | null;
}

const ADVICE = 'Name a directory that this user may write to: --cache-dir DIR';
/** Directories of several users hold those of each: only the owner may look into one. */
const NOT_PRIVATE = 0o077;

/**
 * The directory to use. One that is there and may not be written still serves what it holds. A default that cannot be
 * made, as where the home is no directory, is replaced by one below the temporary directory.
 * @throws CommandFailure `usage` for a directory that was named and cannot be made.
 */
export async function usableCache(
  { settings: { cacheDir }, origins }: Pick<LoadedSettings, 'settings' | 'origins'>,
  { cacheHome, temporaryDir }: { readonly cacheHome: string | null; readonly temporaryDir: string },
): Promise<UsableCache> {
  const isGiven = origins.cacheDir !== 'default';
  if (!isGiven && cacheHome === null) {
    const ownDir = await ownTemporary(cacheDir, temporaryDir);
    return {
      cacheDir: ownDir ?? cacheDir,
      warning: temporaryWarning('this user has no home directory', ownDir),
    };
  }
  const problem = await problemOf(cacheDir);
  if (problem === null) return { cacheDir, warning: null };
  if (await isDirectory(cacheDir)) {
    const warning = `the cache ${cacheDir} may not be written (${problem}): what is read is kept in memory until this ends. ${ADVICE}`;
    return { cacheDir, warning };
  }
  const sentence = `the cache directory ${cacheDir} cannot be made (${problem})`;
  if (isGiven) throw new CommandFailure(EXIT.usage, `${sentence}. ${ADVICE}`);
  const own = join(temporaryDir, `wandb-logdir-${process.getuid?.() ?? 'user'}`);
  const ownDir = await ownTemporary(own, temporaryDir);
  return { cacheDir: ownDir ?? cacheDir, warning: temporaryWarning(sentence, ownDir) };
}

function temporaryWarning(reason: string, directory: string | null): string {
  return directory === null
    ? `${reason}: what is read is kept in memory until this ends. ${ADVICE}`
    : `${reason}, so the cache is in ${directory}. ${ADVICE}`;
}

/** Makes the directory and tries it; the errno, or null when it will do. */
async function problemOf(directory: string): Promise<string | null> {
  try {
    await makeDirectory(directory);
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return errnoOf(error) ?? String(error);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** A directory of this user alone, or else a new one; null where none can be made. */
async function ownTemporary(directory: string, temporaryDir: string): Promise<string | null> {
  const before = process.umask(NOT_PRIVATE);
  const problem = await problemOf(directory).finally(() => process.umask(before));
  if (problem === null && (await isOwn(directory))) return directory;
  // Somebody else made one of that name, who could put anything into it.
  return await mkdtemp(join(temporaryDir, 'wandb-logdir-')).catch(() => null);
}

async function isOwn(directory: string): Promise<boolean> {
  const { uid, mode } = await lstat(directory);
  const isReal = (mode & constants.S_IFMT) === constants.S_IFDIR;
  return isReal && uid === (process.getuid?.() ?? uid) && (mode & NOT_PRIVATE) === 0;
}
