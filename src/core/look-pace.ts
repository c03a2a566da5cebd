/**
 * Whether looks at a disk are answered from memory, judged by how long they took lately and by what was read for them. Pure.
 *
 * On a busy machine a look may take long because other programs are given the processor: then nothing was read.
 * @module
 */

/** A disk that must seek takes longer. */
const SLOW_MS = 2;
/** So many slow looks among some hundred mean a slow disk. */
const SLOW_LOOKS = 3;
const FORGIVEN_BY = 1 / 100;
/** How long it counts as slow. Then one more slow look is enough. */
const SLOW_FOR_MS = 10_000;

export class LookPace {
  #slowLooks = 0;
  #readings = 0;
  #slowUntilMs = Number.NEGATIVE_INFINITY;

  /** `nowMs`: monotonic, as in `note`. */
  isSlow(nowMs: number): boolean {
    return nowMs < this.#slowUntilMs;
  }

  /** Takes note of a look that has ended. `readings`: how often the system has read from a disk for this process so far. */
  note(tookMs: number, nowMs: number, readings: () => number): void {
    if (tookMs <= SLOW_MS || !this.#hasRead(readings())) {
      if (this.#slowLooks > 0) this.#slowLooks = Math.max(0, this.#slowLooks - FORGIVEN_BY);
      return;
    }
    this.#slowLooks++;
    if (this.#slowLooks <= SLOW_LOOKS - 1) return;
    this.#slowUntilMs = nowMs + SLOW_FOR_MS;
    this.#slowLooks = SLOW_LOOKS - 1;
  }

  #hasRead(readings: number): boolean {
    const hasRead = readings > this.#readings;
    this.#readings = readings;
    return hasRead;
  }
}
