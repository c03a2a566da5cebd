/** The runs of a selection with what is needed to show them: refreshed, their logs open, their series by tag. @module */

import { LogdirError, mapSettled } from '../../core/index.ts';
import type { EventView, SeriesViews } from '../../eventfile/index.ts';
import { type History, REFRESH, type Run, type RunLog, type RunPreview } from '../../history/index.ts';
import { PLUGINS, type TagTable, tagTableOf } from '../../plugins/index.ts';
import type { ScalarPoints } from '../../points/index.ts';
import type { PathValue } from '../../wandb-json/index.ts';
import type { Selection } from '../data-provider.ts';
import { markerScalars } from '../scalars/marker-scalars.ts';
import type { RunList } from './run-list.ts';
import type { NamedRun } from './run-names.ts';
import type { RunPreviews } from './run-previews.ts';
import { type RunSeries, seriesOf } from './run-series.ts';
import { UnreadRuns } from './unread-runs.ts';

/** The plugin whose series are numbers. */
const SCALARS = PLUGINS.find(({ dataClass }) => dataClass === 'scalar');

/** While one waits for its disk, others are worked on. */
const RUNS_AT_A_TIME = 16;

export interface ResolvedRun {
  readonly name: string;
  readonly run: Run;
  readonly log: RunLog;
  /** Of its event file: steps of samples of the machine, and markers. */
  readonly view: EventView;
  readonly tags: TagTable;
  readonly series: RunSeries;
  /** Numbers that its markers tell, by tag. */
  readonly told: ReadonlyMap<string, ScalarPoints>;
  /** What its source sums up, where nobody has read it yet; null otherwise. */
  readonly preview: RunPreview | null;
  readonly config: readonly PathValue[];
  /** Unix seconds; 0 while unknown. */
  readonly startTime: number;
}

export interface ResolvedRunsOptions {
  readonly history: History;
  readonly list: RunList;
  readonly previews: RunPreviews;
  readonly events: SeriesViews;
  /** Called for a run that is left out because of a failure. */
  readonly onFailure: (error: unknown) => void;
}

/** What is worked out of a log as of a number of commits. */
interface Digest {
  readonly commits: number;
  /** See `StepAxes.id`. */
  readonly axes: string;
  readonly series: RunSeries;
  readonly told: ReadonlyMap<string, ScalarPoints>;
  readonly config: readonly PathValue[];
}

interface RunWithView {
  readonly named: NamedRun;
  readonly view: EventView;
}

export interface ResolveOptions {
  readonly signal: AbortSignal;
  /** Default: as long as a page may wait. */
  readonly maxWaitMs?: number;
}

export class ResolvedRuns {
  readonly #options: ResolvedRunsOptions;
  readonly #unread = new UnreadRuns();
  readonly #digests = new WeakMap<RunLog, Digest>();

  constructor(options: ResolvedRunsOptions) {
    this.#options = options;
  }

  /** In the order of their names' list. @throws LogdirError when none is known because of a failure. */
  async resolve({ runs: names }: Selection, options: ResolveOptions): Promise<readonly ResolvedRun[]> {
    const { history, list, previews } = this.#options;
    const all = await list.refreshed(options);
    const chosen = names === null ? all : all.filter(({ name }) => names.has(name));
    await history.refreshAll(
      chosen.map(({ run }) => run),
      REFRESH.card,
      options,
    );
    const runs = await this.#withViews(chosen, options);
    const unread = runs.filter(isUnread).map(({ named: { run } }) => run);
    await previews.refresh(unread, options);
    const unknown = unread.filter((run) => previews.of(run) === null);
    await this.#unread.readFirst(unknown, options);
    return runs.map(({ named, view }) => this.#resolved(named, view));
  }

  /** The same for runs whose points are read: unread ones of a server are read from then on, unless they are many. */
  async resolveToRead(selection: Selection, options: ResolveOptions): Promise<readonly ResolvedRun[]> {
    const runs = await this.resolve(selection, options);
    const unread = runs.map(({ run }) => run).filter(({ status }) => status === 'unread');
    if (unread.length === 0) return runs;
    await this.#unread.read(unread, options);
    return await this.resolve(selection, options);
  }

  async #withViews(runs: readonly NamedRun[], { signal }: ResolveOptions): Promise<readonly RunWithView[]> {
    const { events, onFailure } = this.#options;
    const atHand = runs.map((named) => ({ named, view: events.currentView(named.run) }));
    // The usual case, and worth a fast way: a thousand runs for every call of a page.
    if (atHand.every((run): run is RunWithView => run.view !== undefined)) return atHand;
    return await mapRuns(runs, { signal, onFailure }, async (named) => {
      return { named, view: await events.view(named.run) };
    });
  }

  #resolved(named: NamedRun, view: EventView): ResolvedRun {
    const { log } = view;
    const tags = tagTableOf(log.ledger.dictionary);
    const { series, told, config } = this.#digest(view, tags);
    const startTime = view.fold.startTime ?? named.run.listing.startTime ?? 0;
    const preview = log.ledger.cursor === null ? this.#options.previews.of(named.run) : null;
    return { ...named, log, view, tags, series, told, preview, config: preview?.config ?? config, startTime };
  }

  #digest(view: EventView, tags: TagTable): Digest {
    const { log } = view;
    const { commits, config } = log.ledger;
    const axes = view.fold.axes.id;
    const known = this.#digests.get(log);
    if (known?.commits === commits && known.axes === axes) return known;
    const told = SCALARS === undefined ? new Map() : markerScalars(view, SCALARS);
    const digest = { commits, axes, series: seriesOf(view, tags), told, config: config.entries };
    this.#digests.set(log, digest);
    return digest;
  }
}

/** Whether nothing of it was ever read, and nobody reads it before it is asked for. */
function isUnread({ named: { run }, view }: RunWithView): boolean {
  return run.policy.reading === 'on-demand' && view.log.ledger.cursor === null;
}

export interface MapRunsOptions {
  readonly signal: AbortSignal;
  /** Called for a run that is left out because of a failure. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * The same work for many runs, several at a time, in their order. A run that fails is left out; if all do, the first
 * failure is thrown, and one that is no LogdirError in any case.
 */
export async function mapRuns<T, R>(
  runs: readonly T[],
  { signal, onFailure }: MapRunsOptions,
  work: (run: T) => Promise<R>,
): Promise<R[]> {
  const outcomes = await mapSettled(runs, { limit: RUNS_AT_A_TIME, signal }, work);
  const done = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return done;
  if (done.length === 0 || !(failed.reason instanceof LogdirError)) throw failed.reason;
  onFailure(failed.reason);
  return done;
}
