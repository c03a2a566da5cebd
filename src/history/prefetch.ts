/** Reads every run of a catalogue, several at a time, so that nothing has to be waited for later. @module */

import type { LogdirError } from '../core/index.ts';
import type { CatalogueRun } from './catalogue.ts';
import type { History } from './history.ts';

/** Runs read at a time: while one is decoded, others are on their way. What is really asked at a time the source bounds. */
const RUNS_AT_A_TIME = 8;

export interface PrefetchProgress {
  readonly runs: number;
  /** Runs done, those that failed among them. */
  readonly done: number;
  /** History rows read since the start. */
  readonly rows: number;
  readonly failures: readonly { readonly run: CatalogueRun; readonly failure: LogdirError }[];
}

export interface PrefetchOptions {
  readonly signal: AbortSignal;
  /** Told after each run. */
  readonly onProgress: (progress: PrefetchProgress) => void;
}

/** Reads everything there is. What was read before is not read again; what fails is told, and the rest goes on. */
export async function prefetch(
  history: History,
  { signal, onProgress }: PrefetchOptions,
): Promise<PrefetchProgress> {
  for (const project of history.catalogue.projects) {
    if (!Number.isFinite(history.catalogue.projectAgeMs(project)))
      await history.catalogue.refreshProject(project, { signal });
  }
  const queue = [...history.catalogue.runs.values()];
  let progress: PrefetchProgress = { runs: queue.length, done: 0, rows: 0, failures: [] };
  const work = async () => {
    for (let run = queue.shift(); run !== undefined && !signal.aborted; run = queue.shift()) {
      const before = (await history.log(run)).ledger.progress.rows;
      await history.update(run);
      const rows = (await history.log(run)).ledger.progress.rows - before;
      const failure = history.failure(run.id);
      const failures = failure === null ? progress.failures : [...progress.failures, { run, failure }];
      progress = { ...progress, done: progress.done + 1, rows: progress.rows + Math.max(0, rows), failures };
      onProgress(progress);
    }
  };
  await Promise.all(Array.from({ length: RUNS_AT_A_TIME }, work));
  return progress;
}
