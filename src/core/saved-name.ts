/** Names of files that were saved with a run. @module */

import { createHash } from 'node:crypto';
import { encodeComponent, fitComponent } from './path-component.ts';

/** Whether a name is a path below the run's folder: others are nobody's business. */
export function isSafeName(name: string): boolean {
  return (
    name !== '' &&
    !name.includes('\0') &&
    name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/** Where such a file is in the tree, below `@files`. */
export function savedFilePath(file: string): string {
  return file
    .split('/')
    .map((part) => {
      const encoded = encodeComponent(part);
      // Files of one list differ at the ends of their names alone, which are cut.
      return fitComponent(encoded, `~${createHash('sha256').update(encoded).digest('hex').slice(0, 8)}`);
    })
    .join('/');
}
