/** What the HParams dashboard reads of runs: config, state and times, as they are now. @module */

import type { History, RunLog } from '../history/index.ts';
import { type HParams, hparamsOf, sessionEnd, sessionStart, withOneKindPerKey } from '../model/index.ts';
import type { RunEntries, SessionInfo } from './data-provider.ts';
import type { OpenRun } from './open-run.ts';

/** As TensorBoard's HParams plugin names them (`tensorboard/plugins/hparams/metadata.py`). */
export const SESSION_START_TAG = '_hparams_/session_start_info';
export const SESSION_END_TAG = '_hparams_/session_end_info';

export class SessionReader {
  readonly #history: History;
  readonly #kept = new WeakMap<RunLog, { readonly commits: number; readonly hparams: HParams }>();

  constructor(history: History) {
    this.#history = history;
  }

  /** Hyperparameters of a run; none leave it out of the dashboard. */
  hparams(log: RunLog): HParams {
    const { commits, config } = log.ledger;
    const known = this.#kept.get(log);
    if (known?.commits === commits) return known.hparams;
    const hparams = hparamsOf(config.entries);
    this.#kept.set(log, { commits, hparams });
    return hparams;
  }

  /** Sessions of the runs that have hyperparameters, one kind of value per key over all of them. */
  async sessions(
    runs: readonly OpenRun[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly RunEntries<SessionInfo>[]> {
    const shown = runs.filter(({ hparams }) => hparams.size > 0);
    const even = withOneKindPerKey(shown.map(({ hparams }) => hparams));
    return await Promise.all(
      shown.map(async ({ name, run, log, startTime }, i) => {
        const state = await this.#history.state(run, log, options);
        const start = sessionStart({ hparams: even[i]!, startTimeSecs: startTime });
        const end = sessionEnd({ state, endTimeSecs: state === 'running' ? 0 : endTimeOf(log, startTime) });
        return {
          run: name,
          tags: [
            [SESSION_END_TAG, { kind: 'end', session: end }],
            [SESSION_START_TAG, { kind: 'start', session: start }],
          ],
        } satisfies RunEntries<SessionInfo>;
      }),
    );
  }
}

function endTimeOf({ ledger: { exit, progress } }: RunLog, startTime: number): number {
  return progress.lastTimestamp ?? startTime + (exit?.runtimeSeconds ?? 0);
}
