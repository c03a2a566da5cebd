/** Reads runs nobody has asked for yet, newest first, one after the other, so that curves are there when asked. @module */

import type { Clock } from '../core/index.ts';
import type { Catalogue } from './catalogue/catalogue.ts';

export interface BackgroundReaderOptions {
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export class BackgroundReader {
  readonly #options: BackgroundReaderOptions;
  /** Ids of runs in the queue, and when they were put there, in monotonic milliseconds: at most as many as are listed. */
  readonly #waiting = new Map<string, number>();
  #working: Promise<void> | undefined;
  #read = 0;

  constructor(options: BackgroundReaderOptions) {
    this.#options = options;
  }

  /** Runs read, and runs still to be: those in the queue and the one in hand. */
  get progress(): { readonly read: number; readonly waiting: number } {
    return { read: this.#read, waiting: this.#waiting.size + Number(this.#working !== undefined) };
  }

  /** Whether a run is in the queue. */
  isWaiting(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** Puts every run that is read ahead, in whole or in part, in the queue, newest first. */
  enqueueAll(): void {
    const runs = [...this.#options.catalogue.runs.values()].filter((run) => run.isReadAhead);
    runs.sort((a, b) => b.listing.modifiedAtMs - a.listing.modifiedAtMs);
    const nowMs = this.#options.clock.monotonic();
    for (const run of runs) this.#waiting.set(run.id, nowMs);
    this.#wake();
  }

  /** A run grew: it goes to the end of the queue, unless it is in it. */
  enqueue(id: string): void {
    this.#waiting.set(id, this.#options.clock.monotonic());
    this.#wake();
  }

  /** Resolves when the queue is empty. */
  async idle(): Promise<void> {
    await this.#working;
  }

  #wake(): void {
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  async #work(): Promise<void> {
    const { catalogue, signal } = this.#options;
    for (const [id, sinceMs] of this.#waiting) {
      if (signal.aborted) break;
      this.#waiting.delete(id);
      const run = catalogue.runs.get(id);
      // Whoever looked meanwhile has seen what was to be read.
      if (run !== undefined && !run.wasLookedAt(sinceMs)) await run.readAhead();
      this.#read++;
    }
  }
}
