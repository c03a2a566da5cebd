/** A clock that runs faster than others, so that what waits for ten seconds happens at once. @module */

import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/core/index.ts';

/** In real time: so soon a leap is noticed by who waits. */
const LONGEST_SLEEP_MS = 20;

export class RacingClock implements Clock {
  readonly #startMs = Date.now();
  readonly #factor: number;
  #skippedMs = 0;

  constructor(factor: number) {
    this.#factor = factor;
  }

  now(): number {
    return this.#startMs + (Date.now() - this.#startMs) * this.#factor + this.#skippedMs;
  }

  monotonic(): number {
    return performance.now() * this.#factor + this.#skippedMs;
  }

  async wait(ms: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    const endMs = this.monotonic() + ms;
    for (let left = ms; left > 0; left = endMs - this.monotonic())
      await delay(Math.min(LONGEST_SLEEP_MS, left / this.#factor), undefined, { signal });
  }

  /** Leaps ahead: whatever waits for less than that has waited long enough. */
  skip(ms: number): void {
    this.#skippedMs += ms;
  }
}
