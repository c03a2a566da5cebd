/** Making a directory with all that it lies in. @module */

import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from './errors.ts';

/**
 * Makes a directory and those it lies in. Node's `mkdir` with `recursive` tries for ever where a file system answers
 * ENOENT to the making itself, as /proc does. True when it was missing. Rejects with the system's error, `EEXIST` where
 * something else has its name.
 */
export async function makeDirectory(path: string): Promise<boolean> {
  try {
    return await makeOne(path);
  } catch (error) {
    const parent = dirname(path);
    if (errnoOf(error) !== 'ENOENT' || parent === path) throw error;
    await makeDirectory(parent);
    return await makeOne(path);
  }
}

async function makeOne(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    const isThere = errnoOf(error) === 'EEXIST' && (await stat(path)).isDirectory();
    if (!isThere) throw error;
    return false;
  }
}
