/** The rate limit of W&B's cloud: so many requests in each window, 429 beyond. Source: wandb-cloud.md 3.1-3.3. @module */

import { jsonReply, type Reply } from '../http/reply.ts';
import type { Door } from '../http/request-facts.ts';

export interface RateLimitOptions {
  /** Requests in each window. */
  readonly requests: number;
  readonly windowMs: number;
  /** Which doors are limited. Default: GraphQL alone. */
  readonly doors?: readonly Door[];
  /** Whether a 429 carries `Retry-After`. Default true. */
  readonly sendsRetryAfter?: boolean;
  /** Whether every answer carries `RateLimit-Limit`, `-Remaining` and `-Reset`. Default true. */
  readonly sendsBudget?: boolean;
}

/** The cloud scales what is left of a window to this. */
const SCALE = 1000;

export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #now: () => number;
  #windowStart = Number.NEGATIVE_INFINITY;
  #used = 0;

  constructor(options: RateLimitOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  /** Counts a request. `reply`: what to answer when it is one too many; `headers`: what any answer carries. */
  take(door: Door): { readonly reply: Reply | null; readonly headers: Readonly<Record<string, string>> } {
    const { requests, windowMs, doors = ['graphql'] } = this.#options;
    if (!doors.includes(door)) return { reply: null, headers: {} };
    const now = this.#now();
    if (now >= this.#windowStart + windowMs) {
      this.#windowStart = now;
      this.#used = 0;
    }
    this.#used += 1;
    const resetS = Math.max(1, Math.ceil((this.#windowStart + windowMs - now) / 1000));
    const headers = this.#budget(resetS);
    return { reply: this.#used <= requests ? null : this.#refusal(resetS), headers };
  }

  #budget(resetS: number): Readonly<Record<string, string>> {
    const { requests, sendsBudget = true } = this.#options;
    if (!sendsBudget) return {};
    const remaining = Math.floor((Math.max(0, requests - this.#used) / requests) * SCALE);
    return {
      'RateLimit-Limit': String(SCALE),
      'RateLimit-Remaining': String(remaining),
      'RateLimit-Reset': String(resetS),
    };
  }

  #refusal(resetS: number): Reply {
    const { sendsRetryAfter = true } = this.#options;
    const headers: Record<string, string> = sendsRetryAfter ? { 'Retry-After': String(resetS) } : {};
    return jsonReply(429, { error: 'rate limit exceeded' }, headers);
  }
}
