/** A signal that aborts with another one, or when time is up. @module */

/** Disposing it lets go of both. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** Time begins anew: something has come. */
  refresh(): void;
}

/** Aborts when `signal` does, or after `timeoutMs` without a refresh. Timers of its own: those of AbortSignal.any may be collected before they are due. */
export function deadline(signal: AbortSignal, timeoutMs: number): Deadline {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    refresh: () => void timer.refresh(),
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    },
  };
}
