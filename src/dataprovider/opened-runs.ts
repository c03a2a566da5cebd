/** Runs as they are to be shown now: looked for, a moment old at most, their logs open. @module */

import type { EventFiles, EventView } from '../eventfile/index.ts';
import { type History, REFRESH, type RunLog } from '../history/index.ts';
import type { PathValue } from '../model/index.ts';
import { type TagTable, tagTableOf } from '../plugins/index.ts';
import type { Selection } from './data-provider.ts';
import { type EachOptions, each } from './each.ts';
import type { OpenRun } from './open-run.ts';
import type { RunDemand } from './run-demand.ts';
import type { NamedRun } from './run-names.ts';
import type { RunPreviews } from './run-previews.ts';
import type { RunRoster } from './run-roster.ts';
import { type RunSeries, seriesOf } from './run-series.ts';

/** `maxWaitMs`: default as long as a page may wait. */
export interface BringOptions {
  readonly signal: AbortSignal;
  readonly maxWaitMs?: number;
}

export interface OpenedRunsOptions {
  readonly history: History;
  readonly roster: RunRoster;
  readonly previews: RunPreviews;
  readonly demand: RunDemand;
  readonly events: EventFiles;
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
  readonly view: EventView;
}

export class OpenedRuns {
  readonly #options: OpenedRunsOptions;
  readonly #digests = new WeakMap<RunLog, Digest>();

  constructor(options: OpenedRunsOptions) {
    this.#options = options;
  }

  /** Runs of a selection, in the order of their names' list. @throws LogdirError when none is known because of trouble. */
  async get({ runs: names }: Selection, options: BringOptions): Promise<readonly OpenRun[]> {
    const { roster, previews, demand, onTrouble } = this.#options;
    const all = await roster.look(options);
    const chosen = names === null ? all : all.filter(({ name }) => names.has(name));
    await this.#options.history.refreshAll(
      chosen.map(({ run }) => run),
      REFRESH.card,
      options,
    );
    const logs = await this.#withLogs(chosen, { ...options, onTrouble });
    const unread = logs
      .filter(({ named: { run } }) => run.policy.reading === 'on-demand' && run.log?.ledger.cursor === null)
      .map(({ named: { run } }) => run);
    await previews.bring(unread, options);
    await demand.require(
      unread.filter((run) => previews.of(run) === null),
      options,
    );
    return logs.map(({ named, view }) => this.#open(named, view));
  }

  async #withLogs(runs: readonly NamedRun[], options: EachOptions): Promise<readonly RunWithLog[]> {
    const { events } = this.#options;
    const open = runs.map((named) => ({ named, view: events.currentView(named.run) }));
    // The usual case, and worth a fast way: a thousand runs for every call of a page.
    if (open.every((run): run is RunWithLog => run.view !== undefined)) return open;
    return await each(runs, options, async (named) => ({ named, view: await events.view(named.run) }));
  }

  #open(named: NamedRun, view: EventView): OpenRun {
    const { log } = view;
    const tags = tagTableOf(log.ledger.dictionary);
    const { series, config } = this.#digest(view, tags);
    const startTime = view.fold.startTime ?? named.run.listing.startTime ?? 0;
    const preview = log.ledger.cursor === null ? this.#options.previews.of(named.run) : null;
    return { ...named, log, view, tags, series, preview, config: preview?.config ?? config, startTime };
  }

  #digest(view: EventView, tags: TagTable): Digest {
    const { commits, config } = view.log.ledger;
    const known = this.#digests.get(view.log);
    if (known?.commits === commits) return known;
    const digest = { commits, series: seriesOf(view, tags), config: config.entries };
    this.#digests.set(view.log, digest);
    return digest;
  }
}
