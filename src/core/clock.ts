/** Time as an argument, so that tests can move it. @module */

import { setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Milliseconds that only ever grow; for intervals. */
  monotonic(): number;
  /** Resolves after so many of its milliseconds. @throws when the signal is aborted before. */
  wait(ms: number, options: { readonly signal: AbortSignal }): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  wait: (ms, options) => delay(ms, undefined, options),
};
