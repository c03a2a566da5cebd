/** Has runs read that were never read, as somebody looks at them: in the background, in the order they were looked at. @module */

import PQueue from 'p-queue';
import { SingleFlight, within } from '../../core/index.ts';
import type { Run } from '../../history/index.ts';

/** A look at more runs than this reads none of them: each takes the server a request or more. */
const MOST_RUNS = 100;
/** Of so few the history is waited for, for a moment. */
const FEW_RUNS = 10;
const FEW_WAIT_MS = 1000;
/** While one waits for its server, others are read. */
const RUNS_AT_A_TIME = 8;

type Signal = { readonly signal: AbortSignal };

export class UnreadRuns {
  readonly #queue = new PQueue({ concurrency: RUNS_AT_A_TIME });
  readonly #readings = new SingleFlight<string, void>();

  /** Has some runs read, unless they are many; of a few waits for a moment. Failures the runs keep. */
  async read(runs: readonly Run[], options: Signal): Promise<void> {
    if (runs.length <= MOST_RUNS) await this.#read(runs, options);
  }

  /** The same for runs of which nothing can be shown otherwise: of many, the first. */
  async readFirst(runs: readonly Run[], options: Signal): Promise<void> {
    await this.#read(runs.slice(0, MOST_RUNS), options);
  }

  async #read(runs: readonly Run[], { signal }: Signal): Promise<void> {
    if (runs.length === 0) return;
    const reading = Promise.all(
      runs.map((run) => this.#readings.run(run.id, () => this.#queue.add(() => run.update()))),
    );
    if (runs.length <= FEW_RUNS) await within(FEW_WAIT_MS, reading, signal);
    else reading.catch(() => undefined);
  }
}
