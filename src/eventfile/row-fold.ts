/** The part of the fold that is about rows: how long their events are, and which of them take back earlier ones. Pure. @module */

import type { MetricDefinition } from '../core/index.ts';
import type { BlockCell, RowBlock } from '../history/index.ts';
import { type Contents, NO_CONTENTS } from '../plugins/index.ts';
import { CellWalk } from './block-cells.ts';
import { CellSamples, type CellSamplesRecord, type MediaPolicy } from './cell-samples.ts';
import type { FoldState } from './marker-fold.ts';
import { type DueCell, type MeasuredCells, type MeasuredEvent, measured } from './measured-cells.ts';
import type { RunEncoders } from './run-encoders.ts';
import { SampleSteps, type SampleStepsRecord } from './sample-steps.ts';
import type { Segment } from './segment-list.ts';
import { type Exclusions, StepAxes, type StepAxesRecord, stepOfGroup, type XAxis } from './step-axes.ts';
import { supersedingLength } from './superseding.ts';
import { TagEnds, type TagEndsRecord } from './tag-ends.ts';
import { WrittenTags, type WrittenTagsRecord } from './written-tags.ts';

/** A segment is encoded whole and kept whole; one row may be longer. */
const SEGMENT_BYTES = 256 * 1024;

/** How history is folded. Other ways make other files. */
export interface FoldPolicy {
  readonly xAxis: XAxis;
  readonly media: MediaPolicy;
  /** Whether charts of the Custom Scalars dashboard are told. */
  readonly charts: boolean;
}

/** What was folded, as it is kept. */
export interface RowFoldRecord {
  readonly tagEnds: TagEndsRecord;
  readonly axes: StepAxesRecord;
  readonly samples: SampleStepsRecord;
  readonly media: CellSamplesRecord;
  readonly written: WrittenTagsRecord;
}

/** A block that is being folded. */
export interface FoldedBlock {
  readonly block: RowBlock;
  /** In the log. */
  readonly index: number;
  /** Lengths of its values that are made of files. */
  readonly measured: MeasuredCells;
}

interface FoldedRow {
  readonly row: number;
  readonly cells: readonly BlockCell[];
  /** Index in the block of the first of them. */
  readonly firstCell: number;
  /** Where its values begin in those of the block. */
  readonly valuesAt: number;
  readonly supersedes: boolean;
}

/** Takes the segments that rows make. */
type AddSegment = (segment: Omit<Segment, 'at'>) => void;

export class RowFold {
  /** Which values of media are in the file. */
  readonly media: CellSamples;
  readonly samples: SampleSteps;
  /** Tags that only reading values tells. */
  readonly written: WrittenTags;
  readonly #encoders: RunEncoders;
  readonly #state: FoldState;
  readonly #xAxis: XAxis;
  #axes: StepAxes;
  #tagEnds: TagEnds;

  /** `state`: shared with the fold of markers. `exclusions`: where nothing was folded yet. */
  constructor(
    encoders: RunEncoders,
    { xAxis, media }: FoldPolicy,
    state: FoldState,
    record: RowFoldRecord | undefined,
    exclusions: Exclusions,
  ) {
    this.#encoders = encoders;
    this.#state = state;
    this.#xAxis = xAxis;
    this.#axes = new StepAxes(xAxis, encoders, record?.axes ?? exclusions);
    this.samples = new SampleSteps(encoders.writerOf, record?.samples);
    this.media = new CellSamples(media, record?.media);
    this.written = new WrittenTags(record?.written);
    this.#tagEnds = new TagEnds(this.#axes.tagsByStep, record?.tagEnds);
  }

  /** By which step tags stand. */
  get axes(): StepAxes {
    return this.#axes;
  }

  /** Shapes of rows and cells that were logged. */
  get shapeIds(): readonly number[] {
    return this.#tagEnds.shapeIds;
  }

  record(): RowFoldRecord {
    return {
      tagEnds: this.#tagEnds.record(),
      axes: this.#axes.record(),
      samples: this.samples.record(),
      media: this.media.record(),
      written: this.written.record(),
    };
  }

  /** What takes back all that is folded from now on. */
  checkpoint(): () => void {
    const [tagEnds, axes] = [this.#tagEnds.record(), this.#axes.record()];
    const rollBackSamples = this.samples.checkpoint();
    const rollBackMedia = this.media.checkpoint(this.samples.blockCount);
    const rollBackWritten = this.written.checkpoint();
    return () => {
      rollBackSamples();
      rollBackMedia();
      rollBackWritten();
      this.#axes = new StepAxes(this.#xAxis, this.#encoders, axes);
      this.#tagEnds = new TagEnds(this.#axes.tagsByStep, tagEnds);
    };
  }

  /** Values in some blocks that may be in the file, and are made of files. `first`: index of the first block in the log. */
  dueCells(blocks: readonly RowBlock[], first: number): readonly DueCell[] {
    const seen = new Map<number, number>();
    const due: DueCell[] = [];
    for (const [i, { cells, steps, timestamps }] of blocks.entries()) {
      for (const [at, cell] of cells.entries()) {
        const { shapeId, row } = cell;
        if (!this.#encoders.isSampled(shapeId)) continue;
        const ordinal = seen.get(shapeId) ?? this.media.seen(shapeId);
        seen.set(shapeId, ordinal + 1);
        if (!this.media.isDue(ordinal) || this.#encoders.needsOf(cell).length === 0) continue;
        due.push({ block: first + i, at, cell, step: steps[row]!, wallTime: timestamps[row]! });
      }
    }
    return due;
  }

  define(metric: MetricDefinition): void {
    this.#axes.define(metric);
  }

  /** Adds rows `[from, limit)` of a block. @throws UnsuitableAxis as `StepAxes.log` */
  add(folded: FoldedBlock, from: number, limit: number, addSegment: AddSegment): void {
    const { block, index } = folded;
    const cells = new CellWalk(block, from);
    let valuesAt = this.#encoders.valuesBefore(block, from);
    let start = from;
    let bytes = 0;
    const close = (kind: 'rows' | 'superseding', to: number) => {
      if (bytes > 0) addSegment({ kind, block: index, from: start, to, bytes });
      [start, bytes] = [to, 0];
    };
    const hidden: number[] = [];
    for (let row = from; row < limit; row++) {
      const rowCells = cells.of(row);
      const isSample = Number.isNaN(block.steps[row]!);
      const supersedes = !isSample && this.#addHistoryRow(block, row, rowCells, valuesAt);
      const length = isSample
        ? this.#addSample(block, row)
        : this.#rowLength(folded, { row, cells: rowCells, firstCell: cells.first, valuesAt, supersedes });
      for (const { shapeId } of rowCells) if (this.#encoders.isHidden(shapeId)) hidden.push(shapeId);
      this.#state.lastTimestamp = block.timestamps[row]!;
      valuesAt += this.#encoders.row(block.shapeIds[row]!).tags.length;
      if (supersedes || bytes + length > SEGMENT_BYTES) close('rows', row);
      bytes += length;
      if (supersedes) close('superseding', row + 1);
    }
    close('rows', limit);
    if (hidden.length > 0) this.#state.hiddenCells = withCounted(this.#state.hiddenCells, hidden);
  }

  /** Bytes of the event of a sample of the machine. */
  #addSample({ shapeIds, timestamps }: RowBlock, row: number): number {
    const shapeId = shapeIds[row]!;
    const timestamp = timestamps[row]!;
    const step = this.samples.add(shapeId, timestamp - (this.#state.startTime ?? timestamp));
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
  #rowLength(folded: FoldedBlock, folding: FoldedRow): number {
    const { steps, shapeIds, timestamps, values } = folded.block;
    const { row, cells, valuesAt, supersedes } = folding;
    const step = steps[row]!;
    const shapeId = shapeIds[row]!;
    const timestamp = timestamps[row]!;
    const groups = this.#axes.groupsOf(shapeId);
    let bytes = groups === null ? this.#encoders.rowLength(shapeId, step, timestamp) : 0;
    // Nearly all rows: no allocation.
    if (groups === null && cells.length === 0 && !supersedes) return bytes;
    const eventSteps = bytes > 0 ? [step] : [];
    for (const group of groups ?? []) {
      const at = stepOfGroup(group, step, values, valuesAt);
      bytes += group.encoder.recordLength(at, timestamp);
      eventSteps.push(at);
    }
    for (const event of this.#cellEvents(folded, folding)) {
      bytes += event.bytes;
      eventSteps.push(step);
    }
    return supersedes ? bytes + supersedingLength(timestamp, eventSteps) : bytes;
  }

  /** The events of a row's cells, with those of their sampled series where the file has them. */
  #cellEvents({ block, index, measured: known }: FoldedBlock, folding: FoldedRow): readonly MeasuredEvent[] {
    const { row, cells, firstCell } = folding;
    const [step, timestamp] = [block.steps[row]!, block.timestamps[row]!];
    return cells.flatMap((cell, i) => {
      const events = (contents: Contents | null) =>
        measured(this.#encoders.cellEvents(cell, step, timestamp, contents));
      const plain = events(null);
      let all = plain;
      const isSampled = this.#encoders.isSampled(cell.shapeId);
      const isShown =
        !isSampled ||
        this.media.add(cell.shapeId, index, firstCell + i, () => {
          all = known.get(index, firstCell + i) ?? events(NO_CONTENTS);
          return bytesOf(all) - bytesOf(plain);
        });
      const written = isShown ? all : plain;
      if (this.#encoders.isToBeRead(cell.shapeId))
        this.written.add(
          cell.shapeId,
          written.map(({ tag }) => tag),
          isShown,
        );
      return written;
    });
  }
}

function bytesOf(events: readonly MeasuredEvent[]): number {
  return events.reduce((sum, { bytes }) => sum + bytes, 0);
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
