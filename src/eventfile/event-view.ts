/** The event file of one run as of now: its log folded, kept beside the log in a side file, and folded on as the log grows. @module */

import { crc32 } from 'node:zlib';
import { LogdirError, NEVER_ABORTED, SingleFlight, TurnBudget } from '../core/index.ts';
import {
  type Allocate,
  type Commit,
  type CommitContext,
  contextOf,
  type PreparedCommit,
  type RowBlock,
  type Run,
  RunLedger,
  type RunLog,
  type RunStore,
} from '../history/index.ts';
import type { Media, MediaLedger } from '../media/index.ts';
import {
  type ContentNeed,
  type Contents,
  type ExcerptNeed,
  NO_CONTENTS,
  NO_EXCERPTS,
} from '../plugins/index.ts';
import { mediaId } from './cell-samples.ts';
import { EventFold, type FoldInput, type FoundOfNeeds, NOTHING_FOUND } from './event-fold.ts';
import { hasMedia, type Marker, markerWeight } from './markers.ts';
import { type DueCell, type MeasuredCells, measureCells, NOTHING_MEASURED } from './measured-cells.ts';
import { reusable } from './reusable-memory.ts';
import type { FoldPolicy } from './row-fold.ts';
import { encodersOf, type RunEncoders } from './run-encoders.ts';
import { parseSideFile, type SideFile, sideFileContent, sideFileName } from './side-file.ts';
import { type Exclusions, NO_EXCLUSIONS } from './step-axes.ts';
import { MissingContents } from './told-media.ts';
import { metAsText, successionText } from './view-names.ts';

/**
 * Version of the fold and of everything below it. Raised whenever the same history would become other bytes; event files
 * then have other names, and the history they are made from stays as it is.
 */
export const VIEW_VERSION = 4;

/** Blocks whose rows are read in one go while a log is folded: some 1.6 MiB, and as many as a commit has. */
const BLOCKS_PER_READ = 16;
/** Folded segments that are not yet in the side file are worth writing it once they are this share of it. */
const SAVE_SHARE = 1 / 8;
/** `RunSource.origin` of folders on this machine. */
const LOCAL_ORIGIN = 'local';

/** How long to wait for files of media that nobody has looked at yet: 0 for not at all, and nothing is fetched then. */
export interface FetchOptions {
  readonly maxWaitMs: number;
}

/** Files of media are not there yet. The file of a run ends before the rows that need them, until they are. */
export class MediaPending extends Error {}

export interface EventViewOptions extends FoldPolicy {
  /** See `VIEW_VERSION`. */
  readonly version: number;
  readonly files: Media;
  /** Tags that were found not to suit their axis. */
  readonly exclusions?: Exclusions;
}

/** A run with the view of its event file. */
export interface ViewedRun {
  readonly run: Run;
  readonly view: EventView;
}

export class EventView {
  readonly log: RunLog;
  readonly options: EventViewOptions;
  readonly encoders: RunEncoders;
  #fold: EventFold;
  /** Read when values of media are met. */
  #ledger: MediaLedger | undefined;
  #epoch = 0;
  /** Commits of the log that are folded. */
  #commits = 0;
  /** Bytes of the event file and blocks of the log as of those. */
  #size = 0;
  #blockCount = 0;
  #savedSegments = 0;
  #savedCommits = 0;
  #awaitsExcerpts = false;
  readonly #mediaId: string;
  /** `metAsText` of its markers. */
  #saidFirst: string | undefined;
  /** Of the first so many markers. */
  #markersChecksum = 0;
  #checkedMarkers = 0;
  readonly #catchingUp = new SingleFlight<'fold', void>();

  constructor(log: RunLog, options: EventViewOptions) {
    this.log = log;
    this.options = options;
    this.encoders = encodersOf(log.ledger.dictionary);
    this.#fold = new EventFold(log.key, this.encoders, options, options.exclusions);
    this.#mediaId = mediaId(options.media);
  }

  /** Tells files apart that are made otherwise of the same history; '' for the usual one. Not those that take each other's place. */
  get id(): string {
    const [axes, samples] = [this.#fold.axes.id, this.#mediaId];
    return `${axes && `.x${axes}`}${samples && `.m${samples}`}${this.options.charts ? '' : '.c0'}${this.#metAs}`;
  }

  get #metAs(): string {
    const { markers } = this.#fold;
    // Nothing was said yet.
    if (markers.length === 0) return '';
    this.#saidFirst ??= metAsText(markers);
    return this.#saidFirst;
  }

  /** See `successionText`. */
  get succession(): string {
    return successionText(this.log.generation, this.#epoch);
  }

  /** Whether something it was made of can't be had any more. Another view takes its place then. */
  get isStale(): boolean {
    return this.#ledger !== undefined && this.#ledger.epoch !== this.#epoch;
  }

  /** Why files of media that the file is made of are gone, as far as they were looked at. */
  get losses(): readonly string[] {
    return [...(this.#ledger?.losses.values() ?? [])].map(({ lost }) => lost);
  }

  get version(): number {
    return this.options.version;
  }

  get fold(): EventFold {
    return this.#fold;
  }

  /** Bytes of the event file, as far as the log is folded. */
  get size(): number {
    return this.#size;
  }

  /** Blocks of the log that are folded: the steps of their rows are known. */
  get blockCount(): number {
    return this.#blockCount;
  }

  /** Whether all of the log is folded. */
  get isCurrent(): boolean {
    return this.#commits === this.log.ledger.commits;
  }

  /** Whether it ends before an exit of which files on this machine have something to tell. */
  get awaitsExcerpts(): boolean {
    return this.#awaitsExcerpts && !this.isCurrent;
  }

  /** Roughly the bytes it keeps alive: segments are five numbers. */
  get weight(): number {
    const { segments, markers, blockCount } = this.#fold;
    const ofMarkers = markers.reduce((sum, marker) => sum + markerWeight(marker), 0);
    return 2048 + 40 * segments.length + 8 * blockCount + ofMarkers;
  }

  /** Checksum of what the file says of the run itself: settled markers stay as they are. */
  get markersChecksum(): number {
    const { markers } = this.#fold;
    for (; this.#checkedMarkers < markers.length; this.#checkedMarkers++)
      this.#markersChecksum = crc32(JSON.stringify(markers[this.#checkedMarkers]), this.#markersChecksum);
    return this.#markersChecksum;
  }

  /** Markers of the file, and what the run's next exit would tell that none has told yet. */
  get markersNow(): readonly Marker[] {
    const untold = this.isCurrent ? this.#fold.untold(this.log.ledger) : null;
    return untold === null ? this.#fold.markers : [...this.#fold.markers, untold];
  }

  /** Folds a commit just made, if everything before it is folded. */
  add({ commit, blocks }: PreparedCommit, before: CommitContext): void {
    const { ledger } = this.log;
    if (this.#commits !== ledger.commits - 1 || this.#catchingUp.size > 0) return;
    const firstBlock = this.#fold.blockCount;
    const firstRow = firstBlock < ledger.blockCount ? ledger.block(firstBlock).firstRow : ledger.rowCount;
    const input = { commit, blocks: blocks.map(({ block }) => block), firstBlock, firstRow, before };
    try {
      // What needs files is folded when somebody asks for the file.
      this.#awaitsExcerpts = this.#excerptsOf(input).length > 0;
      if (this.#awaitsExcerpts || this.#fold.dueCells(input).length > 0) return;
      // Nor is it known yet whether what its media are made of is there.
      if (this.#hasMedia && this.#ledger === undefined) return;
      this.#addToFold(input, NOTHING_FOUND);
    } catch {
      // Folded again, and its failure met, when somebody asks for the file.
      return;
    }
    this.#settle(this.#commits + 1);
  }

  /**
   * Folds what is not folded yet: from the side file if there is one, else from the log.
   * @throws LogdirError as `Run.readBlocks`; UnsuitableAxis when a view with its exclusions is needed in place of this one;
   * MediaPending
   */
  async catchUp(run: Run, store: RunStore, options: FetchOptions): Promise<void> {
    while (!this.isCurrent) {
      // Others may not be willing to wait as long.
      await this.#catchingUp.peek('fold')?.catch(() => undefined);
      if (this.isCurrent) return;
      await this.#catchingUp.run('fold', async () => {
        if (this.#commits === 0) await this.#load(store);
        if (!this.isCurrent) await this.#foldLog(run, options);
      });
    }
  }

  /** Writes the side file if much has changed since it was written, or anything where `all`. */
  async save(store: RunStore, all: boolean): Promise<void> {
    const { segments } = this.#fold;
    const due = Math.ceil(this.#savedSegments * SAVE_SHARE);
    const isDue = all || this.#savedCommits === 0 || segments.length - this.#savedSegments > due;
    if (this.#commits === this.#savedCommits || !isDue) return;
    this.#savedSegments = segments.length;
    this.#savedCommits = this.#commits;
    const history = this.log.ledger.fingerprintAt(this.#commits) ?? 0;
    const side: SideFile = { commits: this.#commits, history, epoch: this.#epoch, ...this.#fold.record() };
    await store.writeDocument(this.log.id, sideFileName(this.log, this.options), sideFileContent(side));
  }

  /** A failure leaves the fold as it was before. */
  #addToFold(input: FoldInput, found: FoundOfNeeds): void {
    const rollBack = this.#fold.checkpoint();
    try {
      this.#fold.add(input, found);
    } catch (error) {
      rollBack();
      throw error;
    }
  }

  #settle(commits: number): void {
    this.#commits = commits;
    this.#size = this.#fold.segments.size;
    this.#blockCount = this.#fold.blockCount;
  }

  async #load(store: RunStore): Promise<void> {
    const side = parseSideFile(await store.readDocument(this.log.id, sideFileName(this.log, this.options)));
    // A log that lost its end goes on otherwise: what was folded of it is another history.
    if (side === undefined || this.log.ledger.fingerprintAt(side.commits) !== side.history) return;
    const { exclusions = NO_EXCLUSIONS } = this.options;
    // One that was folded before it was known which tags do not suit their axis has other steps.
    if (side.axes.exclusions.attempts < exclusions.attempts) return;
    const isOfFiles = this.#hasMedia || side.markers.some(hasMedia);
    if (isOfFiles && (await this.#files()).epoch !== side.epoch) return;
    this.#fold = new EventFold(this.log.key, this.encoders, this.options, side);
    this.#settle(side.commits);
    this.#savedCommits = side.commits;
    this.#savedSegments = this.#fold.segments.length;
  }

  async #foldLog(run: Run, options: FetchOptions): Promise<void> {
    const past = new RunLedger();
    const budget = new TurnBudget();
    const memory = reusable();
    for (const [index, commit] of (await run.readCommits(this.log)).entries()) {
      await budget.next();
      const before = contextOf(past, commit);
      const [firstBlock, firstRow] = [past.blockCount, past.rowCount];
      past.apply(commit);
      if (index < this.#commits) continue;
      const input = { commit, firstBlock, firstRow, before };
      await this.#foldCommit(run, input, memory, options);
      this.#settle(index + 1);
    }
  }

  /** Folds one commit whose rows are in the log. */
  async #foldCommit(
    run: Run,
    withoutBlocks: Omit<FoldInput, 'blocks'>,
    memory: Allocate,
    options: FetchOptions,
  ): Promise<void> {
    const { firstBlock, commit } = withoutBlocks;
    const blocks = await this.#readBlocks(run, firstBlock, commit, memory);
    const input = { ...withoutBlocks, blocks };
    if (this.#hasMedia) await this.#files();
    const { files } = this.options;
    const wanted = this.#excerptsOf(input);
    const excerpts = wanted.length === 0 ? NO_EXCERPTS : await files.excerpts({ run, log: this.log }, wanted);
    const due = this.#fold.dueCells(input);
    const measured = due.length === 0 ? NOTHING_MEASURED : await this.#measure(run, due, options);
    let needs: readonly ContentNeed[] = [];
    for (;;) {
      const contents = needs.length === 0 ? NO_CONTENTS : await this.#contentsOf(run, needs, options);
      try {
        this.#addToFold(input, { measured, contents, excerpts });
        return;
      } catch (error) {
        if (!(error instanceof MissingContents)) throw error;
        needs = [...needs, ...error.needs];
      }
    }
  }

  /** @throws MediaPending */
  async #measure(run: Run, due: readonly DueCell[], { maxWaitMs }: FetchOptions): Promise<MeasuredCells> {
    const { encoders, log } = this;
    const { files } = this.options;
    await this.#files();
    return await orPending(measureCells({ run, log }, due, { files, encoders, maxWaitMs }));
  }

  /** What files tell at the exits in a commit: those on this machine. Others would cost a request for each run that is read. */
  #excerptsOf(input: FoldInput): readonly ExcerptNeed[] {
    return this.log.id.origin === LOCAL_ORIGIN ? this.#fold.excerptsOf(input) : [];
  }

  /** @throws MediaPending */
  async #contentsOf(run: Run, needs: readonly ContentNeed[], { maxWaitMs }: FetchOptions): Promise<Contents> {
    await this.#files();
    const options = { maxWaitMs, signal: NEVER_ABORTED };
    return await orPending(this.options.files.decide({ run, log: this.log }, needs, options));
  }

  /** Whether what was decided of files may matter to the event file, even where nothing has to be decided. */
  get #hasMedia(): boolean {
    return this.options.media.mode !== 'none' && this.encoders.hasSampled;
  }

  /** What was decided of the run's media. */
  async #files(): Promise<MediaLedger> {
    if (this.#ledger === undefined) {
      this.#ledger = await this.options.files.ledger(this.log);
      this.#epoch = this.#ledger.epoch;
    }
    return this.#ledger;
  }

  async #readBlocks(
    run: Run,
    first: number,
    { blocks = [] }: Commit,
    memory: Allocate,
  ): Promise<readonly RowBlock[]> {
    if (blocks.length <= BLOCKS_PER_READ) return await run.readBlocks(this.log, first, blocks.length, memory);
    const read: RowBlock[] = [];
    for (let at = 0; at < blocks.length; at += BLOCKS_PER_READ) {
      const count = Math.min(BLOCKS_PER_READ, blocks.length - at);
      read.push(...(await run.readBlocks(this.log, first + at, count)));
    }
    return read;
  }
}

/** @throws MediaPending for trouble that may pass */
async function orPending<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof LogdirError) throw new MediaPending(error.message, { cause: error });
    throw error;
  }
}
