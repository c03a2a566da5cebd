/** What the HParams dashboard reads of runs: config, state and times, as they are now. @module */

import type { History, RunLog } from '../history/index.ts';
import {
  SESSION_END_TAG,
  SESSION_START_TAG,
  sessionEnd,
  sessionStart,
  withOneKindPerKey,
} from '../model/index.ts';
import type { RunEntries, Selection, SessionInfo } from './data-provider.ts';
import type { OpenRun } from './open-run.ts';
import { selected } from './selected.ts';

export class SessionReader {
  readonly #history: History;

  constructor(history: History) {
    this.#history = history;
  }

  /** Sessions of the runs that have hyperparameters, one kind of value per key over all of them. */
  async sessions(
    runs: readonly OpenRun[],
    selection: Selection,
    options: { readonly signal: AbortSignal },
  ): Promise<readonly RunEntries<SessionInfo>[]> {
    const shown = runs.filter(({ hparams }) => hparams.size > 0);
    const even = withOneKindPerKey(shown.map(({ hparams }) => hparams));
    const entries = await Promise.all(
      shown.map(async ({ name, run, log, startTime }, i) => {
        const state = await this.#history.state(run, log, options);
        const start = sessionStart({ hparams: even[i]!, startTimeSecs: startTime });
        const end = sessionEnd({ state, endTimeSecs: state === 'running' ? 0 : endTimeOf(log, startTime) });
        const infos = new Map<string, SessionInfo>([
          [SESSION_END_TAG, { kind: 'end', session: end }],
          [SESSION_START_TAG, { kind: 'start', session: start }],
        ]);
        return { run: name, tags: [...selected(infos, selection)] };
      }),
    );
    return entries.filter(({ tags }) => tags.length > 0);
  }
}

/** As event files have it: a run may go on for a while after its last row. */
function endTimeOf({ ledger: { exit, progress } }: RunLog, startTime: number): number {
  const { lastTimestamp } = progress;
  if (exit === null) return lastTimestamp ?? startTime;
  return Math.max(lastTimestamp ?? 0, startTime + exit.runtimeSeconds);
}
