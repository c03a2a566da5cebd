/**
 * Ctrl-C, SIGTERM, and the end of the terminal: the first asks to stop, a second one stops at once. Without a terminal,
 * SIGHUP asks a server to read its configuration again. @module
 */

import { constants } from 'node:os';
import { isatty } from 'node:tty';

import { EXIT, type ExitCode } from './exit-codes.ts';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type StopSignal = (typeof STOP_SIGNALS)[number];

export interface Interruption extends Disposable {
  /** Aborted by the first signal, with its name as reason. */
  readonly signal: AbortSignal;
  /** The exit code a stopped command gives; null while nothing asked to stop. */
  exitCode(): ExitCode | null;
  /** Calls back at each SIGHUP that is no reason to stop, and for those that came before. */
  onHangup(listener: () => void): Disposable;
}

/** `hangup`: what SIGHUP is to the program; `keep`: no reason to stop. */
export function listenForInterruption({ hangup }: { readonly hangup: 'stop' | 'keep' }): Interruption {
  const controller = new AbortController();
  const listeners = new Set<() => void>();
  let isHangupUnheard = false;
  const keepOn = () => {
    isHangupUnheard = listeners.size === 0;
    for (const listener of listeners) listener();
  };
  const stop = (name: StopSignal) => {
    if (name === 'SIGHUP' && hangup === 'keep') return keepOn();
    // The shell reads 128 + signal number as "killed by that signal".
    if (controller.signal.aborted) process.exit(128 + constants.signals[name]);
    controller.abort(name);
  };
  for (const name of STOP_SIGNALS) process.on(name, stop);
  return {
    signal: controller.signal,
    exitCode: () => {
      if (!controller.signal.aborted) return null;
      return controller.signal.reason === 'SIGINT' ? EXIT.interrupted : EXIT.ok;
    },
    onHangup: (listener) => {
      listeners.add(listener);
      if (isHangupUnheard) keepOn();
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    [Symbol.dispose]: () => {
      for (const name of STOP_SIGNALS) process.off(name, stop);
    },
  };
}

/** Settles when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/**
 * Where the terminal was closed, ends the process by a signal. Node restores the terminal when it exits and
 * aborts, with a core dump, when there is none any more.
 */
export function endWithTerminal(): void {
  const isGone = [process.stdin, process.stdout, process.stderr].some(
    (stream) => stream.isTTY && !isatty(stream.fd),
  );
  if (isGone) process.kill(process.pid, 'SIGKILL');
}
