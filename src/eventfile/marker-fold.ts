/** The part of the fold that is about the run itself: when it starts, what its config shows first, how it ends. Pure. @module */

import { crc32 } from 'node:zlib';
import type { DocumentChange, RunFacts, RunKey } from '../core/index.ts';
import type { RunExit, WandbDocument } from '../history/index.ts';
import {
  chartTagsOf,
  configYaml,
  type Excerpts,
  excerptsAtExit,
  type RunExcerpt,
  type RunMarker,
  type SummaryMedia,
  type ToldMedia,
  tagTableOf,
} from '../plugins/index.ts';
import {
  exitWords,
  type HistorySoFar,
  NOTHING_TOLD,
  newWords,
  type ToldAtExit,
  toldAfter,
} from './exit-words.ts';
import type { Marker } from './markers.ts';

/** What the fold carries from one row to the next. Steps are TensorBoard's. */
export interface FoldState {
  /** Unix seconds: the run's own word, or its first row's; names the event file. Null before the first row or exit. */
  startTime: number | null;
  /** Of the newest marker; -1 before the first. */
  markerStep: number;
  /** Of the newest history row; null before the first. */
  lastStep: number | null;
  lastTimestamp: number | null;
  rows: number;
  /** Checksum of the config that was told last, as YAML. */
  configTold: number;
  /** Whether a marker has shown a config that holds a value. */
  configShown: boolean;
  /** By shape id: cells that no plugin shows. */
  hiddenCells: readonly number[];
  /** Whether the run was shown before its first row, and has none yet. */
  isWaiting: boolean;
  toldAtExit: ToldAtExit;
  /** Whether charts of the Custom Scalars dashboard were told. */
  chartsTold: boolean;
  exits: number;
  /** By file: checksum of the text of it that was told last. */
  excerptsTold: Readonly<Record<string, number>>;
}

/** `configYaml` of nothing, said without what makes YAML: that is loaded by the first config. */
export const NO_CONFIG = '{}\n';

export const BEGINNING: FoldState = {
  startTime: null,
  markerStep: -1,
  lastStep: null,
  lastTimestamp: null,
  rows: 0,
  configTold: crc32(NO_CONFIG),
  configShown: false,
  hiddenCells: [],
  isWaiting: false,
  toldAtExit: NOTHING_TOLD,
  chartsTold: false,
  exits: 0,
  excerptsTold: {},
};

/** What is known of a run at a place of its history. */
export interface KnownOfRun {
  facts: RunFacts;
  readonly config: WandbDocument;
  readonly summary: WandbDocument;
}

/** What the fold of rows has for markers, and does with them. */
export interface MarkerContext {
  readonly add: (marker: Marker) => void;
  readonly history: () => HistorySoFar;
  /** @throws MissingContents */
  readonly media: (values: readonly SummaryMedia[]) => readonly ToldMedia[];
  readonly charts: boolean;
}

/** Adds markers where they are due, as rows and changes go by. */
export class MarkerFold {
  readonly #key: RunKey;
  readonly #state: FoldState;
  readonly #context: MarkerContext;

  /** `state`: shared with the fold of rows. */
  constructor(key: RunKey, state: FoldState, context: MarkerContext) {
    this.#key = key;
    this.#state = state;
    this.#context = context;
  }

  /**
   * The run has no row yet, and is shown as what is known of it, once: what comes of it by the first row is told then. So all
   * that this decides of the file is in its first marker, by which the file is named.
   */
  begun(known: KnownOfRun): void {
    if (this.#state.startTime !== null) return;
    this.#state.isWaiting = true;
    this.#begin('waiting', known.facts.startTime ?? 0, known);
  }

  /** Before the first row, sample or exit: fixes the start, and marks what is known of the run. */
  start(timestamp: number, known: KnownOfRun): void {
    const state = this.#state;
    if (state.startTime === null) this.#begin('start', known.facts.startTime ?? timestamp, known);
    else if (state.isWaiting) this.#mark('start', this.#nextMarkerStep(), state.startTime, known);
    state.isWaiting = false;
  }

  /**
   * The config is another. One that held nothing at the start and holds something now is shown at once, and once:
   * TensorBoard takes the first hyperparameters it sees.
   */
  changeConfig(change: DocumentChange, known: KnownOfRun): void {
    const state = this.#state;
    if (state.startTime === null || state.isWaiting || state.configShown) return;
    if (!isOfUser(change) || !holdsValue(known.config)) return;
    this.#mark('config', this.#nextMarkerStep(), state.startTime, known);
  }

  /** The run exited. One that never had a row starts and ends there. `excerpts`: of what files tell at this exit. */
  end(exit: RunExit, known: KnownOfRun, excerpts: Excerpts): void {
    const state = this.#state;
    const startTime = known.facts.startTime ?? 0;
    state.isWaiting = false;
    this.start(startTime, known);
    const wallTime = Math.max(state.lastTimestamp ?? 0, startTime + exit.runtimeSeconds);
    const words = exitWords(known.summary, this.#context.history());
    const { media, ...told } = newWords(words, state.toldAtExit);
    const news = {
      ...told,
      ...(media !== undefined && { media: this.#context.media(media) }),
      ...this.#firstCharts(),
      ...this.#newExcerpts(excerpts),
      exit,
    };
    this.#mark('end', this.#nextMarkerStep(), wallTime, known, news);
    state.toldAtExit = toldAfter(words, state.toldAtExit);
  }

  /** What an exit would tell now; null before the start, and where that would be nothing new. */
  now(known: KnownOfRun): RunMarker | null {
    const { startTime, lastTimestamp, toldAtExit } = this.#state;
    if (startTime === null) return null;
    const { media, ...news } = newWords(exitWords(known.summary, this.#context.history()), toldAtExit);
    if (media === undefined && Object.keys(news).length === 0) return null;
    const wallTime = Math.max(lastTimestamp ?? 0, startTime);
    const told = media?.map((value) => ({ ...value, isInFile: false }));
    const marker = this.#marker('now', this.#nextMarkerStep(), wallTime, known);
    return { ...marker, ...news, ...(told !== undefined && { media: told }) };
  }

  /** TensorBoard takes no second layout of a run. */
  #firstCharts(): Pick<RunMarker, 'chartTags'> {
    const { charts, history } = this.#context;
    if (!charts || this.#state.chartsTold) return {};
    const { dictionary, shapeIds } = history();
    const tags = tagTableOf(dictionary);
    const rows = shapeIds.filter((shapeId) => dictionary.shapes[shapeId]!.kind === 'history');
    const chartTags = chartTagsOf([...new Set(rows.flatMap((shapeId) => tags.tagsOf(shapeId)))]);
    this.#state.chartsTold = chartTags.length > 0;
    return chartTags.length > 0 ? { chartTags } : {};
  }

  #newExcerpts(excerpts: Excerpts): Pick<RunMarker, 'excerpts'> {
    const state = this.#state;
    const news: RunExcerpt[] = [];
    for (const need of excerptsAtExit(++state.exits)) {
      const { file } = need;
      const text = excerpts(need);
      const checksum = crc32(text);
      if (text === '' || state.excerptsTold[file] === checksum) continue;
      news.push({ file, text });
      state.excerptsTold = { ...state.excerptsTold, [file]: checksum };
    }
    return news.length > 0 ? { excerpts: news } : {};
  }

  #nextMarkerStep(): number {
    const { markerStep, lastStep } = this.#state;
    return Math.max(Math.max(markerStep, 0) + 1, lastStep ?? 0);
  }

  #begin(kind: 'waiting' | 'start', startTime: number, known: KnownOfRun): void {
    this.#state.startTime = startTime;
    this.#context.add({ kind: 'begin', wallTime: startTime });
    this.#mark(kind, 0, startTime, known);
  }

  #mark(
    kind: RunMarker['kind'],
    step: number,
    wallTime: number,
    known: KnownOfRun,
    news: Pick<RunMarker, 'exit' | 'summary' | 'media' | 'chartTags' | 'notShown' | 'excerpts'> = {},
  ): void {
    const state = this.#state;
    const marker = this.#marker(kind, step, wallTime, known);
    const checksum = checksumOf(known.config.entries);
    const isTold = checksum === state.configTold;
    state.configShown ||= !isTold && holdsValue(known.config);
    this.#context.add({
      ...marker,
      ...(!isTold && { config: known.config.entries }),
      configShown: state.configShown,
      ...news,
    });
    state.markerStep = step;
    state.configTold = checksum;
  }

  #marker(kind: RunMarker['kind'], step: number, wallTime: number, { facts }: KnownOfRun): RunMarker {
    const { configShown, rows, lastStep } = this.#state;
    const configBefore = configShown;
    return { kind, step, wallTime, run: this.#key, facts, configShown, configBefore, rows, lastStep };
  }
}

function checksumOf(config: WandbDocument['entries']): number {
  return crc32(configYaml(config));
}

/** Whether there is more in a config than W&B's own entries, and than nothing. */
function holdsValue(config: WandbDocument): boolean {
  return config.entries.some(({ path, json }) => path[0] !== '_wandb' && json !== 'null');
}

/** Whether a change touches more than W&B's own entries, which nobody is shown. */
function isOfUser({ update, remove }: DocumentChange): boolean {
  return [...update.map(({ path }) => path), ...remove].some(([first]) => first !== '_wandb');
}
