/** How far the members of a view have come, as of one moment. @module */

import { FIRST_WRITER, mapLimit, type RunState } from '../../core/index.ts';
import { type History, REFRESH, type Run, type RunLog, type ShapeEntry } from '../../history/index.ts';

/** Folders that are looked at for the state of a run at the same time. */
export const LOOKS_AT_A_TIME = 32;

type Signal = { readonly signal: AbortSignal };

/** One run of a view. Its log may grow on: what came after this moment is not read. */
export interface Member {
  readonly run: Run;
  readonly log: RunLog;
  /** Of its log, of both kinds. */
  readonly rowCount: number;
  /** Of its newest history row; null before the first. */
  readonly lastStep: number | null;
  /** Times that its history went back. */
  readonly restarts: number;
  /** Times that it went on after an exit. */
  readonly resumes: number;
}

/** Members as they are, nothing read on. */
export async function membersNow(runs: readonly Run[], options: Signal): Promise<readonly Member[]> {
  return await mapLimit(runs, { limit: LOOKS_AT_A_TIME, ...options }, async (run) =>
    memberOf(run, await run.open()),
  );
}

/**
 * Members brought up to date, their states first: of a run that ends meanwhile, rows may be missing that it logged before. One that
 * cannot be read is as it was.
 */
export async function refreshedMembers(
  history: Pick<History, 'refreshAll'>,
  runs: readonly Run[],
  options: Signal,
): Promise<readonly Member[]> {
  await statesOf(runs, options);
  await history.refreshAll(runs, REFRESH.complete, options);
  return await membersNow(runs, options);
}

/** The states of runs, their logs opened. */
export async function statesOf(runs: readonly Run[], options: Signal): Promise<readonly RunState[]> {
  return await mapLimit(runs, { limit: LOOKS_AT_A_TIME, ...options }, async (run) => {
    await run.open();
    return await run.refreshState(options);
  });
}

/**
 * Whether rows of a shape are those of a view: history, of the first of several processes that log to a run. Steps of others are
 * their own.
 */
export function isOfView({ kind, writer = FIRST_WRITER }: ShapeEntry): boolean {
  return kind === 'history' && writer === FIRST_WRITER;
}

function memberOf(run: Run, log: RunLog): Member {
  const { ledger } = log;
  const { rowCount, progress } = ledger;
  return {
    ...{ run, log, rowCount },
    lastStep: ledger.lastSteps().get(undefined) ?? null,
    restarts: progress.restarts,
    resumes: progress.resumes ?? 0,
  };
}
