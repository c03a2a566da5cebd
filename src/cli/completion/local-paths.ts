/** Paths of this machine that begin as a word does. @module */

import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from '../../config/index.ts';

/** More are of no use to a person, and slow in a shell. */
const MAX_PATHS = 500;

/** Directories end in a slash. Hidden names are given to those who begin one. */
export function pathsBeginning(word: string): string[] {
  const slash = word.lastIndexOf('/') + 1;
  const typed = word.slice(0, slash);
  const start = word.slice(slash);
  const directory = typed.replace(/^~(?=\/)/, readEnvironment().homeDir ?? '~') || '.';
  let entries: Dirent[] = [];
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter(({ name }) => name.startsWith(start) && (start !== '' || !name.startsWith('.')))
    .slice(0, MAX_PATHS)
    .map((entry) => `${typed}${entry.name}${isDirectory(directory, entry) ? '/' : ''}`)
    .toSorted();
}

function isDirectory(directory: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statSync(join(directory, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false;
}
