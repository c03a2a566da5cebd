/** A clock that stands still until a test moves it. @module */

import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/core/index.ts';

export class MovingClock implements Clock {
  #ms: number;

  constructor(startMs = Date.now()) {
    this.#ms = startMs;
  }

  now(): number {
    return this.#ms;
  }

  monotonic(): number {
    return this.#ms;
  }

  /** In real time, however it is moved: who waits has to look at it again. */
  wait(ms: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    return delay(ms, undefined, { signal });
  }

  advance(ms: number): void {
    this.#ms += ms;
  }
}
