/** Brings runs up to date before they are shown, as far as that takes no time anybody would notice. @module */

import { type Clock, within } from '../core/index.ts';
import type { CatalogueRun, History } from '../history/index.ts';
import { RunTurns } from './run-turns.ts';

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
  readonly #looks = new RunTurns((run) => this.#look(run));
  /** By run: when it was last looked at. */
  readonly #lookedAtMs = new Map<string, number>();

  constructor(history: History, clock: Clock) {
    this.#history = history;
    this.#clock = clock;
  }

  /**
   * Waits for what is new of some runs, not for long; the rest comes by itself, and with the next call. Runs that their
   * source sums up are read on where they were read before, which costs nothing when nothing is new; unread ones are
   * left alone.
   */
  async bring(
    runs: readonly CatalogueRun[],
    { signal, maxWaitMs = Number.POSITIVE_INFINITY }: BringOptions,
  ): Promise<void> {
    const due = runs.filter((run) => this.#isDue(run));
    if (due.length === 0) return;
    const isUnread = due.some(
      (run) => run.source.policy.reading === 'eager' && !this.#history.hasReadAll(run.id),
    );
    const looking = Promise.all(due.map((run) => this.#looks.once(run)));
    await within(Math.min(maxWaitMs, isUnread ? FIRST_WAIT_MS : NEWS_WAIT_MS), looking, signal);
  }

  #isDue({ id }: CatalogueRun): boolean {
    const hasEnded =
      (this.#history.openLog(id)?.ledger.exit ?? null) !== null && this.#history.hasReadAll(id);
    const lookedAtMs = this.#lookedAtMs.get(id) ?? Number.NEGATIVE_INFINITY;
    return this.#clock.monotonic() - lookedAtMs > (hasEnded ? ENDED_FRESH_FOR_MS : FRESH_FOR_MS);
  }

  async #look(run: CatalogueRun): Promise<void> {
    const isSummedUp = run.source.previewer !== undefined;
    const isUnread = isSummedUp && (await this.#history.log(run)).ledger.cursor === null;
    if (!isUnread && this.#history.freshLog(run.id) === undefined) await this.#history.update(run);
    this.#lookedAtMs.set(run.id, this.#clock.monotonic());
  }
}
