/** Waiting for work that goes on by itself, for a bounded time. @module */

import { type Clock, systemClock } from '../clock.ts';

/** The signal of work that others share: it outlives whoever began it. */
export const NEVER_ABORTED: AbortSignal = new AbortController().signal;

/**
 * Races work against a timeout of `maxWaitMs` without cancelling it. Its failure is not thrown here: whoever
 * began the work keeps it.
 * @throws the reason of `signal` as soon as that is aborted.
 */
export async function within(
  maxWaitMs: number,
  work: Promise<unknown>,
  signal?: AbortSignal,
  clock: Clock = systemClock,
): Promise<void> {
  const waiting = new AbortController();
  const stop = () => waiting.abort();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  const settled = work.catch(() => undefined);
  // A timer cannot hold infinity, and none is needed then.
  const timeout = Number.isFinite(maxWaitMs)
    ? clock.wait(maxWaitMs, { signal: waiting.signal }).catch(() => undefined)
    : aborted(waiting.signal);
  await Promise.race([settled, timeout]);
  stop();
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
