/** What plugins show of runs as they are now, whatever stands in their history. @module */

import type { RunLog } from '../../history/index.ts';
import type { CurrentContent, CurrentRun, CurrentSummary, Plugin } from '../../plugins/index.ts';
import type { MapRunsOptions, ResolvedRun } from '../runs/resolved-runs.ts';

/** What a plugin shows of runs as they are now, of all at once; nothing for one that does not. */
export async function currentSummaries(
  { current }: Plugin,
  runs: readonly ResolvedRun[],
  { signal }: MapRunsOptions,
): Promise<ReadonlyMap<ResolvedRun, readonly CurrentSummary[]>> {
  if (current === undefined) return new Map();
  const shown = runs.filter((run) => current.shows(contentOf(run)));
  const summaries = current.summaries(await Promise.all(shown.map((run) => currentRun(run, signal))));
  return new Map(shown.map((run, i) => [run, summaries[i] ?? []]));
}

/** What of a run `CurrentSeries` decides by. */
export function contentOf({ config, series }: ResolvedRun): CurrentContent {
  return { config, tags: series.scalars };
}

async function currentRun(resolved: ResolvedRun, signal: AbortSignal): Promise<CurrentRun> {
  const { run, log, startTime } = resolved;
  const state = await run.refreshState({ signal });
  return { ...contentOf(resolved), state, startTime, endTime: endTimeOf(log, startTime) };
}

/** As event files have it: a run may go on for a while after its last row. */
function endTimeOf({ ledger: { exit, progress } }: RunLog, startTime: number): number {
  const { lastTimestamp } = progress;
  if (exit === null) return lastTimestamp ?? startTime;
  return Math.max(lastTimestamp ?? 0, startTime + exit.runtimeSeconds);
}
