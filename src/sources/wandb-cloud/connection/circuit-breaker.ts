/**
 * Circuit breaker of one server: after several failures in a row it opens, requests fail at once, and one request at a
 * time is let through to find out whether the outage is over. @module
 */

import { type Clock, LogdirError } from '../../../core/index.ts';

/** Failures in a row that open it. Those of a single run do not: there are runs that a server can't read. */
const FAILURES = 6;
const RUNS = 2;
/** First and longest time between two probes, in milliseconds. */
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 60_000;

export class CircuitBreaker {
  readonly #clock: Clock;
  /** Called when it opens (with the failure) and when it closes (null). */
  readonly #onChange: (failure: LogdirError | null) => void;
  #failures = 0;
  /** Runs that the failed requests were about. */
  readonly #runs = new Set<string>();
  /** What requests fail with while it is open; null while it is closed. */
  #failure: LogdirError | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  #nextProbeAtMs = 0;

  constructor(clock: Clock, onChange: (failure: LogdirError | null) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Whether requests fail at once, but for a probe now and then. */
  get isOpen(): boolean {
    return this.#failure !== null;
  }

  /** Lets a request pass, or not. @throws LogdirError `unavailable` while it is open and no probe is due. */
  check(): void {
    if (this.#failure === null) return;
    const now = this.#clock.monotonic();
    if (now < this.#nextProbeAtMs) throw this.#failure;
    // This request is the probe; the others go on failing meanwhile.
    this.#nextProbeAtMs = now + this.#pauseMs;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#runs.clear();
    if (this.#failure === null) return;
    this.#failure = null;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#onChange(null);
  }

  /** `run`: the run that the request was about; null: it would have failed for any. */
  failed(failure: LogdirError, run: string | null): void {
    this.#failures++;
    if (run !== null) this.#runs.add(run);
    const isOfOneRun = run !== null && this.#runs.size < RUNS;
    if (this.#failures < FAILURES || isOfOneRun) return;
    const opens = this.#failure === null;
    this.#failure = new LogdirError('unavailable', failure.message, { cause: failure });
    this.#pauseMs = opens ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
    this.#nextProbeAtMs = this.#clock.monotonic() + this.#pauseMs;
    if (opens) this.#onChange(failure);
  }
}
