/** What a directory holds for somebody who looks for logs. @module */

import { type Dirent, promises as fs } from 'node:fs';
import { basename, join } from 'node:path';
import { errnoOf } from '../../../core/index.ts';
import {
  isInsideRun,
  isLogName,
  isRunDirectoryName,
  type PassedOverReason,
  passedOver,
} from './directory-names.ts';

/** Directories that were not looked into. */
export interface PassedOver {
  readonly reason: PassedOverReason;
  /** How many; what lies below them is not counted. */
  readonly count: number;
  /** One of them. */
  readonly example: string;
}

/** What a directory holds. */
export interface DirectoryContent {
  readonly logs: readonly string[];
  /** Directories below it that are worth looking into. */
  readonly below: readonly string[];
  readonly passedOver: readonly PassedOver[];
}

/** What the entries of a directory come to, links followed. */
export async function contentOf(path: string, entries: readonly Dirent[]): Promise<DirectoryContent> {
  const logs: string[] = [];
  const directories: { readonly name: string; readonly target: string }[] = [];
  for (const entry of entries) {
    const { name } = entry;
    if (entry.isFile()) {
      if (isLogName(name)) logs.push(join(path, name));
    } else if (entry.isDirectory()) directories.push({ name, target: join(path, name) });
    else if (entry.isSymbolicLink()) {
      const followed = await follow(join(path, name));
      if (followed?.kind === 'directory') directories.push({ name, target: followed.target });
      else if (followed !== null && isLogName(name)) logs.push(followed.target);
    }
  }
  const isRun = isRunDirectory(path, logs, directories);
  const worthy = directories.filter(({ name }) => !(isRun && isInsideRun(name)));
  const left = worthy.flatMap(({ name, target }) => {
    const reason = passedOver(target, name) ?? passedOver(target, basename(target));
    return reason === null ? [] : [{ reason, count: 1, example: target }];
  });
  const leftTargets = new Set(left.map(({ example }) => example));
  const below = worthy.map(({ target }) => target).filter((target) => !leftTargets.has(target));
  return { logs, below, passedOver: left };
}

/** By its name, or because a log lies beside the `files` that the SDK saves with it: people rename run directories. */
function isRunDirectory(
  path: string,
  logs: readonly string[],
  directories: readonly { readonly name: string }[],
): boolean {
  if (isRunDirectoryName(basename(path))) return true;
  return logs.length > 0 && directories.some(({ name }) => name === 'files');
}

/** What a link leads to; null for one that dangles, loops or leads to a place nobody may see. */
async function follow(
  link: string,
): Promise<{ readonly kind: 'directory' | 'file'; readonly target: string } | null> {
  try {
    const target = await fs.realpath(link);
    const stats = await fs.stat(target);
    if (stats.isDirectory()) return { kind: 'directory', target };
    return stats.isFile() ? { kind: 'file', target } : null;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return null;
  }
}
