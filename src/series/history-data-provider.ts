/** The data provider over cached history: reads what is asked for, and nothing else. @module */

import { type Adjustable, type Clock, pluralText, within } from '../core/index.ts';
import type { SeriesViews } from '../eventfile/index.ts';
import type { History } from '../history/index.ts';
import type { Media } from '../media/index.ts';
import type { Caller, Namespace, QueryTerm } from '../namespace/index.ts';
import type { Logger, Metrics } from '../observability/index.ts';
import { PLUGINS, type Plugin } from '../plugins/index.ts';
import type {
  DataProvider,
  Experiment,
  ListedRun,
  RunEntries,
  Selection,
  SeriesListing,
  SeriesPoints,
} from './data-provider.ts';
import { type MapRunsOptions, type ResolvedRun, ResolvedRuns } from './runs/resolved-runs.ts';
import { type ChooseRuns, RunList } from './runs/run-list.ts';
import { RunPreviews } from './runs/run-previews.ts';
import { ScalarReader } from './scalars/scalar-reader.ts';
import { BlobKeys, noBlob } from './values/blob-keys.ts';
import { contentOf } from './values/current-summaries.ts';
import { hasSummaryMedia } from './values/logged-summaries.ts';
import { type ValuePoint, ValueReader } from './values/value-reader.ts';

/** While TensorBoard waits for the list of plugins its page is blank. */
const PLUGINS_WAIT_MS = 500;

/** Answers and whole series take one share each; the rest is for event files, where those are served as well. */
const MEMORY_SHARES = 4;

export interface DataProviderOptions {
  readonly history: History;
  readonly namespace: Namespace;
  /** Whose runs are shown. */
  readonly caller: Caller;
  readonly events: SeriesViews;
  /** Where files of media come from. */
  readonly files: Media;
  /** Paths of the projects to show; null: all. */
  readonly projects: readonly string[] | null;
  /** Which of their runs; none: all. Default: none. */
  readonly query?: readonly QueryTerm[];
  /** What is shown of a project in place of its runs, by name; see `RunListOptions.choose`. */
  readonly choose?: ChooseRuns;
  /** Settled once the sources have been listed for the first time. */
  readonly started: Promise<void>;
  /** Of which half at most is used for series. */
  readonly memoryMaxBytes: number;
  /** Names of plugins that show nothing. Default: none. */
  readonly hiddenPlugins?: ReadonlySet<string>;
  /** Bound on the points of one answer; each series has some all the same. */
  readonly maxResponsePoints: Adjustable;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

type Signal = { readonly signal: AbortSignal };

export function createDataProvider(options: DataProviderOptions): DataProvider {
  return new HistoryDataProvider(options);
}

const EVERYTHING: Selection = { runs: null, tags: null };

class HistoryDataProvider implements DataProvider {
  readonly #history: History;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #list: RunList;
  readonly #runs: ResolvedRuns;
  readonly #scalars: ScalarReader;
  readonly #values: ValueReader;
  readonly #files: Media;
  readonly #blobs = new BlobKeys();
  readonly #hidden: ReadonlySet<string>;

  constructor(options: DataProviderOptions) {
    this.#history = options.history;
    this.#clock = options.clock;
    this.#logger = options.logger.child({ room: 'series' });
    this.#list = new RunList(options);
    this.#files = options.files;
    this.#hidden = options.hiddenPlugins ?? new Set();
    this.#values = new ValueReader(options.files);
    const previews = new RunPreviews(this.#logger, options.clock);
    this.#runs = new ResolvedRuns({ ...options, list: this.#list, previews, onFailure: this.#onFailure });
    const maxBytes = Math.ceil(options.memoryMaxBytes / MEMORY_SHARES);
    this.#scalars = new ScalarReader({ ...options, previews, maxBytes });
  }

  experiment(): Experiment {
    const runs = this.#list.known();
    const sources = this.#history.catalogue.sources.map(({ name }) => name).join(', ');
    const failure = this.#list.failure();
    const count = pluralText(runs.length, 'run');
    const starts = runs.flatMap(({ run }) => run.listing.startTime ?? []);
    return {
      location: `${sources} (${failure === null ? count : `${count}; ${failure.message}`})`,
      name: sources,
      description: 'Weights & Biases runs, shown by wandb-logdir',
      creationTime: starts.reduce((oldest, start) => Math.min(oldest, start), starts[0] ?? 0),
    };
  }

  async plugins(options: Signal): Promise<readonly Plugin[]> {
    try {
      const soon = { ...options, maxWaitMs: PLUGINS_WAIT_MS };
      const found = await this.#pluginsOf(await this.#runs.resolve(EVERYTHING, soon));
      return found.length > 0 ? found : await this.#pluginsOf(await this.#runs.resolve(EVERYTHING, options));
    } catch (error) {
      options.signal.throwIfAborted();
      // TensorBoard shows a blank page when this fails, and none of what went wrong.
      this.#logger.warn({ err: error }, 'no runs to show yet');
      return [];
    }
  }

  async runs(options: Signal): Promise<readonly ListedRun[]> {
    const runs = await this.#list.refreshed(options);
    return runs.map(({ name, run }) => ({ name, startTime: run.listing.startTime ?? 0 }));
  }

  async list(
    plugin: Plugin,
    selection: Selection,
    options: Signal,
  ): Promise<readonly RunEntries<SeriesListing>[]> {
    if (this.#isHidden(plugin)) return [];
    if (plugin.dataClass === 'scalar') {
      return this.#scalars.list(plugin, await this.#runs.resolve(selection, options), selection);
    }
    const runs = await this.#resolveValues(plugin, selection, options);
    return await this.#values.list(plugin, runs, selection, this.#mapping(options));
  }

  async read(
    plugin: Plugin,
    selection: Selection,
    maxPoints: number,
    options: Signal,
  ): Promise<SeriesPoints> {
    const { dataClass } = plugin;
    const mapping = this.#mapping(options);
    if (dataClass === 'scalar') {
      const runs = await this.#runs.resolveToRead(selection, options);
      return { dataClass, entries: await this.#scalars.read(runs, selection, maxPoints, mapping) };
    }
    const runs = this.#isHidden(plugin) ? [] : await this.#resolveValues(plugin, selection, options);
    const entries = await this.#values.read(plugin, runs, selection, maxPoints, mapping);
    if (dataClass === 'tensor') return { dataClass, entries: mapPoints(entries, tensorPoint) };
    const ids = new Map(runs.map(({ name, run }) => [name, run.id]));
    return {
      dataClass,
      entries: mapPoints(entries, (point, run) => this.#blobSequencePoint(point, ids.get(run) ?? '')),
    };
  }

  async *readBlob(key: string, { signal }: Signal): AsyncGenerator<Uint8Array> {
    const place = this.#blobs.placeOf(key);
    if ('bytes' in place) return yield place.bytes;
    // Only files of runs that are shown: anybody can make up a key.
    const named = this.#list.known().find(({ run }) => run.id === place.runId);
    if (named === undefined) throw noBlob();
    const { run } = named;
    const bytes = await this.#files.lookAtBlob({ run, log: await run.open() }, place.blob);
    signal.throwIfAborted();
    yield bytes;
  }

  #blobSequencePoint({ step, wallTime, content: { tensor } }: ValuePoint, runId: string) {
    const blobs = 'strings' in tensor ? tensor.strings : [];
    return { step, wallTime, blobKeys: blobs.map((blob) => this.#blobs.of(runId, blob)) };
  }

  /** Those that have something to show of a run. Values that must be read to know are read until one is found. */
  async #pluginsOf(runs: readonly ResolvedRun[]): Promise<readonly Plugin[]> {
    const untilMs = this.#clock.monotonic() + PLUGINS_WAIT_MS;
    const found: Plugin[] = [];
    for (const plugin of PLUGINS) {
      if (this.#isHidden(plugin)) continue;
      if (runs.some((run) => hasData(plugin, run)) || (await this.#hasCells(plugin, runs, untilMs)))
        found.push(plugin);
    }
    return found;
  }

  async #hasCells(plugin: Plugin, runs: readonly ResolvedRun[], untilMs: number): Promise<boolean> {
    let has = false;
    const search = async () => {
      for (const run of runs) {
        if (has || this.#clock.monotonic() > untilMs) return;
        if (!run.series.cells.has(plugin)) continue;
        if (await this.#values.hasCells(plugin, run).catch(() => false)) has = true;
      }
    };
    await within(Math.max(0, untilMs - this.#clock.monotonic()), search(), undefined, this.#clock);
    return has;
  }

  /** What is shown of runs as they are now needs nothing of their history. */
  #resolveValues(
    { current }: Plugin,
    selection: Selection,
    options: Signal,
  ): Promise<readonly ResolvedRun[]> {
    return current === undefined
      ? this.#runs.resolveToRead(selection, options)
      : this.#runs.resolve(selection, options);
  }

  #isHidden({ name }: Plugin): boolean {
    return this.#hidden.has(name);
  }

  #mapping(options: Signal): MapRunsOptions {
    return { ...options, onFailure: this.#onFailure };
  }

  readonly #onFailure = (error: unknown): void => {
    this.#logger.warn({ err: error }, 'a run is left out of what TensorBoard shows');
  };
}

/** Whether a plugin surely has something to show of a run; of markers, which begin with a run's history, whether there is any. */
function hasData(plugin: Plugin, run: ResolvedRun): boolean {
  const { series, told, preview, log } = run;
  if (plugin.rows !== undefined) return series.scalars.size + told.size + (preview?.keys.size ?? 0) > 0;
  const cells = [...(series.cells.get(plugin)?.values() ?? [])];
  if (cells.some((shown) => shown.series.metadata !== null) || hasSummaryMedia(plugin, run)) return true;
  if (plugin.current !== undefined) return plugin.current.shows(contentOf(run));
  return plugin.markers !== undefined && log.ledger.commits > 0;
}

function mapPoints<From, To>(
  entries: readonly RunEntries<readonly From[]>[],
  convert: (point: From, run: string) => To,
): readonly RunEntries<readonly To[]>[] {
  return entries.map(({ run, tags }) => ({
    run,
    tags: tags.map(([tag, points]) => [tag, points.map((point) => convert(point, run))] as const),
  }));
}

function tensorPoint({ step, wallTime, content }: ValuePoint) {
  return { step, wallTime, tensor: content.tensor };
}
