/**
 * Exponential backoff for each run. Some runs make a server fail however often they are asked for, and cost it minutes
 * each time; the circuit breaker does not notice them, because others are answered. @module
 */

import { LRUCache } from 'lru-cache';
import {
  type Adjustable,
  adjusted,
  type Clock,
  type LogdirError,
  type RunKey,
  runKeyText,
} from '../../../core/index.ts';

/** Failures before the pauses grow: the first ones may be trouble that passes. */
const FREE_FAILURES = 3;
/** The longest time a run is left alone. */
const LONGEST_MS = 30 * 60_000;
/** Runs remembered; one that is forgotten is only asked for sooner. */
const MAX_RUNS = 10_000;

interface FailedRun {
  readonly failure: LogdirError;
  readonly failures: number;
  /** In monotonic milliseconds. */
  readonly retryAtMs: number;
}

export class RunBackoff {
  readonly #clock: Clock;
  readonly #refreshIntervalMs: Adjustable;
  readonly #failed = new LRUCache<string, FailedRun>({ max: MAX_RUNS });

  constructor(clock: Clock, refreshIntervalMs: Adjustable) {
    this.#clock = clock;
    this.#refreshIntervalMs = refreshIntervalMs;
  }

  /** @throws LogdirError what the run failed with last, until its pause is over. */
  check(run: RunKey): void {
    const failed = this.#failed.get(runKeyText(run));
    if (failed !== undefined && this.#clock.monotonic() < failed.retryAtMs) throw failed.failure;
  }

  succeeded(run: RunKey): void {
    this.#failed.delete(runKeyText(run));
  }

  /** The server itself had been away: none of its runs is to blame. */
  reset(): void {
    this.#failed.clear();
  }

  failed(run: RunKey, failure: LogdirError): void {
    // What went wrong on our side, or because somebody gave up, says nothing about the run.
    if (failure.code !== 'unavailable') return;
    const failures = (this.#failed.get(runKeyText(run))?.failures ?? 0) + 1;
    const doublings = Math.max(0, failures - FREE_FAILURES + 1);
    const pauseMs = Math.min(LONGEST_MS, adjusted(this.#refreshIntervalMs) * 2 ** doublings);
    const retryAtMs = this.#clock.monotonic() + pauseMs;
    this.#failed.set(runKeyText(run), { failure, failures, retryAtMs });
  }
}
