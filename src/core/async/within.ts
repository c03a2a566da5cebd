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
  if (!Number.isFinite(maxWaitMs)) return await unlessAborted(work, signal);
  const waiting = new AbortController();
  const stop = () => waiting.abort();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  const settled = work.catch(() => undefined);
  const timeout = clock.wait(maxWaitMs, { signal: waiting.signal }).catch(() => undefined);
  await Promise.race([settled, timeout]);
  stop();
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
}

/** The same without a timeout: no timer can hold infinity, and none is needed. */
async function unlessAborted(work: Promise<unknown>, signal?: AbortSignal): Promise<void> {
  const settled = work.catch(() => undefined);
  if (signal === undefined) {
    await settled;
    return;
  }
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
  });
  signal.addEventListener('abort', stop, { once: true });
  await Promise.race([settled, aborted]);
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
}
