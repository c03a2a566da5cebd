/**
 * How long listings of run directories wait for event files: of a run that was not read yet it is not known whether it has
 * one, and programs that walk the tree once (`cp -r`, `rsync`) would miss it. TensorBoard walks the tree again and again, so
 * that thousands of runs must not hold it up: the waits of all listings together are bounded too.
 * @module
 */

import { type Clock, within } from '../core/index.ts';
import type { Run } from '../history/index.ts';

/** For one run: most logs are read in some milliseconds, one of a gigabyte takes this long. */
const RUN_WAIT_MS = 5000;
/** For all runs within a window: hundreds of them are read in that time, and a first walk over 10,000 is not held up longer. */
const TOTAL_WAIT_MS = 20_000;
const WINDOW_MS = 60_000;

export class ListingPatience {
  readonly #clock: Clock;
  #windowStartMs = Number.NEGATIVE_INFINITY;
  /** In this window, until the last time that nobody waited. */
  #waitedMs = 0;
  #waiting = 0;
  #waitingSinceMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits until what is at hand of a run has been read once since the program started. Trouble the run keeps. */
  async awaitFirstReading(run: Run, signal: AbortSignal): Promise<void> {
    await run.open();
    if (!run.isFirstReadingDue) return;
    const waitMs = Math.min(RUN_WAIT_MS, this.#leftMs());
    if (waitMs <= 0) return;
    if (this.#waiting++ === 0) this.#waitingSinceMs = this.#clock.monotonic();
    try {
      await within(waitMs, run.readAhead(), signal, this.#clock);
    } finally {
      if (--this.#waiting === 0) this.#waitedMs += this.#clock.monotonic() - this.#waitingSinceMs;
    }
  }

  /** Several that wait at a time count once. */
  #leftMs(): number {
    const nowMs = this.#clock.monotonic();
    if (nowMs - this.#windowStartMs > WINDOW_MS) [this.#windowStartMs, this.#waitedMs] = [nowMs, 0];
    const waitingMs = this.#waiting > 0 ? nowMs - this.#waitingSinceMs : 0;
    return TOTAL_WAIT_MS - this.#waitedMs - waitingMs;
  }
}
