/** What the kernel is told of a node of the tree, and for how long it may believe it. @module */

import type { LogdirNode } from '../../tree/index.ts';
import type { Entry, TimedAttributes } from './protocol/index.ts';

const DIRECTORY_TYPE = 0o040000;
const FILE_TYPE = 0o100000;
const DIRECTORY_PERMISSIONS = 0o555;
const FILE_PERMISSIONS = 0o444;

/**
 * A name keeps its meaning while the program runs. One that vanishes (a deleted run) is noticed at its next use: the
 * kernel looks again when a node turns out to be stale.
 */
const NAME_VALID_MS = 60_000;
/**
 * Growth is announced at once; this is for what nobody announces, such as growth of a log on a network disk, which
 * shows when somebody looks.
 */
const ATTRIBUTES_VALID_MS = 1000;

/** Who owns everything in the mount, and which permissions it lacks. */
export interface Ownership {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits taken away, as umask(2) does. */
  readonly umask: number;
}

/** How the tree looks to those who use the mount. */
export interface Appearance {
  readonly ownership: Ownership;
  /** Whether users see different trees: then the kernel asks for each of them, and believes nothing for another. */
  readonly isPerUser: boolean;
}

export function timedAttributes(inode: number, node: LogdirNode, appearance: Appearance): TimedAttributes {
  const { uid, gid, umask } = appearance.ownership;
  const isFile = node.kind === 'file';
  const mode = isFile
    ? FILE_TYPE | (FILE_PERMISSIONS & ~umask)
    : DIRECTORY_TYPE | (DIRECTORY_PERMISSIONS & ~umask);
  // A file that is written anew may change its size within its name's life: every program hears the current one.
  const isRewritten = isFile && !node.isAppendOnly;
  const validMs = isRewritten || appearance.isPerUser ? 0 : ATTRIBUTES_VALID_MS;
  const attributes = { inode, mode, size: isFile ? node.size : 0, mtimeMs: node.mtimeMs, uid, gid };
  return { attributes, validMs };
}

export function entryOf(inode: number, node: LogdirNode, appearance: Appearance): Entry {
  const { attributes, validMs } = timedAttributes(inode, node, appearance);
  return { attributes, validMs, nameValidMs: appearance.isPerUser ? 0 : NAME_VALID_MS };
}
