/** A clock that runs faster than others, so that what waits for ten seconds happens at once. @module */

import type { Clock } from '../../src/core/index.ts';

export class RacingClock implements Clock {
  readonly #startMs = Date.now();
  readonly #factor: number;

  constructor(factor: number) {
    this.#factor = factor;
  }

  now(): number {
    return this.#startMs + (Date.now() - this.#startMs) * this.#factor;
  }

  monotonic(): number {
    return performance.now() * this.#factor;
  }
}
