/** Event files of all runs: their views are kept up to a bound, grow with their logs, and are saved beside them. @module */

import { LRUCache } from 'lru-cache';
import { encodeComponent, fitComponent, mapSettled, NEVER_ABORTED, runKeyText } from '../core/index.ts';
import type { History, Run, RunLog } from '../history/index.ts';
import type { Media } from '../media/index.ts';
import type { Logger, Metrics } from '../observability/index.ts';
import { DEFAULT_MEDIA, type MediaPolicy } from './cell-samples.ts';
import { EncodedSegments } from './encoded-segments.ts';
import { EventFile } from './event-file.ts';
import {
  EventView,
  type EventViewOptions,
  type FetchOptions,
  MediaPending,
  VIEW_VERSION,
} from './event-view.ts';
import { type Exclusions, NO_EXCLUSIONS, UnsuitableAxis, type XAxis } from './step-axes.ts';

/** Bound on what views keep in memory: some 15,000 ordinary runs. */
const MAX_VIEW_BYTES = 64 * 1024 * 1024;
/** Side files written at a time. */
const SAVES_AT_A_TIME = 16;

export interface EventFilesOptions {
  readonly history: History;
  /** Bound on encoded segments kept in memory. */
  readonly memoryMaxBytes: number;
  /** Default: `VIEW_VERSION`. */
  readonly viewVersion?: number;
  readonly xAxis: XAxis;
  /** Default: `DEFAULT_MEDIA`. */
  readonly media?: MediaPolicy;
  /** See `FoldPolicy.charts`; default: they are. */
  readonly charts?: boolean;
  /** Where files of media come from. */
  readonly files: Media;
  /** Set where no view is made before somebody asks for it. */
  readonly isOnDemand?: true;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** An event file as a listing shows it. */
export interface EventFileFacts {
  /**
   * Made of the start of the run, its id, the generation of its history, the version of the view and the axes of its tags:
   * a file of one name has the same bytes for ever. That of a run that was met before its first row has what it said then in its name.
   */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Equal for equal bytes, whichever process serves them. */
  readonly fingerprint: string;
}

export class EventFiles implements AsyncDisposable {
  readonly #history: History;
  readonly #logger: Logger;
  /** Made for the first file that is opened: views are also looked at for other things. */
  readonly #segments: () => EncodedSegments;
  readonly #viewOptions: EventViewOptions;
  /** By run id. */
  readonly #views = new LRUCache<string, EventView>({
    maxSize: MAX_VIEW_BYTES,
    sizeCalculation: (view) => view.weight,
    dispose: (view, _, reason) => {
      if (reason === 'evict') void this.#save(view, true);
    },
  });
  readonly #listeners: readonly Disposable[];
  /** Work that nobody waits for. */
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: EventFilesOptions) {
    const { history, memoryMaxBytes, viewVersion: version = VIEW_VERSION, xAxis, files } = options;
    const { media = DEFAULT_MEDIA, charts = true } = options;
    this.#history = history;
    this.#logger = options.logger.child({ room: 'eventfile' });
    this.#viewOptions = { version, xAxis, media, charts, files };
    let segments: EncodedSegments | undefined;
    this.#segments = () => {
      segments ??= new EncodedSegments({ maxBytes: memoryMaxBytes, files, metrics: options.metrics });
      return segments;
    };
    const isNew = (log: RunLog) => options.isOnDemand !== true && log.ledger.commits === 1;
    this.#listeners = [
      history.watchCommits((log, prepared, before) => this.#of(log, isNew(log))?.add(prepared, before)),
      history.watchGrowth((run) => void this.#grown(run)),
    ];
  }

  /**
   * The view of a run's event file, folded as far as its log goes, and as far as its files of media can be had (`options`).
   * @throws LogdirError as `Run.readBlocks`
   */
  async view(run: Run, options: FetchOptions): Promise<EventView> {
    const log = await run.open();
    for (;;) {
      const view = this.#of(log, true)!;
      if (options.maxWaitMs > 0 && view.losses.length > 0)
        void this.#viewOptions.files.recover({ run, log }).catch(() => undefined);
      if (view.isStale) this.#supplant(view, view.options.exclusions);
      else if (view.isCurrent || !(await this.#catchUp(view, run, options))) return view;
    }
  }

  /** Whether the view may have gone on, or another has taken its place; not where files of media are missing. */
  async #catchUp(view: EventView, run: Run, options: FetchOptions): Promise<boolean> {
    try {
      await view.catchUp(run, this.#history.store, options);
    } catch (error) {
      if (error instanceof UnsuitableAxis) {
        this.#logger.debug({ run: run.key.runId, ...error }, 'tags do not suit their step metric');
        this.#supplant(view, error.exclusions);
        return true;
      }
      if (!(error instanceof MediaPending)) throw error;
      this.#logger.debug({ err: error, run: run.key.runId }, 'an event file waits for media');
      return false;
    }
    this.#keep(view);
    await this.#save(view, false);
    return true;
  }

  /** What has the old one open reads it to its end. */
  #supplant(view: EventView, exclusions: Exclusions = NO_EXCLUSIONS): void {
    const id = runKeyText(view.log.key);
    if (this.#views.peek(id) !== view) return;
    this.#views.set(id, new EventView(view.log, { ...this.#viewOptions, exclusions }));
  }

  /** The same if it can be had without waiting. */
  currentView(run: Run): EventView | undefined {
    const { log } = run;
    const view = this.#views.get(run.id);
    return view !== undefined && view.log === log && view.isCurrent && !view.isStale ? view : undefined;
  }

  /** The file, frozen at the size it has in a view. */
  open(run: Run, view: EventView): EventFile {
    return new EventFile({ run, view }, this.#segments());
  }

  /** Writes side files that lag behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const listener of this.#listeners) listener[Symbol.dispose]();
    await Promise.all(this.#underWay);
    const options = { limit: SAVES_AT_A_TIME, signal: NEVER_ABORTED };
    await mapSettled([...this.#views.values()], options, (view) => this.#save(view, true));
  }

  /** The view of a log; another generation's gives way to it. */
  #of(log: RunLog, isNew: boolean): EventView | undefined {
    const id = runKeyText(log.key);
    const known = this.#views.get(id);
    if (known?.log === log) return known;
    if (!isNew) return undefined;
    const view = new EventView(log, this.#viewOptions);
    this.#views.set(id, view);
    return view;
  }

  /** Keeps a view at the weight it has now: lru-cache weighs the same value only once. */
  #keep(view: EventView): void {
    const id = runKeyText(view.log.key);
    this.#views.delete(id);
    this.#views.set(id, view);
  }

  async #grown(run: Run): Promise<void> {
    if (this.#views.peek(run.id)?.awaitsExcerpts) await this.#tracked(this.#foldExit(run));
    const view = this.currentView(run);
    if (view === undefined) return;
    this.#keep(view);
    await this.#save(view, run.log?.ledger.exit !== null);
  }

  /** A side file that cannot be written is folded again after a restart. */
  async #save(view: EventView, all: boolean): Promise<void> {
    if (!view.log.isDurable || view.size === 0) return;
    const saving = view.save(this.#history.store, all).catch((error: unknown) => {
      const run = view.log.key.runId;
      this.#logger.debug({ err: error, run }, 'the side file of an event file could not be kept');
    });
    await this.#tracked(saving);
  }

  /** What files tell at an exit is looked at soon after it, as they may change later. */
  async #foldExit(run: Run): Promise<void> {
    await this.view(run, { maxWaitMs: 0 }).catch((error: unknown) => {
      this.#logger.debug({ err: error, run: run.key.runId }, 'an exit is folded when somebody asks');
    });
  }

  /** Disposal waits for it. */
  async #tracked(work: Promise<void>): Promise<void> {
    this.#underWay.add(work);
    await work;
    this.#underWay.delete(work);
  }
}

/** What a listing shows; null until the start of the run is known for certain, as it is part of the file's name. */
export function eventFileFacts({ key, listing }: Run, view: EventView): EventFileFacts | null {
  const startTime = view.fold.startTime ?? (listing.isStartCertain ? listing.startTime : null);
  if (startTime === null) return null;
  const { generation, ledger } = view.log;
  const { size } = view;
  const suffix = `.v${view.version}${view.id}${view.succession}`;
  const content = `${ledger.fingerprint.toString(36)}.${view.markersChecksum.toString(36)}`;
  const fingerprint = `${generation}${suffix}-${size}-${content}`;
  return { name: fileName(startTime, key.runId, suffix), size, fingerprint };
}

/** TensorBoard takes a file for one of events by `tfevents` in its name. */
function fileName(startTime: number, runId: string, suffix: string): string {
  const start = Math.max(0, Math.floor(startTime));
  return fitComponent(`events.out.tfevents.${start}.${encodeComponent(runId)}${suffix}`, `~${suffix}`);
}
