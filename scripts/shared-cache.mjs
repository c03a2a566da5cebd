/**
 * What tests make once and every clone on the machine uses: Python environments and recorded runs. Each has a name that
 * changes with what it is made from, so nothing in it is ever out of date; all of it may be deleted at any time.
 * @module
 */

import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';

const ROOT = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'wandb-logdir-tests');

/**
 * The place of a thing of this kind that is made from these texts. There may be nothing yet.
 * @param {string} kind @param {readonly string[]} madeFrom @returns {string}
 */
export function sharedPath(kind, madeFrom) {
  const digest = createHash('sha256').update(JSON.stringify(madeFrom)).digest('hex');
  return join(ROOT, `${kind}-${digest.slice(0, 16)}`);
}

/**
 * Has `make` fill a folder unless there is one that still has its file `proof`. The folder is linked to `path` when it is
 * whole: other clones may look meanwhile, or make the same.
 * @param {string} path of `sharedPath`
 * @param {string} proof
 * @param {(folder: string) => Promise<void>} make
 */
export async function makeShared(path, proof, make) {
  if (existsSync(join(path, proof))) return;
  const folder = `${path}.${randomUUID().slice(0, 8)}`;
  mkdirSync(folder, { recursive: true });
  try {
    await make(folder);
    if (existsSync(join(path, proof))) rmSync(folder, { recursive: true });
    else link(folder, path);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** @param {string} folder @param {string} path */
function link(folder, path) {
  symlinkSync(basename(folder), `${folder}.link`);
  renameSync(`${folder}.link`, path);
}
