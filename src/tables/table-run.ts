/** A run as it was when its table was opened: what is logged later is not in that table. @module */

import { LogdirError } from '../core/index.ts';
import type { Run, RunLog } from '../history/index.ts';

export interface TableRun {
  readonly run: Run;
  /** The name of its directory. */
  readonly name: string;
  readonly generation: number;
  readonly commits: number;
  readonly blockCount: number;
  /** Whether a step was ever logged that is not above the one before it. */
  readonly wentBack: boolean;
  /** Unix milliseconds of its newest row; 0 without rows. */
  readonly lastChangeMs: number;
  /** Equal for equal rows. */
  readonly fingerprint: string;
}

export function frozenRun(run: Run, name: string, log: RunLog): TableRun {
  const { generation, ledger } = log;
  const { commits, blockCount, fingerprint, progress } = ledger;
  const history = ledger.fingerprintAt(commits) ?? 0;
  return {
    ...{ run, name, generation, commits, blockCount },
    wentBack: progress.restarts > 0,
    lastChangeMs: Math.floor(1000 * (progress.lastTimestamp ?? 0)) || 0,
    fingerprint: `${generation}.${commits}.${fingerprint.toString(36)}.${history.toString(36)}`,
  };
}

/**
 * Its log. A table keeps no log open: a project has thousands.
 * @throws LogdirError `not-found` when the run goes on as its next generation
 */
export async function logOf({ run, generation }: TableRun): Promise<RunLog> {
  const log = await run.open();
  if (log.generation === generation) return log;
  throw new LogdirError(
    'not-found',
    `run ${run.key.runId} no longer has the history that its table was opened on; open the table again`,
  );
}
