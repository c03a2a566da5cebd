/** Waiting no longer than somebody would. @module */

import { setTimeout as delay } from 'node:timers/promises';

/** Waits for work, at most `maxWaitMs`; it goes on by itself. Its failure is not told. @throws what `signal` says. */
export async function within(maxWaitMs: number, work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const either = AbortSignal.any([signal, waiting.signal]);
  const timer = delay(maxWaitMs, undefined, { signal: either }).catch(() => undefined);
  await Promise.race([work.catch(() => undefined), timer]);
  waiting.abort();
  signal.throwIfAborted();
}
