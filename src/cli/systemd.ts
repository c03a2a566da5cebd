/** Tells systemd how the service is doing, where systemd asked to be told. @module */

import { spawn } from 'node:child_process';
import type { Session } from './session.ts';

/** What systemd is told, in the words of sd_notify(3). `Type=notify-reload` waits for `ready` after `reloading`. */
const STATES = {
  ready: () => ['READY=1'],
  // By CLOCK_MONOTONIC, which Node's high-resolution time is on Linux.
  reloading: () => ['RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`],
  stopping: () => ['STOPPING=1'],
} as const;

/**
 * By way of systemd-notify(1): Node has no datagram sockets of the local kind. The unit needs `NotifyAccess=all`. Settles
 * when systemd has it, so that states come in their order; a failure is logged, and no reason to stop.
 */
export async function tellSystemd(
  { environment, logger }: Pick<Session, 'environment' | 'logger'>,
  state: keyof typeof STATES,
): Promise<void> {
  if (!environment.isUnderSystemd) return;
  const failure = await new Promise<unknown>((resolve) => {
    const words = [`--pid=${process.pid}`, ...STATES[state]()];
    spawn('systemd-notify', words, { stdio: 'ignore' })
      .once('error', resolve)
      .once('close', (code) => resolve(code === 0 ? null : `exit code ${code}`));
  });
  if (failure !== null)
    logger.warn({ err: failure, state }, 'systemd could not be told; is systemd-notify installed?');
}
