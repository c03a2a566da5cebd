/** A process that outlives this one for a moment, and takes the mount away if it was left behind. @module */

import { spawn } from 'node:child_process';

/**
 * Waits until our end of its input closes, which happens however we die. A mount that was left behind cannot be opened;
 * one that can is somebody else's, or no mount any more. Looking would not do: the kernel remembers what it was told.
 */
const SCRIPT = 'cat >/dev/null; path=$1; shift; (: <"$path") 2>/dev/null || exec "$@" 2>/dev/null';

/** Disposing calls it off. */
export function startWatchdog(path: string, unmountCommand: readonly string[]): Disposable {
  const words = ['-c', SCRIPT, 'wandb-logdir-watchdog', path, ...unmountCommand];
  // A session of its own: what ends us from the terminal must not end it too.
  const child = spawn('sh', words, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.on('error', () => undefined).unref();
  child.stdin.on('error', () => undefined);
  return { [Symbol.dispose]: () => void child.kill('SIGKILL') };
}
