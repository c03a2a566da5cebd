/** Long computations that leave the event loop to others between stretches. @module */

/** Time between two turns of the event loop: well below the 20 ms that a reader would notice. */
const STRETCH_MS = 5;

/**
 * Counts the time since the event loop last turned; `next` turns it once that is `STRETCH_MS` or more. Several may share
 * one: then their stretches together are as long.
 */
export class TurnBudget {
  #startedMs = performance.now();
  /** The turn under way: callbacks that wait for one turn all run before the next one. */
  #turning: Promise<void> | undefined;

  /** Whether the stretch is over. Costs some 30 ns: call it after microseconds of work, not nanoseconds. */
  get isSpent(): boolean {
    return performance.now() - this.#startedMs >= STRETCH_MS;
  }

  /** Lets the event loop turn if the stretch is over. Rejects when `signal` is aborted. */
  async next(signal?: AbortSignal): Promise<void> {
    while (this.isSpent) {
      this.#turning ??= this.#turn();
      await this.#turning;
      signal?.throwIfAborted();
    }
  }

  async #turn(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#turning = undefined;
    this.#startedMs = performance.now();
  }
}
