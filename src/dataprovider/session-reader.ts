/** What plugins that show runs as they are now make of them: HParams. @module */

import type { RunLog } from '../history/index.ts';
import { type CurrentSummary, pluginNamed } from '../plugins/index.ts';
import type { RunEntries, Selection } from './data-provider.ts';
import type { OpenRun } from './open-run.ts';
import { selected } from './selected.ts';

export class SessionReader {
  async sessions(
    runs: readonly OpenRun[],
    selection: Selection,
    options: { readonly signal: AbortSignal },
  ): Promise<readonly RunEntries<CurrentSummary>[]> {
    const current = pluginNamed('hparams')?.current;
    if (current === undefined) return [];
    const shown = runs.filter(({ config }) => current.shows(config));
    const states = await Promise.all(shown.map(({ run }) => run.refreshState(options)));
    const summaries = current.summaries(
      shown.map(({ config, log, startTime }, i) => {
        return { config, state: states[i]!, startTime, endTime: endTimeOf(log, startTime) };
      }),
    );
    const entries = shown.map(({ name }, i) => {
      const byTag = new Map(summaries[i]!.map((summary) => [summary.tag, summary]));
      return { run: name, tags: [...selected(byTag, selection)] };
    });
    return entries.filter(({ tags }) => tags.length > 0);
  }
}

/** As event files have it: a run may go on for a while after its last row. */
function endTimeOf({ ledger: { exit, progress } }: RunLog, startTime: number): number {
  const { lastTimestamp } = progress;
  if (exit === null) return lastTimestamp ?? startTime;
  return Math.max(lastTimestamp ?? 0, startTime + exit.runtimeSeconds);
}
