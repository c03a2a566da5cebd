/**
 * The requests of one API key to one server, whoever makes them: how many at a time, in which order, and how far
 * apart once the server has asked to slow down. Additive increase, multiplicative decrease: concurrency is halved by a
 * limit and grows by one after some successes. @module
 */

import PQueue from 'p-queue';
import type { Clock } from '../../../core/index.ts';

/**
 * Requests at a time: W&B's own exporters get along with 8; more than 16 gains nothing measurable. Halved when a limit
 * is met, one more after every ten that went well.
 */
const START_CONCURRENCY = 8;
const MAX_CONCURRENCY = 16;
const SUCCESSES_PER_STEP = 10;

/** W&B's advice for bulk reads: about a second between requests (docs, "limits"). Held for a minute after a limit. */
const PACE_MS = 1000;
const PACED_FOR_MS = 60_000;
/** How long to pause when a limit was met and the server did not say how long. */
const DEFAULT_PAUSE_MS = 5000;
/** The longest pause a server may ask for: beyond that, asking again costs less than waiting in vain. */
const MAX_PAUSE_MS = 120_000;

export interface RequestBudgetOptions {
  readonly clock: Clock;
  /** Called when requests must slow down: once per pause. */
  readonly onLimit?: (pauseMs: number) => void;
}

export class RequestBudget {
  readonly #options: RequestBudgetOptions;
  readonly #queue = new PQueue({ concurrency: START_CONCURRENCY });
  #sequence = 0;
  #successes = 0;
  #resumeAtMs = Number.NEGATIVE_INFINITY;
  #pacedUntilMs = Number.NEGATIVE_INFINITY;
  #nextStartMs = Number.NEGATIVE_INFINITY;

  constructor(options: RequestBudgetOptions) {
    this.#options = options;
  }

  get concurrency(): number {
    return this.#queue.concurrency;
  }

  /** Requests that wait for their turn. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Milliseconds until requests go on after a limit; 0 when they do. */
  get pauseMs(): number {
    return Math.max(0, this.#resumeAtMs - this.#now());
  }

  /** Makes one request when its turn comes. The most recent one goes first: whoever asked before may have given up. */
  async run<T>(request: () => Promise<T>, { signal }: { readonly signal: AbortSignal }): Promise<T> {
    const priority = ++this.#sequence;
    const turn = async () => {
      await this.#untilAllowed(signal);
      return await request();
    };
    // p-queue types its result as possibly void, for tasks that are.
    return (await this.#queue.add(turn, { priority, signal })) as T;
  }

  /** A request went well. `remaining`: what the server says is left of its window; null: it does not say. */
  succeeded(remaining: number | null, resetMs: number | null): void {
    if (remaining === 0) {
      this.limited(resetMs);
      return;
    }
    this.#successes++;
    if (this.#successes < SUCCESSES_PER_STEP) return;
    this.#successes = 0;
    this.#queue.concurrency = Math.min(MAX_CONCURRENCY, this.#queue.concurrency + 1);
  }

  /** The server asked to slow down, for that long if it said. */
  limited(retryAfterMs: number | null): void {
    const pauseMs = Math.min(MAX_PAUSE_MS, retryAfterMs ?? DEFAULT_PAUSE_MS);
    const now = this.#now();
    this.#pacedUntilMs = now + pauseMs + PACED_FOR_MS;
    this.#successes = 0;
    // One window runs out for all requests under way at once: it halves once.
    if (now < this.#resumeAtMs) return;
    this.#resumeAtMs = now + pauseMs;
    this.#queue.concurrency = Math.max(1, Math.floor(this.#queue.concurrency / 2));
    this.#options.onLimit?.(pauseMs);
  }

  /** Waits out a pause, and the distance to the request before. */
  async #untilAllowed(signal: AbortSignal): Promise<void> {
    for (;;) {
      const waitMs = Math.max(this.#resumeAtMs, this.#nextStartMs) - this.#now();
      if (waitMs <= 0) break;
      await this.#options.clock.wait(waitMs, { signal });
    }
    if (this.#now() < this.#pacedUntilMs) this.#nextStartMs = this.#now() + PACE_MS;
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }
}
