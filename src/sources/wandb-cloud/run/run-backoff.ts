/** Runs that a server cannot give, however often it is asked: each is left alone for longer the more often it failed. @module */

import type { Clock, LogdirError } from '../../../core/index.ts';

/** Failures after which a run counts as one that cannot be had: before, it may just have met a bad moment. */
const PATIENCE = 3;
/** The longest time a run is left alone. */
const LONGEST_MS = 30 * 60_000;

interface Patient {
  readonly failure: LogdirError;
  readonly failures: number;
  readonly untilMs: number;
}

export class Quarantine {
  readonly #clock: Clock;
  readonly #refreshIntervalMs: number;
  readonly #patients = new Map<string, Patient>();

  constructor(clock: Clock, refreshIntervalMs: number) {
    this.#clock = clock;
    this.#refreshIntervalMs = refreshIntervalMs;
  }

  /** @throws LogdirError the failure it is left alone for, while it is. */
  check(runId: string): void {
    const patient = this.#patients.get(runId);
    if (patient !== undefined && this.#clock.monotonic() < patient.untilMs) throw patient.failure;
  }

  succeeded(runId: string): void {
    this.#patients.delete(runId);
  }

  /** The server itself had been away: none of its runs is to blame. */
  release(): void {
    this.#patients.clear();
  }

  failed(runId: string, failure: LogdirError): void {
    // What went wrong on our side, or because somebody gave up, says nothing about the run.
    if (failure.code !== 'unavailable') return;
    const failures = (this.#patients.get(runId)?.failures ?? 0) + 1;
    const forMs = Math.min(LONGEST_MS, this.#refreshIntervalMs * 2 ** Math.max(0, failures - PATIENCE + 1));
    this.#patients.set(runId, { failure, failures, untilMs: this.#clock.monotonic() + forMs });
  }
}
