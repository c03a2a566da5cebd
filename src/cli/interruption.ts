/** Ctrl-C and SIGTERM: the first asks to stop, a second one stops at once. @module */

import { EXIT, type ExitCode } from './exit-codes.ts';

export type StopSignal = 'SIGINT' | 'SIGTERM';

export interface Interruption extends Disposable {
  /** Aborted by the first signal, with its name as reason. */
  readonly signal: AbortSignal;
  /** The exit code a stopped command gives; null while nothing asked to stop. */
  exitCode(): ExitCode | null;
}

export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  const stop = (name: StopSignal) => {
    // The shell reads 128 + signal number as "killed by that signal".
    if (controller.signal.aborted) process.exit(name === 'SIGINT' ? EXIT.interrupted : 143);
    controller.abort(name);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return {
    signal: controller.signal,
    exitCode: () => {
      if (!controller.signal.aborted) return null;
      return controller.signal.reason === 'SIGINT' ? EXIT.interrupted : EXIT.ok;
    },
    [Symbol.dispose]: () => void process.off('SIGINT', stop).off('SIGTERM', stop),
  };
}

/** Settles when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
