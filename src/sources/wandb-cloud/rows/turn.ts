/** Sharing the event loop: long work stops every few milliseconds and lets others run. @module */

import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of work at a time; a column that is being decoded is finished first. */
const TURN_MS = 4;

/**
 * The time work may take before others get their turn:
 *
 *     if (turn.isOver) await turn.next();
 */
export class Turn {
  readonly #signal: AbortSignal;
  #start = performance.now();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get isOver(): boolean {
    return performance.now() - this.#start > TURN_MS;
  }

  /** Lets others run. @throws the signal's reason when it has been aborted. */
  async next(): Promise<void> {
    await nextTurn();
    this.#signal.throwIfAborted();
    this.#start = performance.now();
  }
}
