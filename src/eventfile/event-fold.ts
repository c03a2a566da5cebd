/**
 * The fold: a run's history, commit by commit, becomes the segments of its event file. Pure.
 *
 * Here stands what TensorBoard needs and history does not know: at which step samples of the machine and the run's own
 * texts stand, which rows take back earlier ones of their tags, and how long all that is. The outcome depends on the
 * rows and on what the run said between them, not on how they were cut into blocks or commits: the same history always
 * becomes the same bytes.
 * @module
 */

import type { RunKey } from '../core/index.ts';
import type { BlockCell, Commit, CommitContext, PositionedChange, RowBlock } from '../history/index.ts';
import { type ContentNeed, type Contents, NO_CONTENTS, type RunMarker } from '../plugins/index.ts';
import { eventLength, type LogEvent } from '../tfevents/index.ts';
import { CellWalk } from './block-cells.ts';
import { CellSamples, type CellSamplesRecord, type MediaPolicy } from './cell-samples.ts';
import type { HistorySoFar } from './exit-words.ts';
import { BEGINNING, type FoldState, type KnownOfRun, MarkerFold } from './marker-fold.ts';
import { type Marker, markerLength } from './markers.ts';
import type { RunEncoders } from './run-encoders.ts';
import { SampleSteps, type SampleStepsRecord } from './sample-steps.ts';
import { SegmentList } from './segment-list.ts';
import {
  type Exclusions,
  NO_EXCLUSIONS,
  StepAxes,
  type StepAxesRecord,
  stepOfGroup,
  type XAxis,
} from './step-axes.ts';
import { supersedingLength } from './superseding.ts';
import { TagEnds, type TagEndsRecord } from './tag-ends.ts';

/** A segment is encoded whole and kept whole; one row may be longer. */
const SEGMENT_BYTES = 256 * 1024;

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

/** A block that is being folded. */
interface FoldedBlock {
  readonly block: RowBlock;
  /** In the log. */
  readonly index: number;
  readonly contents: Contents;
}

interface FoldedRow {
  readonly row: number;
  /** Where its values begin in those of the block. */
  readonly valuesAt: number;
  readonly supersedes: boolean;
}

interface FoldedCell extends Omit<FoldedBlock, 'block'> {
  readonly step: number;
  readonly timestamp: number;
}

/** What was folded, as it is kept. */
export interface FoldRecord {
  readonly state: FoldState;
  readonly tagEnds: TagEndsRecord;
  readonly axes: StepAxesRecord;
  readonly markers: readonly Marker[];
  readonly samples: SampleStepsRecord;
  readonly media: CellSamplesRecord;
  readonly segments: readonly number[];
}

/** How history is folded. Other ways make other files. */
export interface FoldPolicy {
  readonly xAxis: XAxis;
  readonly media: MediaPolicy;
}

export class EventFold {
  readonly segments: SegmentList;
  /** Which values of media are in the file. */
  readonly media: CellSamples;
  readonly markers: Marker[];
  readonly #encoders: RunEncoders;
  readonly #state: FoldState;
  readonly #marking: MarkerFold;
  readonly #samples: SampleSteps;
  readonly #xAxis: XAxis;
  #axes: StepAxes;
  #tagEnds: TagEnds;

  /** `from`: what was folded before, or tags of which it is known that they do not suit their axis. */
  constructor(
    key: RunKey,
    encoders: RunEncoders,
    { xAxis, media }: FoldPolicy,
    from: FoldRecord | Exclusions = NO_EXCLUSIONS,
  ) {
    const record = 'state' in from ? from : undefined;
    const axes = 'state' in from ? from.axes : from;
    this.#encoders = encoders;
    this.#xAxis = xAxis;
    this.#axes = new StepAxes(xAxis, encoders, axes);
    this.#state = { ...(record?.state ?? BEGINNING) };
    this.markers = [...(record?.markers ?? [])];
    this.#samples = new SampleSteps(encoders.writerOf, record?.samples);
    this.media = new CellSamples(media, record?.media);
    this.segments = new SegmentList(record?.segments);
    this.#tagEnds = new TagEnds(this.#axes.tagsByStep, record?.tagEnds);
    const history = () => this.#history();
    this.#marking = new MarkerFold(key, this.#state, { add: (marker) => this.#addMarker(marker), history });
  }

  get startTime(): number | null {
    return this.#state.startTime;
  }

  /** By which step tags stand. */
  get axes(): StepAxes {
    return this.#axes;
  }

  /** Blocks folded so far. */
  get blockCount(): number {
    return this.#samples.blockCount;
  }

  /** Step of the newest sample of a shape; -1 before the first. */
  systemEnd(shapeId: number): number {
    return this.#samples.endOf(shapeId);
  }

  /** The steps of a block as TensorBoard has them, but for tags that stand by a metric. `index`: the block's, in the log. */
  stepsOf(index: number, block: RowBlock): Float64Array {
    return this.#samples.stepsOf(index, block, this.#state.startTime ?? block.timestamps[0] ?? 0);
  }

  record(): FoldRecord {
    return {
      state: this.#state,
      tagEnds: this.#tagEnds.record(),
      axes: this.#axes.record(),
      markers: this.markers,
      samples: this.#samples.record(),
      media: this.media.record(),
      segments: this.segments.toJSON(),
    };
  }

  /** What takes back all that is folded from now on. */
  checkpoint(): () => void {
    const state = { ...this.#state };
    const [tagEnds, axes] = [this.#tagEnds.record(), this.#axes.record()];
    const [markers, segments] = [this.markers.length, this.segments.length];
    const rollBackSamples = this.#samples.checkpoint();
    const rollBackMedia = this.media.checkpoint(this.blockCount);
    return () => {
      rollBackSamples();
      rollBackMedia();
      Object.assign(this.#state, state);
      this.#axes = new StepAxes(this.#xAxis, this.#encoders, axes);
      this.#tagEnds = new TagEnds(this.#axes.tagsByStep, tagEnds);
      this.markers.length = markers;
      this.segments.truncate(segments);
    };
  }

  /** What of which files the values of media in some blocks are made of, as far as they may be in the file. */
  needsOf({ blocks }: FoldInput): readonly ContentNeed[] {
    const seen = new Map<number, number>();
    const needs: ContentNeed[] = [];
    for (const { cells } of blocks) {
      for (const cell of cells) {
        if (!this.#encoders.isSampled(cell.shapeId)) continue;
        const ordinal = seen.get(cell.shapeId) ?? this.media.seen(cell.shapeId);
        seen.set(cell.shapeId, ordinal + 1);
        if (this.media.isDue(ordinal)) needs.push(...this.#encoders.needsOf(cell));
      }
    }
    return needs;
  }

  /** Folds a commit. `contents`: what was found of its needs. @throws UnsuitableAxis */
  add({ commit, blocks, firstBlock, firstRow, before }: FoldInput, contents: Contents = NO_CONTENTS): void {
    const known: KnownOfRun = { ...before };
    const changes = [...(commit.changes ?? [])].reverse();
    let ordinal = firstRow;
    for (const [i, block] of blocks.entries()) {
      this.#samples.beginBlock();
      for (let row = 0; row < block.rowCount; ) {
        while ((changes.at(-1)?.at ?? Number.POSITIVE_INFINITY) <= ordinal + row)
          this.#change(changes.pop()!, known);
        this.#marking.start(block.timestamps[row]!, known);
        const limit = Math.min(block.rowCount, (changes.at(-1)?.at ?? Number.POSITIVE_INFINITY) - ordinal);
        this.#addRows({ block, index: firstBlock + i, contents }, row, limit);
        row = limit;
      }
      ordinal += block.rowCount;
    }
    while (changes.length > 0) this.#change(changes.pop()!, known);
  }

  /** What the next exit would tell that none has told yet; null before the run's start. */
  untold(known: KnownOfRun): RunMarker | null {
    return this.#marking.now(known);
  }

  /** Adds rows `[from, limit)` of a block. @throws UnsuitableAxis as `StepAxes.log` */
  #addRows(folding: FoldedBlock, from: number, limit: number): void {
    const { block, index } = folding;
    const state = this.#state;
    const { steps, shapeIds } = block;
    const cells = new CellWalk(block, from);
    let valuesAt = this.#encoders.valuesBefore(block, from);
    let start = from;
    let bytes = 0;
    const hidden: number[] = [];
    for (let row = from; row < limit; row++) {
      const shapeId = shapeIds[row]!;
      const rowCells = cells.of(row);
      let supersedes = false;
      let length: number;
      if (Number.isNaN(steps[row]!)) length = this.#addSample(block, row);
      else {
        supersedes = this.#addHistoryRow(block, row, rowCells, valuesAt);
        length = this.#rowLength(folding, { row, valuesAt, supersedes }, rowCells, cells.first);
      }
      for (const cell of rowCells) if (this.#encoders.isHidden(cell.shapeId)) hidden.push(cell.shapeId);
      state.lastTimestamp = block.timestamps[row]!;
      valuesAt += this.#encoders.row(shapeId).tags.length;
      if (bytes > 0 && (supersedes || bytes + length > SEGMENT_BYTES)) {
        this.#addSegment('rows', index, start, row, bytes);
        [start, bytes] = [row, 0];
      }
      bytes += length;
      if (!supersedes) continue;
      this.#addSegment('superseding', index, row, row + 1, bytes);
      [start, bytes] = [row + 1, 0];
    }
    this.#addSegment('rows', index, start, limit, bytes);
    if (hidden.length > 0) state.hiddenCells = withCounted(state.hiddenCells, hidden);
  }

  /** Bytes of the event of a sample of the machine. */
  #addSample({ shapeIds, timestamps }: RowBlock, row: number): number {
    const shapeId = shapeIds[row]!;
    const timestamp = timestamps[row]!;
    const step = this.#samples.add(shapeId, timestamp - (this.#state.startTime ?? timestamp));
    return this.#encoders.rowLength(shapeId, step, timestamp);
  }

  /** Says whether a row of history logs one of its tags at a step that the tag has already. */
  #addHistoryRow(block: RowBlock, row: number, cells: readonly BlockCell[], valuesAt: number): boolean {
    const state = this.#state;
    const step = block.steps[row]!;
    const shapeId = block.shapeIds[row]!;
    const groups = this.#axes.groupsOf(shapeId);
    if (groups !== null) this.#axes.log(shapeId, groups, block.values, valuesAt);
    if (state.lastStep !== null && step <= state.lastStep) this.#tagEnds.goBack(state.rows);
    let supersedes = this.#tagEnds.log(shapeId, step, state.rows);
    for (const cell of cells) if (this.#tagEnds.log(cell.shapeId, step, state.rows)) supersedes = true;
    state.lastStep = step;
    state.rows++;
    return supersedes;
  }

  /** Bytes of the events of a row of history. */
  #rowLength(
    { block: { steps, shapeIds, timestamps, values }, index, contents }: FoldedBlock,
    { row, valuesAt, supersedes }: FoldedRow,
    cells: readonly BlockCell[],
    firstCell: number,
  ): number {
    const encoders = this.#encoders;
    const step = steps[row]!;
    const shapeId = shapeIds[row]!;
    const timestamp = timestamps[row]!;
    const groups = this.#axes.groupsOf(shapeId);
    let bytes = groups === null ? encoders.rowLength(shapeId, step, timestamp) : 0;
    // Nearly all rows: no allocation.
    if (groups === null && cells.length === 0 && !supersedes) return bytes;
    const eventSteps = bytes > 0 ? [step] : [];
    for (const group of groups ?? []) {
      const at = stepOfGroup(group, step, values, valuesAt);
      bytes += group.encoder.recordLength(at, timestamp);
      eventSteps.push(at);
    }
    for (const [i, cell] of cells.entries()) {
      const events = this.#cellEvents(cell, firstCell + i, { step, timestamp, index, contents });
      for (const event of events) {
        bytes += eventLength(event);
        eventSteps.push(step);
      }
    }
    return supersedes ? bytes + supersedingLength(timestamp, eventSteps) : bytes;
  }

  /** The events of a cell, with those of its sampled series if the file has them. */
  #cellEvents(
    cell: BlockCell,
    at: number,
    { step, timestamp, index, contents }: FoldedCell,
  ): readonly LogEvent[] {
    const plain = () => this.#encoders.cellEvents(cell, step, timestamp, null);
    if (!this.#encoders.isSampled(cell.shapeId)) return plain();
    let events: readonly LogEvent[] = [];
    const isShown = this.media.add(cell.shapeId, index, at, () => {
      events = this.#encoders.cellEvents(cell, step, timestamp, contents);
      return lengthOf(events) - lengthOf(plain());
    });
    return isShown ? events : plain();
  }

  #addSegment(kind: 'rows' | 'superseding', block: number, from: number, to: number, bytes: number): void {
    if (bytes > 0) this.segments.add({ kind, block, from, to, bytes });
  }

  #change(change: PositionedChange, known: KnownOfRun): void {
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
      case 'begun':
        this.#marking.begun(known);
        break;
      case 'exit':
        this.#marking.end(change.exit, known);
        break;
      case 'metric':
        this.#axes.define(change.metric);
        break;
    }
  }

  #history(): HistorySoFar {
    const { dictionary } = this.#encoders;
    return { dictionary, shapeIds: this.#tagEnds.shapeIds, cellCounts: this.#state.hiddenCells };
  }

  #addMarker(marker: Marker): void {
    this.#addMarkerSegment(this.markers.push(marker) - 1);
  }

  #addMarkerSegment(index: number): void {
    const bytes = markerLength(this.markers[index]!);
    if (bytes > 0) this.segments.add({ kind: 'markers', block: 0, from: index, to: index + 1, bytes });
  }
}

function lengthOf(events: readonly LogEvent[]): number {
  return events.reduce((sum, event) => sum + eventLength(event), 0);
}

/** Counts of shapes with some more of them. */
function withCounted(counts: readonly number[], shapeIds: readonly number[]): readonly number[] {
  const counted = [...counts];
  for (const shapeId of shapeIds) {
    while (counted.length <= shapeId) counted.push(0);
    counted[shapeId]!++;
  }
  return counted;
}
