/**
 * Keeps the event loop turning for a moment after an answer, where the request before came as soon: a program that asks again
 * and again then does not wait each time until this thread has been woken up, which takes longer than answering. @module
 */

/** Longest from an answer to the request after it, of a program that does nothing in between: it and this thread are woken up. */
const QUICK_MS = 0.05;
/** About what it costs to go to sleep and to be woken up: a later request is cheaper to wait for asleep. */
const AWAKE_MS = 0.04;
/**
 * Answers after which it is not tried again when it was in vain: so many, twice as many each time, and half as many once it was of
 * use so often. In vain costs as much as it saves at several answers, and is frequent where others take the processors.
 */
const PAUSE = { first: 4, most: 1024, halvedAfter: 16 } as const;

export interface LoopTurns {
  /** Milliseconds of a monotonic clock, and their fractions. */
  readonly now: () => number;
  /** Has the loop look at what has come, without waiting for it, and calls back. */
  readonly afterLook: (act: () => void) => void;
}

const NODE: LoopTurns = { now: () => performance.now(), afterLook: setImmediate };

export class WakefulLoop {
  readonly #turns: LoopTurns;
  #answeredMs = Number.NEGATIVE_INFINITY;
  #isQuick = false;
  #isTurning = false;
  /** Answers to go until it is tried again. */
  #left = 0;
  #pause: number = PAUSE.first;
  /** Requests that came while it was awake, since the pause last changed. */
  #hits = 0;
  readonly #turn = (): void => {
    const { now, afterLook } = this.#turns;
    if (now() - this.#answeredMs < AWAKE_MS) afterLook(this.#turn);
    else this.#endInVain();
  };

  constructor(turns = NODE) {
    this.#turns = turns;
  }

  requestArrived(): void {
    this.#isQuick = this.#turns.now() - this.#answeredMs < QUICK_MS;
    if (!this.#isTurning || !this.#isQuick || ++this.#hits < PAUSE.halvedAfter) return;
    this.#hits = 0;
    this.#pause = Math.max(this.#pause / 2, PAUSE.first);
  }

  /** One was answered that is soon made: a program may ask for the next at once. */
  answered(): void {
    this.#answeredMs = this.#turns.now();
    if (this.#isTurning || !this.#isQuick || this.#left-- > 0) return;
    this.#isTurning = true;
    this.#turns.afterLook(this.#turn);
  }

  /** No request came: its program does other things, or waits for the processor that this thread takes. */
  #endInVain(): void {
    this.#isTurning = false;
    this.#hits = 0;
    this.#left = this.#pause;
    this.#pause = Math.min(2 * this.#pause, PAUSE.most);
  }
}
