/** A signal that aborts with another one, or when time is up. @module */

import type { Clock } from '../../../core/index.ts';

/** Disposing it releases the timer, and the other signal. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** Time begins anew: something has come. */
  refresh(): void;
}

/** Aborts when `signal` does, or `timeoutMs` of the clock after the last refresh. */
export function deadline(signal: AbortSignal, timeoutMs: number, clock: Clock): Deadline {
  const controller = new AbortController();
  const waiting = new AbortController();
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  let endsAtMs = clock.monotonic() + timeoutMs;
  const expire = async () => {
    // A refresh only moves the end: downloads refresh for every few kilobytes.
    for (let leftMs = timeoutMs; leftMs > 0; leftMs = endsAtMs - clock.monotonic())
      await clock.wait(leftMs, { signal: waiting.signal });
    controller.abort();
  };
  // Rejects when disposed of, and only then.
  expire().catch(() => undefined);
  return {
    signal: controller.signal,
    refresh: () => {
      endsAtMs = clock.monotonic() + timeoutMs;
    },
    [Symbol.dispose]: () => {
      waiting.abort();
      signal.removeEventListener('abort', abort);
    },
  };
}
