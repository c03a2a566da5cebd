/** How far the members of a view have come, as of one moment. @module */

import { FIRST_WRITER, mapLimit, type RunState } from '../../core/index.ts';
import { type History, REFRESH, type Run, type RunLog, type ShapeEntry } from '../../history/index.ts';

/** Folders that are looked at for the state of a run at the same time. */
const LOOKS_AT_A_TIME = 32;

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
  /** Whether all is there that it logged, and no more is expected. */
  readonly isOver: boolean;
}

/** Members as they are, nothing read on. */
export async function membersNow(runs: readonly Run[], options: Signal): Promise<readonly Member[]> {
  return await mapLimit(runs, { limit: LOOKS_AT_A_TIME, ...options }, async (run) =>
    memberOf(run, await run.open(), false),
  );
}

/**
 * Members brought up to date. A run that ended between two looks may have logged rows after the first, so that one is over
 * only where its end was known before it was read to its end, or stands in its log. One that cannot be read goes on.
 */
export async function refreshedMembers(
  history: Pick<History, 'refreshAll'>,
  runs: readonly Run[],
  options: Signal,
): Promise<readonly Member[]> {
  const before = await statesOf(runs, options);
  await history.refreshAll(runs, REFRESH.complete, options);
  const look = { limit: LOOKS_AT_A_TIME, ...options };
  return await mapLimit(runs, look, async (run, i) => {
    const log = await run.open();
    const isEndKnown = before[i] !== 'running' || log.ledger.exit !== null;
    const isOver = isEndKnown && run.status === 'complete' && (await run.refreshState(options)) !== 'running';
    return memberOf(run, log, isOver);
  });
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

/**
 * The step before which all that members say is final: the newest of the running member that is furthest behind. Infinite where
 * all are over; -infinite where one that runs has logged nothing.
 */
export function finalBefore(members: readonly Member[]): number {
  return members.reduce(
    (before, { isOver, lastStep }) =>
      isOver ? before : Math.min(before, lastStep ?? Number.NEGATIVE_INFINITY),
    Number.POSITIVE_INFINITY,
  );
}

/**
 * What of members decides whether their rows up to a step are those that were there before: a member that has passed it can only
 * go back to it, one that has not may go on to it.
 */
export function marksAt(members: readonly Member[], step: number): readonly unknown[] {
  return members.map(({ log, lastStep, restarts }) => [
    log.generation,
    restarts,
    lastStep !== null && lastStep >= step ? 'passed' : lastStep,
  ]);
}

function memberOf(run: Run, log: RunLog, isOver: boolean): Member {
  const { ledger } = log;
  const { rowCount, progress } = ledger;
  return {
    ...{ run, log, rowCount, isOver },
    lastStep: ledger.lastSteps().get(undefined) ?? null,
    restarts: progress.restarts,
  };
}
