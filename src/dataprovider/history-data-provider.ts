/** The data provider over cached history: reads what is asked for, and nothing else. @module */

import PQueue from 'p-queue';
import { type Clock, LogdirError } from '../core/index.ts';
import type { Directory } from '../filesystem/index.ts';
import type { Dictionary, History, RunLog } from '../history/index.ts';
import type { TagTable } from '../model/index.ts';
import type { Logger, Metrics } from '../observability/index.ts';
import {
  type DataProvider,
  type Experiment,
  type ListedRun,
  PLUGINS,
  type PluginName,
  type RunEntries,
  type ScalarPoints,
  type Selection,
  type SeriesEnd,
  type SessionInfo,
  type TextPoint,
} from './data-provider.ts';
import { downsample } from './downsample.ts';
import { latestValues } from './latest-values.ts';
import type { OpenRun } from './open-run.ts';
import { pointsAllowed } from './points-allowance.ts';
import { type BringOptions, RunFreshness } from './run-freshness.ts';
import type { NamedRun } from './run-names.ts';
import { RunRoster } from './run-roster.ts';
import { type RunSeries, type ScalarSeries, seriesOf } from './run-series.ts';
import { SeriesReader } from './series-reader.ts';
import { SessionReader } from './session-reader.ts';
import { TextReader } from './text-reader.ts';

/** Runs opened or read at a time. */
const RUNS_AT_A_TIME = 16;
/** While TensorBoard waits for the list of plugins its page is blank. */
const PLUGINS_WAIT_MS = 500;

export interface DataProviderOptions {
  readonly history: History;
  readonly directory: () => Directory;
  /** The tags of a run's series. */
  readonly tags: (dictionary: Dictionary) => TagTable;
  /** Paths of the projects to show; null: all. */
  readonly projects: readonly string[] | null;
  /** Settled once the sources have been listed for the first time. */
  readonly started: Promise<void>;
  /** Bound on series kept in memory. */
  readonly memoryMaxBytes: number;
  /** Bound on the points of one answer; each series has some all the same. */
  readonly maxResponsePoints: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

type Signal = { readonly signal: AbortSignal };

export function createDataProvider(options: DataProviderOptions): DataProvider {
  return new HistoryDataProvider(options);
}

class HistoryDataProvider implements DataProvider {
  readonly #options: DataProviderOptions;
  readonly #roster: RunRoster;
  readonly #freshness: RunFreshness;
  readonly #reader: SeriesReader;
  readonly #texts: TextReader;
  readonly #sessions: SessionReader;
  readonly #series = new WeakMap<RunLog, { readonly commits: number; readonly series: RunSeries }>();

  constructor(options: DataProviderOptions) {
    const { history, metrics, clock } = options;
    this.#options = { ...options, logger: options.logger.child({ room: 'dataprovider' }) };
    this.#roster = new RunRoster(options);
    this.#freshness = new RunFreshness(history, clock);
    this.#reader = new SeriesReader({ history, maxBytes: options.memoryMaxBytes, metrics });
    this.#texts = new TextReader(history);
    this.#sessions = new SessionReader(history);
  }

  experiment(): Experiment {
    const runs = this.#roster.known();
    const sources = this.#options.history.catalogue.sources.map(({ name }) => name).join(', ');
    const trouble = this.#roster.trouble();
    const count = `${runs.length.toLocaleString('en')} run${runs.length === 1 ? '' : 's'}`;
    const starts = runs.map(startTimeOf).filter((time) => time > 0);
    return {
      location: `${sources} (${trouble === null ? count : `${count}; ${trouble.message}`})`,
      name: sources,
      description: 'Weights & Biases runs, shown by wandb-logdir',
      creationTime: starts.length === 0 ? 0 : Math.min(...starts),
    };
  }

  async plugins(options: Signal): Promise<readonly PluginName[]> {
    try {
      const found = pluginsOf(await this.#opened(EVERYTHING, { ...options, maxWaitMs: PLUGINS_WAIT_MS }));
      return found.length > 0 ? found : pluginsOf(await this.#opened(EVERYTHING, options));
    } catch (error) {
      options.signal.throwIfAborted();
      // TensorBoard shows a blank page when this fails, and none of what went wrong.
      this.#options.logger.warn({ err: error }, 'no runs to show yet');
      return [];
    }
  }

  async runs(options: Signal): Promise<readonly ListedRun[]> {
    const runs = await this.#roster.look(options);
    return runs.map((named) => ({ name: named.name, startTime: startTimeOf(named) }));
  }

  async listScalars(selection: Selection, options: Signal): Promise<readonly RunEntries<SeriesEnd>[]> {
    const runs = await this.#opened(selection, options);
    return entriesOf(runs, ({ series }) =>
      [...selected(series.scalars, selection)].map(([tag, { newest }]) => [tag, endOf(newest.end)]),
    );
  }

  async readScalars(
    selection: Selection,
    maxPoints: number,
    options: Signal,
  ): Promise<readonly RunEntries<ScalarPoints>[]> {
    const runs = (await this.#opened(selection, options)).flatMap((run) => {
      const wanted = selected(run.series.scalars, selection);
      return wanted.size === 0 ? [] : [{ run, wanted }];
    });
    const count = runs.reduce((sum, { wanted }) => sum + wanted.size, 0);
    const allowed = pointsAllowed(maxPoints, count, this.#options.maxResponsePoints);
    return await this.#each(runs, options, async ({ run, wanted }) => ({
      run: run.name,
      tags: await this.#scalarsOf(run, wanted, allowed),
    }));
  }

  async listTexts(selection: Selection, options: Signal): Promise<readonly RunEntries<SeriesEnd>[]> {
    const runs = await this.#opened(selection, options);
    const entries = await this.#each(runs, options, async ({ name, log, tags, series }) => {
      const strings = [...series.strings].map(([tag, { newest }]) => [tag, endOf(newest.end)] as const);
      const standing = await this.#texts.standingEnds(log, tags);
      const all = selected(new Map([...standing, ...strings]), selection);
      return { run: name, tags: [...all].map(([tag, end]) => [tag, endOnly(end)] as const) };
    });
    return entries.filter(({ tags }) => tags.length > 0);
  }

  async readTexts(
    selection: Selection,
    maxPoints: number,
    options: Signal,
  ): Promise<readonly RunEntries<readonly TextPoint[]>[]> {
    const runs = await this.#opened(selection, options);
    const entries = await this.#each(runs, options, async ({ name, log, tags, series }) => {
      const standing = await this.#texts.standingEnds(log, tags);
      const texts = await this.#texts.read(log, tags, {
        strings: selected(series.strings, selection),
        standing: [...selected(standing, selection).keys()],
        maxPoints: Math.max(1, maxPoints),
      });
      const shown = [...texts].map(([tag, points]) => [tag, maxPoints === 0 ? [] : points] as const);
      return { run: name, tags: shown };
    });
    return entries.filter(({ tags }) => tags.length > 0);
  }

  async sessions(selection: Selection, options: Signal): Promise<readonly RunEntries<SessionInfo>[]> {
    const runs = await this.#opened({ runs: selection.runs, tags: null }, options);
    const sessions = await this.#sessions.sessions(runs, options);
    return sessions.flatMap(({ run, tags }) => {
      const wanted = tags.filter(([tag]) => selection.tags?.has(tag) ?? true);
      return wanted.length === 0 ? [] : [{ run, tags: wanted }];
    });
  }

  async #scalarsOf(
    { log }: OpenRun,
    wanted: ReadonlyMap<string, ScalarSeries>,
    maxPoints: number,
  ): Promise<(readonly [string, ScalarPoints])[]> {
    if (maxPoints === 1) return [...(await latestValues(this.#options.history, log, wanted))];
    const buffers = await this.#reader.read(log, wanted);
    return [...buffers].map(([tag, buffer]) => [tag, downsample(buffer.points(), maxPoints)]);
  }

  /** Runs of a selection, a moment old at most, with their logs open. */
  async #opened({ runs: names }: Selection, options: BringOptions): Promise<readonly OpenRun[]> {
    const all = await this.#roster.look(options);
    const chosen = names === null ? all : all.filter(({ name }) => names.has(name));
    await this.#freshness.bring(
      chosen.map(({ run }) => run),
      options,
    );
    return await this.#each(chosen, options, (named) => this.#open(named));
  }

  async #open(named: NamedRun): Promise<OpenRun> {
    const log = await this.#options.history.log(named.run);
    const tags = this.#options.tags(log.ledger.dictionary);
    const hparams = this.#sessions.hparams(log);
    const startTime = log.ledger.progress.startTime ?? startTimeOf(named);
    return { ...named, log, tags, series: this.#seriesOf(log, tags), hparams, startTime };
  }

  #seriesOf(log: RunLog, tags: TagTable): RunSeries {
    const { commits } = log.ledger;
    const known = this.#series.get(log);
    if (known?.commits === commits) return known.series;
    const series = seriesOf(log.ledger, tags);
    this.#series.set(log, { commits, series });
    return series;
  }

  /** Runs in their order, several at a time. One that fails is left out and told of; if all do, its failure is thrown. */
  async #each<T, R>(items: readonly T[], { signal }: Signal, work: (item: T) => Promise<R>): Promise<R[]> {
    const queue = new PQueue({ concurrency: RUNS_AT_A_TIME });
    const task = (item: T) => async () => {
      signal.throwIfAborted();
      return await work(item);
    };
    const outcomes = await Promise.allSettled(items.map((item) => queue.add(task(item))));
    signal.throwIfAborted();
    const done = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const failure = outcomes.find((outcome) => outcome.status === 'rejected')?.reason as unknown;
    if (failure === undefined) return done;
    if (done.length === 0 || !(failure instanceof LogdirError)) throw failure;
    this.#options.logger.warn({ err: failure }, 'a run is left out of what TensorBoard shows');
    return done;
  }
}

function pluginsOf(runs: readonly OpenRun[]): readonly PluginName[] {
  const has: Record<PluginName, (run: OpenRun) => boolean> = {
    scalars: ({ series }) => series.scalars.size > 0,
    text: ({ log }) => log.ledger.blockCount > 0,
    hparams: ({ hparams }) => hparams.size > 0,
  };
  return PLUGINS.filter((plugin) => runs.some(has[plugin]));
}

const EVERYTHING: Selection = { runs: null, tags: null };

/** Unix seconds; 0 while unknown. */
function startTimeOf({ run }: NamedRun): number {
  return run.listing.startTime ?? 0;
}

function selected<T>(series: ReadonlyMap<string, T>, { tags }: Selection): ReadonlyMap<string, T> {
  if (tags === null) return series;
  const chosen = new Map<string, T>();
  for (const tag of tags) {
    const found = series.get(tag);
    if (found !== undefined) chosen.set(tag, found);
  }
  return chosen;
}

function entriesOf<T>(
  runs: readonly OpenRun[],
  tagsOf: (run: OpenRun) => readonly (readonly [string, T])[],
): readonly RunEntries<T>[] {
  return runs.map((run) => ({ run: run.name, tags: tagsOf(run) })).filter(({ tags }) => tags.length > 0);
}

function endOf([, , step, wallTime]: readonly [number, number, number, number]): SeriesEnd {
  return { step, wallTime };
}

function endOnly({ step, wallTime }: SeriesEnd): SeriesEnd {
  return { step, wallTime };
}
