/** Time as an argument, so that tests can move it. @module */

export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Milliseconds that only ever grow; for intervals. */
  monotonic(): number;
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
