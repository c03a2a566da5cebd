/** Reads every run of a catalogue, several at a time, so that nothing has to be waited for later. @module */

import { type LogdirError, mapLimit, NEVER_ABORTED } from '../core/index.ts';
import type { History } from './history.ts';
import type { Run } from './run.ts';

/** Runs read at a time: while one is decoded, others are on their way. What is really asked at a time the source bounds. */
const RUNS_AT_A_TIME = 8;

export interface PrefetchProgress {
  readonly runs: number;
  /** Runs done, those that failed among them. */
  readonly done: number;
  /** History rows read since the start. */
  readonly rows: number;
  readonly failures: readonly { readonly run: Run; readonly failure: LogdirError }[];
}

export interface PrefetchOptions {
  readonly signal: AbortSignal;
  /** Told after each run. */
  readonly onProgress: (progress: PrefetchProgress) => void;
}

/** Reads everything there is. What was read before is not read again; what fails is reported, and the rest goes on. */
export async function prefetch(
  history: History,
  { signal, onProgress }: PrefetchOptions,
): Promise<PrefetchProgress> {
  for (const project of history.catalogue.projects) {
    if (!history.catalogue.isListed(project)) await history.catalogue.refreshProject(project, { signal });
  }
  const runs = [...history.catalogue.runs.values()];
  let progress: PrefetchProgress = { runs: runs.length, done: 0, rows: 0, failures: [] };
  await mapLimit(runs, { limit: RUNS_AT_A_TIME, signal: NEVER_ABORTED }, async (run) => {
    if (signal.aborted) return;
    const before = (await run.open()).ledger.progress.rows;
    await run.update();
    const rows = (await run.open()).ledger.progress.rows - before;
    const { failure } = run;
    const failures = failure === null ? progress.failures : [...progress.failures, { run, failure }];
    progress = { ...progress, done: progress.done + 1, rows: progress.rows + Math.max(0, rows), failures };
    onProgress(progress);
  });
  return progress;
}
