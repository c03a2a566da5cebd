/** Runs of a server that are looked at and were never read: read in the background, in the order they were looked at. @module */

import { within } from '../core/index.ts';
import type { Run } from '../history/index.ts';
import { RunTurns } from './run-turns.ts';

/** A look at more runs than this reads none of them: each takes the server a request or more. */
const MOST_RUNS = 100;
/** Of so few the history is waited for, for a moment. */
const FEW_RUNS = 10;
const FEW_WAIT_MS = 1000;

export class RunDemand {
  readonly #reading: RunTurns;

  constructor() {
    this.#reading = new RunTurns((run) => run.update());
  }

  /** Has some runs read, unless they are many; of a few waits for a moment. Their trouble the history keeps. */
  async look(runs: readonly Run[], options: { readonly signal: AbortSignal }): Promise<void> {
    if (runs.length <= MOST_RUNS) await this.#read(runs, options);
  }

  /** The same for runs of which nothing can be shown otherwise: of many, the first. */
  async require(runs: readonly Run[], options: { readonly signal: AbortSignal }): Promise<void> {
    await this.#read(runs.slice(0, MOST_RUNS), options);
  }

  async #read(runs: readonly Run[], { signal }: { readonly signal: AbortSignal }): Promise<void> {
    if (runs.length === 0) return;
    const reading = Promise.all(runs.map((run) => this.#reading.once(run)));
    if (runs.length <= FEW_RUNS) await within(FEW_WAIT_MS, reading, signal);
    else reading.catch(() => undefined);
  }
}
