/**
 * The fold: a run's history, commit by commit, becomes the segments of its event file. Pure.
 *
 * Here stands what TensorBoard needs and history does not know: at which step samples of the machine and the run's own
 * texts stand, which rows take back earlier ones of their tags, and how long all that is. The outcome depends on the
 * rows, on what the run said between them, and on what was decided of its media and files, not on how they were cut into
 * blocks or commits: the same history always becomes the same bytes.
 * @module
 */

import type { RunKey } from '../core/index.ts';
import {
  type Commit,
  type CommitContext,
  type PositionedChange,
  type RowBlock,
  withPreliminary,
} from '../history/index.ts';
import {
  type Contents,
  type ExcerptNeed,
  type Excerpts,
  excerptsAtExit,
  NO_CONTENTS,
  NO_EXCERPTS,
  type RunMarker,
} from '../plugins/index.ts';
import type { CellSamples } from './cell-samples.ts';
import type { HistorySoFar } from './exit-words.ts';
import { BEGINNING, type FoldState, type KnownOfRun, MarkerFold } from './marker-fold.ts';
import { type Marker, markerLength } from './markers.ts';
import { type DueCell, type MeasuredCells, NOTHING_MEASURED } from './measured-cells.ts';
import { type FoldPolicy, RowFold, type RowFoldRecord } from './row-fold.ts';
import type { RunEncoders } from './run-encoders.ts';
import { SegmentList } from './segment-list.ts';
import { type Exclusions, NO_EXCLUSIONS, type StepAxes } from './step-axes.ts';
import { toldMedia } from './told-media.ts';
import type { WrittenTags } from './written-tags.ts';

/** A commit with its rows. */
export interface FoldInput {
  readonly commit: Commit;
  readonly blocks: readonly RowBlock[];
  /** Index in the log of the first of them, and the ordinal of its first row. */
  readonly firstBlock: number;
  readonly firstRow: number;
  /** What was known of the run before. The config may be changed. */
  readonly before: CommitContext;
}

/** What was found of the files that a commit needs. */
export interface FoundOfNeeds {
  /** How long its values are that are made of files. */
  readonly measured: MeasuredCells;
  /** Of what media of the summary are made of. */
  readonly contents: Contents;
  /** Of what the run's files tell at its exits. */
  readonly excerpts: Excerpts;
}

export const NOTHING_FOUND: FoundOfNeeds = {
  measured: NOTHING_MEASURED,
  contents: NO_CONTENTS,
  excerpts: NO_EXCERPTS,
};

/** What was folded, as it is kept. */
export interface FoldRecord extends RowFoldRecord {
  readonly state: FoldState;
  readonly markers: readonly Marker[];
  readonly segments: readonly number[];
}

export class EventFold {
  readonly segments: SegmentList;
  readonly markers: Marker[];
  readonly #encoders: RunEncoders;
  readonly #state: FoldState;
  readonly #marking: MarkerFold;
  readonly #rows: RowFold;
  /** Of the commit that is being folded. */
  #contents: Contents = NO_CONTENTS;

  /** `from`: what was folded before, or tags of which it is known that they do not suit their axis. */
  constructor(
    key: RunKey,
    encoders: RunEncoders,
    policy: FoldPolicy,
    from: FoldRecord | Exclusions = NO_EXCLUSIONS,
  ) {
    const record = 'state' in from ? from : undefined;
    const exclusions = 'state' in from ? NO_EXCLUSIONS : from;
    this.#encoders = encoders;
    this.#state = { ...(record?.state ?? BEGINNING) };
    this.markers = [...(record?.markers ?? [])];
    this.segments = new SegmentList(record?.segments);
    this.#rows = new RowFold(encoders, policy, this.#state, record, exclusions);
    this.#marking = new MarkerFold(key, this.#state, {
      add: (marker) => this.#addMarker(marker),
      history: () => this.#history(),
      media: (values) => toldMedia(values, this.#contents, policy.media),
      charts: policy.charts,
    });
  }

  get startTime(): number | null {
    return this.#state.startTime;
  }

  /** By which step tags stand. */
  get axes(): StepAxes {
    return this.#rows.axes;
  }

  /** Which values of media are in the file. */
  get media(): CellSamples {
    return this.#rows.media;
  }

  /** Tags in the file that only reading values tells. */
  get written(): WrittenTags {
    return this.#rows.written;
  }

  /** Blocks folded so far. */
  get blockCount(): number {
    return this.#rows.samples.blockCount;
  }

  /** Step of the newest sample of a shape; -1 before the first. */
  systemEnd(shapeId: number): number {
    return this.#rows.samples.endOf(shapeId);
  }

  /** The steps of a block as TensorBoard has them, but for tags that stand by a metric. `index`: the block's, in the log. */
  stepsOf(index: number, block: RowBlock): Float64Array {
    return this.#rows.samples.stepsOf(index, block, this.#state.startTime ?? block.timestamps[0] ?? 0);
  }

  record(): FoldRecord {
    return {
      state: this.#state,
      ...this.#rows.record(),
      markers: this.markers,
      segments: this.segments.toJSON(),
    };
  }

  /** What takes back all that is folded from now on. */
  checkpoint(): () => void {
    const state = { ...this.#state };
    const [markers, segments] = [this.markers.length, this.segments.length];
    const rollBackRows = this.#rows.checkpoint();
    return () => {
      rollBackRows();
      Object.assign(this.#state, state);
      this.markers.length = markers;
      this.segments.truncate(segments);
    };
  }

  /** Values in a commit that may be in the file, and are made of files. */
  dueCells({ blocks, firstBlock }: FoldInput): readonly DueCell[] {
    return this.#rows.dueCells(blocks, firstBlock);
  }

  /** What files of the run tell at the exits in a commit. */
  excerptsOf({ commit: { changes = [] } }: FoldInput): readonly ExcerptNeed[] {
    const exits = changes.filter(({ kind }) => kind === 'exit');
    return exits.flatMap((_, i) => excerptsAtExit(this.#state.exits + i + 1));
  }

  /** Folds a commit. `found`: of its needs. @throws UnsuitableAxis, MissingContents */
  add(input: FoldInput, { measured, contents, excerpts }: FoundOfNeeds = NOTHING_FOUND): void {
    const { commit, blocks, firstBlock, firstRow, before } = input;
    this.#contents = contents;
    const known: KnownOfRun = { ...before };
    const changes = [...(commit.changes ?? [])].reverse();
    let ordinal = firstRow;
    for (const [i, block] of blocks.entries()) {
      this.#rows.samples.beginBlock();
      for (let row = 0; row < block.rowCount; ) {
        while ((changes.at(-1)?.at ?? Number.POSITIVE_INFINITY) <= ordinal + row)
          this.#change(changes.pop()!, known, excerpts);
        this.#marking.start(block.timestamps[row]!, known);
        const limit = Math.min(block.rowCount, (changes.at(-1)?.at ?? Number.POSITIVE_INFINITY) - ordinal);
        const folded = { block, index: firstBlock + i, measured };
        this.#rows.add(folded, row, limit, (segment) => this.segments.add(segment));
        row = limit;
      }
      ordinal += block.rowCount;
    }
    while (changes.length > 0) this.#change(changes.pop()!, known, excerpts);
  }

  /** What the next exit would tell that none has told yet; null before the run's start. */
  untold(known: KnownOfRun): RunMarker | null {
    return this.#marking.now(known);
  }

  #change(change: PositionedChange, known: KnownOfRun, excerpts: Excerpts): void {
    switch (change.kind) {
      case 'facts':
        known.facts = { ...known.facts, ...change.facts };
        break;
      case 'config':
        known.config.apply(change.change);
        this.#marking.changeConfig(change.change, known);
        break;
      case 'summary':
        known.summary.apply(change.change);
        break;
      case 'exit':
        this.#marking.end(change.exit, known, excerpts);
        break;
      case 'metric':
        this.#rows.define(change.metric);
        break;
      case 'begun':
        this.#marking.begun(withPreliminary(known, change));
        break;
    }
  }

  #history(): HistorySoFar {
    const { dictionary } = this.#encoders;
    return { dictionary, shapeIds: this.#rows.shapeIds, cellCounts: this.#state.hiddenCells };
  }

  #addMarker(marker: Marker): void {
    this.#addMarkerSegment(this.markers.push(marker) - 1);
  }

  #addMarkerSegment(index: number): void {
    const bytes = markerLength(this.markers[index]!, this.#contents);
    if (bytes > 0) this.segments.add({ kind: 'markers', block: 0, from: index, to: index + 1, bytes });
  }
}
