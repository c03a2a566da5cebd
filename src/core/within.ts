/** Waiting no longer than somebody would. @module */

import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for work, at most `maxWaitMs`; it goes on by itself, and its failure is not told here.
 * @throws the reason of `signal` as soon as that is aborted.
 */
export async function within(maxWaitMs: number, work: Promise<unknown>, signal?: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const stop = () => waiting.abort();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  const timer = delay(maxWaitMs, undefined, { signal: waiting.signal }).catch(() => undefined);
  await Promise.race([work.catch(() => undefined), timer]);
  stop();
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
}
