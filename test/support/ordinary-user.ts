/** Runs the program as an ordinary user, on a machine where the tests are root and /dev/fuse is root's. @module */

import { execFile, spawnSync } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MOUNTING_MISSING } from './mounting.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The user that owns nothing. */
const NOBODY = 65_534;
const TOOLS = ['unshare', 'setpriv', 'fusermount3'];

/** Why tests with an ordinary user cannot run; null when they can. */
export const ORDINARY_USER_MISSING: string | null = MOUNTING_MISSING ?? missingTool();

/**
 * In a mount namespace of its own: a /dev/fuse that everybody may open, as distributions have it; a home for the user
 * nobody; and the project where nobody can read it. `as_user` runs a command as that user.
 */
const PRELUDE = `
set -eu
umask 022
stage=$(mktemp -d)
mount -t tmpfs -o mode=755 tmpfs "$stage"
mknod "$stage/fuse" c 10 229
chmod 666 "$stage/fuse"
mount --bind "$stage/fuse" /dev/fuse
mkdir "$stage/project" "$stage/home"
mount --bind "$1" "$stage/project"
chown 65534:65534 "$stage/home"
home=$stage/home
examples=$stage/project/examples/wandb
case $2 in /*) node=$2 ;; *) node=$stage/project/$2 ;; esac
program=$stage/project/dist/program/wandb-logdir.mjs
as_user() { setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$home" "$@"; }
mounted() { grep -c " $home/mnt fuse.wandb-logdir " /proc/mounts || true; }
`;

/** What a shell script prints; rejects, with its complaints, when it fails. Its words are those of PRELUDE. */
export async function asOrdinaryUser(script: string): Promise<string> {
  const inProject = relative(ROOT, process.execPath);
  const node = inProject.startsWith('..') ? process.execPath : inProject;
  const words = ['-m', 'sh', '-c', PRELUDE + script, 'sh', ROOT, node];
  const { stdout } = await promisify(execFile)('unshare', words, { timeout: 60_000 });
  return stdout;
}

/** Does something within this process as one whom file permissions hold: not as root. `folder` is then the user's own. */
export async function underPermissions<T>(folder: string, work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return await work();
  await chown(folder, NOBODY, NOBODY);
  process.seteuid!(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}

function missingTool(): string | null {
  const missing = TOOLS.filter((tool) => spawnSync('which', [tool]).status !== 0);
  return missing.length === 0 ? null : `needs ${missing.join(', ')}`;
}
