/** Runs as they are to be shown now: looked for, a moment old at most, their logs open. @module */

import type { Clock } from '../core/index.ts';
import type { Dictionary, History, RunLog } from '../history/index.ts';
import type { PathValue } from '../model/index.ts';
import type { TagTable } from '../plugins/index.ts';
import type { Selection } from './data-provider.ts';
import { type EachOptions, each } from './each.ts';
import type { OpenRun } from './open-run.ts';
import type { RunDemand } from './run-demand.ts';
import { type BringOptions, RunFreshness } from './run-freshness.ts';
import type { NamedRun } from './run-names.ts';
import type { RunPreviews } from './run-previews.ts';
import type { RunRoster } from './run-roster.ts';
import { type RunSeries, seriesOf } from './run-series.ts';

export interface OpenedRunsOptions {
  readonly history: History;
  readonly roster: RunRoster;
  readonly previews: RunPreviews;
  readonly demand: RunDemand;
  /** The tags of a run's series. */
  readonly tags: (dictionary: Dictionary) => TagTable;
  readonly clock: Clock;
  /** Told of a run that is left out because of trouble. */
  readonly onTrouble: (error: unknown) => void;
}

/** What is worked out of a log as of a number of commits. */
interface Digest {
  readonly commits: number;
  readonly series: RunSeries;
  readonly config: readonly PathValue[];
}

interface RunWithLog {
  readonly named: NamedRun;
  readonly log: RunLog;
}

export class OpenedRuns {
  readonly #options: OpenedRunsOptions;
  readonly #freshness: RunFreshness;
  readonly #digests = new WeakMap<RunLog, Digest>();

  constructor(options: OpenedRunsOptions) {
    this.#options = options;
    this.#freshness = new RunFreshness(options.history, options.clock);
  }

  /** Runs of a selection, in the order of their names' list. @throws LogdirError when none is known because of trouble. */
  async get({ runs: names }: Selection, options: BringOptions): Promise<readonly OpenRun[]> {
    const { roster, previews, demand, onTrouble } = this.#options;
    const all = await roster.look(options);
    const chosen = names === null ? all : all.filter(({ name }) => names.has(name));
    await this.#freshness.bring(
      chosen.map(({ run }) => run),
      options,
    );
    const logs = await this.#withLogs(chosen, { ...options, onTrouble });
    const unread = logs
      .filter(
        ({ named: { run }, log }) => run.source.policy.reading === 'on-demand' && log.ledger.cursor === null,
      )
      .map(({ named: { run } }) => run);
    await previews.bring(unread, options);
    await demand.require(
      unread.filter((run) => previews.of(run) === null),
      options,
    );
    return logs.map(({ named, log }) => this.#open(named, log));
  }

  async #withLogs(runs: readonly NamedRun[], options: EachOptions): Promise<readonly RunWithLog[]> {
    const { history } = this.#options;
    const open = runs.map((named) => ({ named, log: history.openLog(named.run.id) }));
    // The usual case, and worth a fast way: a thousand runs for every call of a page.
    if (open.every((run): run is RunWithLog => run.log !== undefined)) return open;
    return await each(runs, options, async (named) => ({ named, log: await history.log(named.run) }));
  }

  #open(named: NamedRun, log: RunLog): OpenRun {
    const tags = this.#options.tags(log.ledger.dictionary);
    const { series, config } = this.#digest(log, tags);
    const startTime = log.ledger.progress.startTime ?? named.run.listing.startTime ?? 0;
    const preview = log.ledger.cursor === null ? this.#options.previews.of(named.run) : null;
    return { ...named, log, tags, series, preview, config: preview?.config ?? config, startTime };
  }

  #digest(log: RunLog, tags: TagTable): Digest {
    const { commits, config } = log.ledger;
    const known = this.#digests.get(log);
    if (known?.commits === commits) return known;
    const digest = { commits, series: seriesOf(log.ledger, tags), config: config.entries };
    this.#digests.set(log, digest);
    return digest;
  }
}
