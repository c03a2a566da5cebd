/** Taking a mount away, as root or as the user who made it. @module */

import { LogdirError } from '../../../core/index.ts';
import { runCommand } from './command.ts';
import { mountAt } from './mount-table.ts';

/** `gone`: nothing is mounted there any more. `busy`: somebody has something open in it. */
export type UnmountOutcome = 'gone' | 'busy';

/** The program that unmounts, for this user. `lazy`: out of the tree now, gone when the last file is closed. */
export function unmountCommand(path: string, isLazy: boolean): readonly [string, ...string[]] {
  if (process.getuid?.() === 0) return ['umount', ...(isLazy ? ['-l'] : []), path];
  return ['fusermount3', '-u', ...(isLazy ? ['-z'] : []), '--', path];
}

/** @throws LogdirError `permission-denied` when the mount stays for another reason than being busy. */
export async function unmount(path: string, isLazy: boolean): Promise<UnmountOutcome> {
  const command = unmountCommand(path, isLazy);
  const result = await runCommand(command);
  if (result.kind === 'done' || (await mountAt(path)) === undefined) return 'gone';
  if (result.kind === 'failed' && /busy/i.test(result.complaint)) return 'busy';
  const reason = result.kind === 'failed' ? result.complaint : `there is no ${command[0]} on this machine`;
  throw new LogdirError('permission-denied', `cannot unmount ${path}: ${reason}`);
}
