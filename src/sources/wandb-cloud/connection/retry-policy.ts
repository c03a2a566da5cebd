/** Retry policy: how long to wait for an answer, and how often to ask again. @module */

import type { Options } from 'p-retry';
import { RequestFailure } from './request-failure.ts';

export interface RetryPolicy {
  /** Attempts after the first. */
  readonly retries: number;
  /** First and longest pause between attempts, in milliseconds; pauses double, and are stretched at random. */
  readonly minMs: number;
  readonly maxMs: number;
  /** For the whole of an answer: a connection that trickles never ends by itself. */
  readonly deadlineMs: number;
  /** A download that brings next to nothing for that long has hung; it goes on over another connection. */
  readonly stallMs: number;
}

/**
 * The SDK's pauses; it tries 20 times, but somebody may be waiting here, and a later read tries again anyway. A page of
 * rows may take a slow server half a minute.
 */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  retries: 4,
  minMs: 2000,
  maxMs: 60_000,
  deadlineMs: 60_000,
  stallMs: 20_000,
};

/** The policy as p-retry takes it: only what may pass is tried again. */
export function retryOptions({ retries, minMs, maxMs }: RetryPolicy): Options {
  return {
    retries,
    minTimeout: minMs,
    maxTimeout: maxMs,
    randomize: true,
    shouldRetry: ({ error }) => error instanceof RequestFailure && error.mayRetry,
  };
}
