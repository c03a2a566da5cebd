/** What is mounted where, as this process sees it. Format: proc_pid_mountinfo(5). @module */

import { readFile } from 'node:fs/promises';

export interface MountEntry {
  readonly mountPoint: string;
  /** Such as `ext4` or `fuse.wandb-logdir`. */
  readonly type: string;
  /** `major:minor` of the device number that files on it have. */
  readonly device: string;
}

/** Mounts in the order they were made. @throws the system's error where it does not tell, as on macOS. */
export async function mounts(): Promise<readonly MountEntry[]> {
  return parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8'));
}

/** Mounts in the order they were made. */
export function parseMountInfo(text: string): MountEntry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [ours = '', theirs = ''] = line.split(' - ');
      const [, , device = '', , mountPoint = ''] = ours.split(' ');
      return { mountPoint: unescaped(mountPoint), type: theirs.split(' ')[0] ?? '', device };
    });
}

/** Blanks, tabs, newlines and backslashes stand as three octal digits. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
