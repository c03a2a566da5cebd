/** Keeps a child from outliving this program, also when this program is killed outright. @module */

import { spawn } from 'node:child_process';

/**
 * A shell that waits for a word on its stdin, and asks the child to stop if there is none: the system closes the pipe
 * whatever ends this process. It has a session of its own, so that neither Ctrl-C nor a closed terminal ends it first.
 * Disposing it leaves the child alone. Without a shell there is no guard.
 */
export function guardAgainstOrphan(pid: number): Disposable {
  const watch = 'read -r word || kill "$1"';
  const guard = spawn('sh', ['-c', watch, 'sh', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined).unref();
  const { stdin } = guard;
  stdin.on('error', () => undefined);
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  return { [Symbol.dispose]: () => void stdin.end('over\n') };
}
