/** The data provider over cached history: reads what is asked for, and nothing else. @module */

import type { Clock } from '../core/index.ts';
import type { EventFiles } from '../eventfile/index.ts';
import type { History } from '../history/index.ts';
import type { Caller, Namespace } from '../namespace/index.ts';
import type { Logger, Metrics } from '../observability/index.ts';
import { type CurrentSummary, pluginNamed } from '../plugins/index.ts';
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
  type TextPoint,
} from './data-provider.ts';
import type { OpenRun } from './open-run.ts';
import { OpenedRuns } from './opened-runs.ts';
import { RunDemand } from './run-demand.ts';
import { RunPreviews } from './run-previews.ts';
import { RunRoster } from './run-roster.ts';
import { ScalarReader } from './scalar-reader.ts';
import { ScratchPool } from './scratch.ts';
import { SeriesReader } from './series-reader.ts';
import { SessionReader } from './session-reader.ts';
import { TextReader } from './text-reader.ts';

/** While TensorBoard waits for the list of plugins its page is blank. */
const PLUGINS_WAIT_MS = 500;

/** What is shown and whole series take one share each; the rest is for event files, where those are served as well. */
const MEMORY_SHARES = 4;

export interface DataProviderOptions {
  readonly history: History;
  readonly namespace: Namespace;
  /** Whose runs are shown. */
  readonly caller: Caller;
  readonly events: EventFiles;
  /** Paths of the projects to show; null: all. */
  readonly projects: readonly string[] | null;
  /** Settled once the sources have been listed for the first time. */
  readonly started: Promise<void>;
  /** Of which half at most is used for series. */
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

const EVERYTHING: Selection = { runs: null, tags: null };

class HistoryDataProvider implements DataProvider {
  readonly #history: History;
  readonly #logger: Logger;
  readonly #roster: RunRoster;
  readonly #runs: OpenedRuns;
  readonly #scalars: ScalarReader;
  readonly #texts: TextReader;
  readonly #sessions: SessionReader;
  readonly #demand: RunDemand;

  constructor(options: DataProviderOptions) {
    const { history, metrics, memoryMaxBytes, maxResponsePoints } = options;
    this.#history = history;
    this.#logger = options.logger.child({ room: 'dataprovider' });
    this.#roster = new RunRoster(options);
    this.#demand = new RunDemand();
    const previews = new RunPreviews(this.#logger, options.clock);
    const parts = { roster: this.#roster, previews, demand: this.#demand, onTrouble: this.#onTrouble };
    this.#runs = new OpenedRuns({ ...options, ...parts });
    const share = memoryMaxBytes / MEMORY_SHARES;
    const scratch = new ScratchPool();
    const reader = new SeriesReader({ scratch, maxBytes: share, metrics });
    const bounds = { shownMaxBytes: share, maxResponsePoints };
    this.#scalars = new ScalarReader({ scratch, reader, previews, ...bounds });
    this.#texts = new TextReader();
    this.#sessions = new SessionReader();
  }

  experiment(): Experiment {
    const runs = this.#roster.known();
    const sources = this.#history.catalogue.sources.map(({ name }) => name).join(', ');
    const trouble = this.#roster.trouble();
    const count = `${runs.length.toLocaleString('en')} run${runs.length === 1 ? '' : 's'}`;
    const starts = runs.flatMap(({ run }) => run.listing.startTime ?? []);
    return {
      location: `${sources} (${trouble === null ? count : `${count}; ${trouble.message}`})`,
      name: sources,
      description: 'Weights & Biases runs, shown by wandb-logdir',
      creationTime: starts.reduce((oldest, start) => Math.min(oldest, start), starts[0] ?? 0),
    };
  }

  async plugins(options: Signal): Promise<readonly PluginName[]> {
    try {
      const found = pluginsOf(await this.#runs.get(EVERYTHING, { ...options, maxWaitMs: PLUGINS_WAIT_MS }));
      return found.length > 0 ? found : pluginsOf(await this.#runs.get(EVERYTHING, options));
    } catch (error) {
      options.signal.throwIfAborted();
      // TensorBoard shows a blank page when this fails, and none of what went wrong.
      this.#logger.warn({ err: error }, 'no runs to show yet');
      return [];
    }
  }

  async runs(options: Signal): Promise<readonly ListedRun[]> {
    const runs = await this.#roster.look(options);
    return runs.map(({ name, run }) => ({ name, startTime: run.listing.startTime ?? 0 }));
  }

  async listScalars(selection: Selection, options: Signal): Promise<readonly RunEntries<SeriesEnd>[]> {
    return this.#scalars.list(await this.#runs.get(selection, options), selection);
  }

  async readScalars(
    selection: Selection,
    maxPoints: number,
    options: Signal,
  ): Promise<readonly RunEntries<ScalarPoints>[]> {
    const runs = await this.#lookedAt(selection, options);
    return await this.#scalars.read(runs, selection, maxPoints, this.#each(options));
  }

  async listTexts(selection: Selection, options: Signal): Promise<readonly RunEntries<SeriesEnd>[]> {
    const runs = await this.#lookedAt(selection, options);
    return await this.#texts.list(runs, selection, this.#each(options));
  }

  async readTexts(
    selection: Selection,
    maxPoints: number,
    options: Signal,
  ): Promise<readonly RunEntries<readonly TextPoint[]>[]> {
    const runs = await this.#lookedAt(selection, options);
    return await this.#texts.read(runs, selection, maxPoints, this.#each(options));
  }

  async sessions(selection: Selection, options: Signal): Promise<readonly RunEntries<CurrentSummary>[]> {
    const runs = await this.#runs.get(selection, options);
    return await this.#sessions.sessions(runs, selection, options);
  }

  /** Runs somebody looks into: those of a server are read from then on, unless they are many. */
  async #lookedAt(selection: Selection, options: Signal): Promise<readonly OpenRun[]> {
    const runs = await this.#runs.get(selection, options);
    const unread = runs.filter(({ run }) => run.status === 'unread');
    if (unread.length === 0) return runs;
    await this.#demand.look(
      unread.map(({ run }) => run),
      options,
    );
    return await this.#runs.get(selection, options);
  }

  #each(options: Signal) {
    return { ...options, onTrouble: this.#onTrouble };
  }

  readonly #onTrouble = (error: unknown): void => {
    this.#logger.warn({ err: error }, 'a run is left out of what TensorBoard shows');
  };
}

function pluginsOf(runs: readonly OpenRun[]): readonly PluginName[] {
  const has: Record<PluginName, (run: OpenRun) => boolean> = {
    scalars: ({ series, preview }) => series.scalars.size + (preview?.keys.size ?? 0) > 0,
    text: ({ log }) => log.ledger.commits > 0,
    hparams: ({ config }) => pluginNamed('hparams')?.current?.shows(config) ?? false,
  };
  return PLUGINS.filter((plugin) => runs.some(has[plugin]));
}
