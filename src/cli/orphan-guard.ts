/** Keeps a child from outliving this program, also when this program is killed outright. @module */

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/**
 * The shell starts a watch, and becomes the child: there is no moment in which the child is there and the watch is not. The
 * watch waits for a word on descriptor 3, and asks the child to stop if there is none: the system closes the pipe whatever
 * ends this process. SIGHUP ends neither: whether a closed terminal is a reason to stop, this program decides for its child,
 * and a signal to a whole service, to read its configuration again, is none. Nor does Ctrl-C end the watch, which shells
 * keep from what they start in the background; it keeps none of the child's streams open.
 */
const WATCHED = `trap '' HUP; (read -r word <&3 || kill $$) >/dev/null 2>&1 & exec 3<&-; exec "$@"`;

/** Without a shell, as on Windows, the child is started as it is. */
const SHELL = process.platform === 'win32' ? null : '/bin/sh';

export interface GuardedChild extends ChildProcess {
  readonly stdout: Readable;
  readonly stderr: Readable;
}

/** Starts a program whose output is read. What does not stop when it is asked is not insisted upon. */
export function spawnGuarded(
  program: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'env' | 'detached'>,
): GuardedChild {
  if (SHELL === null) return spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const child = spawn(SHELL, ['-c', WATCHED, 'sh', program, ...args], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const word = child.stdio[3] as Writable;
  // The watch is over where the child could not be started.
  word.on('error', () => undefined);
  child.once('exit', () => word.end('over\n'));
  return child as GuardedChild;
}
