/** Runs of a server that are looked at and were never read: read in the background, in the order they were looked at. @module */

import PQueue from 'p-queue';
import type { CatalogueRun, History } from '../history/index.ts';
import { within } from './within.ts';

/** A look at more runs than this reads none of them: each takes the server a request or more. */
const MOST_RUNS = 100;
/** Of so few the history is waited for, for a moment. */
const FEW_RUNS = 10;
const FEW_WAIT_MS = 1000;
/** Runs read at a time. */
const RUNS_AT_A_TIME = 8;

export class RunDemand {
  readonly #history: History;
  readonly #queue = new PQueue({ concurrency: RUNS_AT_A_TIME });
  readonly #wanted = new Map<string, Promise<void>>();

  constructor(history: History) {
    this.#history = history;
  }

  /** Has some runs read, unless they are many; of a few waits for a moment. Their trouble the history keeps. */
  async look(runs: readonly CatalogueRun[], { signal }: { readonly signal: AbortSignal }): Promise<void> {
    if (runs.length === 0 || runs.length > MOST_RUNS) return;
    const reading = Promise.all(runs.map((run) => this.#read(run)));
    if (runs.length <= FEW_RUNS) await within(FEW_WAIT_MS, reading, signal);
    else reading.catch(() => undefined);
  }

  #read(run: CatalogueRun): Promise<void> {
    const known = this.#wanted.get(run.id);
    if (known !== undefined) return known;
    const reading = this.#queue
      .add(() => this.#history.update(run))
      .finally(() => this.#wanted.delete(run.id));
    this.#wanted.set(run.id, reading);
    return reading;
  }
}
