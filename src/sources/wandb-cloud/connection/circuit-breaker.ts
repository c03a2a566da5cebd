/** Whether the server can be reached at all: while it cannot, one request at a time finds out, and the others fail at once. @module */

import { type Clock, LogdirError } from '../../../core/index.ts';

/** Failures in a row that make an outage. Of one run alone they don't: there are runs that a server can't read. */
const FAILURES = 6;
const RUNS = 2;
/** First and longest time between two looks whether it is over. */
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 60_000;

export class Outage {
  readonly #clock: Clock;
  /** Told when an outage begins (with its failure) and when it is over (null). */
  readonly #onChange: (failure: LogdirError | null) => void;
  #failures = 0;
  /** Runs that the failed requests were about. */
  readonly #runs = new Set<string>();
  #failure: LogdirError | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  #lookAgainAtMs = 0;

  constructor(clock: Clock, onChange: (failure: LogdirError | null) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** @throws LogdirError `unavailable` while there is an outage and it is not yet time to look again. */
  check(): void {
    if (this.#failure === null) return;
    const now = this.#clock.monotonic();
    if (now < this.#lookAgainAtMs) throw this.#failure;
    // Whoever comes first looks; the others go on failing meanwhile.
    this.#lookAgainAtMs = now + this.#pauseMs;
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
    const isOfOne = run !== null && this.#runs.size < RUNS;
    if (this.#failures < FAILURES || isOfOne) return;
    const isNew = this.#failure === null;
    this.#failure = new LogdirError('unavailable', failure.message, { cause: failure });
    this.#pauseMs = isNew ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
    this.#lookAgainAtMs = this.#clock.monotonic() + this.#pauseMs;
    if (isNew) this.#onChange(failure);
  }
}
