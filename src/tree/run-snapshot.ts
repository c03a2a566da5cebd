/** One run at one moment: what its files are made from, and how current that is. @module */

import type { LogdirError, RunState } from '../core/index.ts';
import type { EventFiles, EventView } from '../eventfile/index.ts';
import { REFRESH, type Run } from '../history/index.ts';
import type { Freshness, TreeOptions } from './tree.ts';

export interface RunSnapshot {
  readonly run: Run;
  /** Its event file, and in it its log. */
  readonly view: EventView;
  readonly state: RunState;
  /** Whether all that the source holds has been read. */
  readonly isComplete: boolean;
  /** Why the run could not be read further. */
  readonly failure: LogdirError | null;
}

/**
 * How long files of media are waited for that a run's event file is made of: not at all by who only lists, a moment by who
 * reads a file that grows, to the end by who wants all of it.
 */
const WAIT_MS: Readonly<Record<Freshness, number>> = {
  cached: 0,
  refresh: 1000,
  complete: Number.POSITIVE_INFINITY,
};
const LOCAL_WAIT_MS = 1000;

export class RunSnapshots {
  readonly #events: EventFiles;

  constructor(events: EventFiles) {
    this.#events = events;
  }

  /** The run as it is now, brought up to date first as far as asked. `maxWaitMs`: for its files of media; default: likewise. */
  async take(
    run: Run,
    { freshness, signal }: TreeOptions,
    maxWaitMs = WAIT_MS[freshness],
  ): Promise<RunSnapshot> {
    if (freshness === 'complete') await run.update();
    if (freshness === 'refresh') await run.refresh(REFRESH.poll, { signal });
    signal.throwIfAborted();
    const view = await this.view(run, maxWaitMs);
    const state = await run.refreshState({ signal });
    return { run, view, state, isComplete: run.status === 'complete', failure: run.failure };
  }

  /** The view of a run as far as it was read. */
  async view(run: Run, maxWaitMs = 0): Promise<EventView> {
    // What is on this disk costs nothing to fetch.
    const waitMs = run.policy.reading === 'eager' ? Math.max(maxWaitMs, LOCAL_WAIT_MS) : maxWaitMs;
    return await this.#events.view(run, { maxWaitMs: waitMs });
  }

  /** The view of a run if it can be had without waiting and is as current as asked. */
  viewAtHand(run: Run, freshness: Freshness): EventView | undefined {
    if (freshness === 'complete' || (freshness === 'refresh' && !run.isFresh(REFRESH.poll))) return undefined;
    return this.#events.currentView(run);
  }
}

/** Unix milliseconds of the newest row: says more than when it was read, and is the same in every process. */
export function lastChangeMs({ listing }: Run, { log, fold }: EventView): number {
  return (
    Math.floor(1000 * (log.ledger.progress.lastTimestamp ?? fold.startTime ?? listing.startTime ?? 0)) || 0
  );
}

/** Whether more of a run is expected. A crashed one may only be slow: its log is written block by block. */
export function mayGrow({ state, isComplete }: RunSnapshot): boolean {
  return !isComplete || (state !== 'finished' && state !== 'failed');
}
