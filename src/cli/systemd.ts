/** Tells systemd how the service is doing, where systemd asked to be told. @module */

import { spawn } from 'node:child_process';
import type { Session } from './session.ts';

/** States of sd_notify(3), as flags of systemd-notify(1). */
const FLAGS = { ready: '--ready', stopping: '--stopping' } as const;

/**
 * By way of systemd-notify(1): Node has no datagram sockets of the local kind. The unit needs `NotifyAccess=all`.
 */
export function tellSystemd({ environment, logger }: Session, state: keyof typeof FLAGS): void {
  if (!environment.isUnderSystemd) return;
  spawn('systemd-notify', [FLAGS[state], `--pid=${process.pid}`], { stdio: 'ignore' })
    .on('error', (err) => logger.warn({ err }, 'systemd could not be told; is systemd-notify installed?'))
    .unref();
}
