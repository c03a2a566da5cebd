/** Brings runs up to date before they are shown, as far as that takes no time anybody would notice. @module */

import PQueue from 'p-queue';
import type { Clock } from '../core/index.ts';
import type { CatalogueRun, History } from '../history/index.ts';
import { within } from './within.ts';

/** Runs looked at at a time. */
const RUNS_AT_A_TIME = 8;
/** One page makes a dozen calls within a second or two; they are answered from one look. */
const FRESH_FOR_MS = 2000;
/** Runs that have ended go on rarely; where files are watched, that is noticed anyway. */
const ENDED_FRESH_FOR_MS = 30_000;
/** For news of runs that have been read. */
const NEWS_WAIT_MS = 1000;
/** While some on this machine have never been read. */
const FIRST_WAIT_MS = 3000;

export interface BringOptions {
  readonly signal: AbortSignal;
  /** Default: as long as a page may wait. */
  readonly maxWaitMs?: number;
}

export class RunFreshness {
  readonly #history: History;
  readonly #clock: Clock;
  readonly #queue = new PQueue({ concurrency: RUNS_AT_A_TIME });
  /** By run: when it was last looked at. */
  readonly #runsLookedAtMs = new Map<string, number>();
  #looking: Promise<unknown> | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(history: History, clock: Clock) {
    this.#history = history;
    this.#clock = clock;
  }

  /**
   * Waits for what is new of some runs, not for long; the rest comes by itself, and with the next call. Runs of a server
   * are read on where they were read before, which costs nothing when nothing is new; others are left alone.
   */
  async bring(
    runs: readonly CatalogueRun[],
    { signal, maxWaitMs = Number.POSITIVE_INFINITY }: BringOptions,
  ): Promise<void> {
    if (this.#looking === undefined) {
      if (this.#clock.monotonic() - this.#lookedAtMs < FRESH_FOR_MS) return;
      this.#looking = this.#look(runs).finally(() => {
        this.#looking = undefined;
      });
    }
    const isUnread = runs.some((run) => !run.source.isRemote && !this.#history.hasReadAll(run.id));
    await within(Math.min(maxWaitMs, isUnread ? FIRST_WAIT_MS : NEWS_WAIT_MS), this.#looking, signal);
  }

  async #look(runs: readonly CatalogueRun[]): Promise<void> {
    await this.#queue.addAll(runs.filter((run) => this.#isDue(run)).map((run) => () => this.#update(run)));
    this.#lookedAtMs = this.#clock.monotonic();
  }

  #isDue({ id }: CatalogueRun): boolean {
    const hasEnded = (this.#history.openLog(id)?.ledger.exit ?? null) !== null;
    if (!hasEnded || !this.#history.hasReadAll(id)) return true;
    const lookedAtMs = this.#runsLookedAtMs.get(id) ?? Number.NEGATIVE_INFINITY;
    return this.#clock.monotonic() - lookedAtMs > ENDED_FRESH_FOR_MS;
  }

  async #update(run: CatalogueRun): Promise<void> {
    if (run.source.isRemote && (await this.#history.log(run)).ledger.cursor === null) return;
    this.#runsLookedAtMs.set(run.id, this.#clock.monotonic());
    if (this.#history.freshLog(run.id) === undefined) await this.#history.update(run);
  }
}
