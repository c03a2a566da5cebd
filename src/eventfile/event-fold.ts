/**
 * The fold: a run's history, commit by commit, becomes the segments of its event file. Pure.
 *
 * Here stands what TensorBoard needs and history does not know: at which step samples of the machine and the run's own
 * texts stand, what follows when history goes back, and how long all that is. The outcome depends on the rows and on what
 * the run said between them, not on how they were cut into blocks or commits: the same history always becomes the same
 * bytes.
 * @module
 */

import type { DocumentChange, RunKey } from '../core/index.ts';
import type { Commit, CommitContext, PositionedChange, RowBlock } from '../history/index.ts';
import type { RunMarker } from '../plugins/index.ts';
import { eventLength } from '../tfevents/index.ts';
import { BEGINNING, type FoldState, type KnownOfRun, MarkerFold } from './marker-fold.ts';
import { type Marker, markerLength } from './markers.ts';
import type { RunEncoders } from './run-encoders.ts';
import { SegmentList } from './segment-list.ts';

/** A segment is encoded whole and kept whole; one row may be longer. */
const SEGMENT_BYTES = 256 * 1024;
/**
 * Times that history goes back for which samples and markers are repeated. A run is resumed a few times in its life; a
 * log that goes back at every row is damaged or hostile, and repeating everything each time would grow without bound.
 */
const MAX_REPEATS = 32;

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

/** History went back to `step`: samples from there on are to be repeated, as far as row `row` of block `block`. */
export interface RepeatRequest {
  readonly step: number;
  readonly block: number;
  readonly row: number;
}

/** What was folded, as it is kept. */
export interface FoldRecord {
  readonly state: FoldState;
  readonly markers: readonly Marker[];
  /** By block: step of the last sample of the machine before it; -1 before the first. */
  readonly systemSteps: readonly number[];
  readonly segments: readonly number[];
}

export class EventFold {
  readonly segments: SegmentList;
  readonly markers: Marker[];
  readonly #encoders: RunEncoders;
  readonly #state: FoldState;
  readonly #marking: MarkerFold;
  readonly #systemSteps: number[];

  constructor(key: RunKey, encoders: RunEncoders, record?: FoldRecord) {
    this.#encoders = encoders;
    this.#state = { ...(record?.state ?? BEGINNING) };
    this.markers = [...(record?.markers ?? [])];
    this.#systemSteps = [...(record?.systemSteps ?? [])];
    this.segments = new SegmentList(record?.segments);
    this.#marking = new MarkerFold(key, this.#state, (marker) => this.#addMarker(marker));
  }

  get startTime(): number | null {
    return this.#state.startTime;
  }

  /** Blocks folded so far. */
  get blockCount(): number {
    return this.#systemSteps.length;
  }

  /** Step of the newest sample of a shape; -1 before the first. */
  systemEnd(shapeId: number): number {
    return this.#state.systemEnds[shapeId] ?? -1;
  }

  /** Step of the last sample of the machine before a block; -1 before the first. */
  systemStepBefore(block: number): number {
    return this.#systemSteps[block] ?? this.#state.systemStep;
  }

  record(): FoldRecord {
    return {
      state: this.#state,
      markers: this.markers,
      systemSteps: this.#systemSteps,
      segments: this.segments.toJSON(),
    };
  }

  /** Times that history went back. */
  get restarts(): number {
    return this.#state.restarts;
  }

  /** What takes back all that is folded from now on. */
  checkpoint(): () => void {
    const state = { ...this.#state };
    const [markers, blocks, segments] = [this.markers.length, this.blockCount, this.segments.length];
    return () => {
      Object.assign(this.#state, state);
      this.markers.length = markers;
      this.#systemSteps.length = blocks;
      this.segments.truncate(segments);
    };
  }

  /** Folds a commit in which history does not go back. */
  add(input: FoldInput): void {
    const { done } = this.steps(input).next();
    if (!done) throw new RangeError('fold: history goes back here, so earlier rows are needed');
  }

  /** Folds a commit; asks for samples to be repeated (`addRepeat`) wherever history goes back. */
  *steps({ commit, blocks, firstBlock, firstRow, before }: FoldInput): Generator<RepeatRequest, void, void> {
    const known: KnownOfRun = { ...before };
    const changes = [...(commit.changes ?? [])].reverse();
    let ordinal = firstRow;
    for (const [i, block] of blocks.entries()) {
      this.#systemSteps.push(this.#state.systemStep);
      for (let row = 0; row < block.rowCount; ) {
        while ((changes.at(-1)?.at ?? Number.POSITIVE_INFINITY) <= ordinal + row)
          this.#change(changes.pop()!, known);
        this.#marking.start(block.timestamps[row]!, known);
        const limit = Math.min(block.rowCount, (changes.at(-1)?.at ?? Number.POSITIVE_INFINITY) - ordinal);
        const next = this.#addRows(block, firstBlock + i, row, limit);
        if (next < limit) yield* this.#restart(block, firstBlock + i, next);
        row = next;
      }
      ordinal += block.rowCount;
    }
    while (changes.length > 0) this.#change(changes.pop()!, known);
  }

  /** Repeats the samples of the machine among rows `[0, to)` of a block that stand at a step or after it. */
  addRepeat(block: RowBlock, index: number, to: number, fromStep: number): void {
    let systemStep = this.systemStepBefore(index);
    let from = 0;
    let start = systemStep;
    let bytes = 0;
    for (let row = 0; row < to; row++) {
      if (!Number.isNaN(block.steps[row]!)) continue;
      const before = systemStep;
      systemStep = this.sampleStep(systemStep, block.timestamps[row]!);
      if (systemStep < fromStep) continue;
      const length = this.#encoders.rowLength(block.shapeIds[row]!, systemStep, block.timestamps[row]!);
      if (bytes === 0) [from, start] = [row, before];
      if (bytes + length > SEGMENT_BYTES && bytes > 0) {
        this.segments.add({ kind: 'repeat', block: index, from, to: row, systemStep: start, bytes });
        [from, start, bytes] = [row, before, 0];
      }
      bytes += length;
    }
    if (bytes > 0) this.segments.add({ kind: 'repeat', block: index, from, to, systemStep: start, bytes });
  }

  /** Step of a sample of the machine: whole seconds since the start of the run, pushed on where samples tie. */
  sampleStep(systemStep: number, timestamp: number): number {
    return Math.max(Math.floor(timestamp - (this.#state.startTime ?? timestamp)), systemStep + 1);
  }

  /** Adds rows `[from, limit)` of a block; returns the first row that goes back, or `limit`. */
  #addRows(block: RowBlock, index: number, from: number, limit: number): number {
    const state = this.#state;
    const encoders = this.#encoders;
    const { steps, timestamps, shapeIds, cells } = block;
    let cell = firstCellFrom(block, from);
    let start = from;
    let startStep = state.systemStep;
    let bytes = 0;
    let row = from;
    const startOfStretch = state.systemStep;
    const ends: Record<number, number> = {};
    for (; row < limit; row++) {
      const timestamp = timestamps[row]!;
      const systemStep = state.systemStep;
      let step = steps[row]!;
      if (Number.isNaN(step)) {
        step = this.sampleStep(systemStep, timestamp);
        state.systemStep = step;
        ends[shapeIds[row]!] = step;
      } else {
        if (state.lastStep !== null && step <= state.lastStep) break;
        state.lastStep = step;
        state.rows++;
      }
      state.lastTimestamp = timestamp;
      let length = encoders.rowLength(shapeIds[row]!, step, timestamp);
      for (; cell < cells.length && cells[cell]!.row === row; cell++) {
        for (const event of encoders.cellEvents(cells[cell]!, step, timestamp)) length += eventLength(event);
      }
      if (bytes > 0 && bytes + length > SEGMENT_BYTES) {
        this.#addRowSegment(index, start, row, startStep, bytes);
        [start, startStep, bytes] = [row, systemStep, 0];
      }
      bytes += length;
    }
    this.#addRowSegment(index, start, row, startStep, bytes);
    if (state.systemStep !== startOfStretch) state.systemEnds = { ...state.systemEnds, ...ends };
    return row;
  }

  #addRowSegment(block: number, from: number, to: number, systemStep: number, bytes: number): void {
    if (bytes > 0) this.segments.add({ kind: 'rows', block, from, to, systemStep, bytes });
  }

  /**
   * History goes back to the step of a row. TensorBoard's Python loader then drops everything of the run from that step
   * on, whatever its tag; so what a new segment does not log again, samples and markers, is repeated.
   */
  *#restart(block: RowBlock, index: number, row: number): Generator<RepeatRequest, void, void> {
    const state = this.#state;
    const step = block.steps[row]!;
    const earlier = this.markers.length;
    this.#addMarker({ kind: 'restart', step, wallTime: block.timestamps[row]! });
    state.restarts++;
    if (state.restarts <= MAX_REPEATS) {
      yield { step, block: index, row };
      for (let i = 0; i < earlier; i++) {
        const marker = this.markers[i]!;
        if (isRunMarker(marker) && marker.step >= step) this.#addMarkerSegment(i);
      }
    }
    state.lastStep = null;
  }

  #change(change: PositionedChange, known: KnownOfRun): void {
    switch (change.kind) {
      case 'facts':
        known.facts = { ...known.facts, ...change.facts };
        break;
      case 'config':
        known.config.apply(change.change);
        if (isOfUser(change.change)) this.#marking.changeConfig(known);
        break;
      case 'exit':
        this.#marking.end(change.exit, known);
        break;
      case 'metric':
        break;
    }
  }

  #addMarker(marker: Marker): void {
    this.#addMarkerSegment(this.markers.push(marker) - 1);
  }

  #addMarkerSegment(index: number): void {
    const bytes = markerLength(this.markers[index]!);
    if (bytes > 0)
      this.segments.add({ kind: 'markers', block: 0, from: index, to: index + 1, systemStep: -1, bytes });
  }
}

function isRunMarker(marker: Marker): marker is RunMarker {
  return marker.kind !== 'begin' && marker.kind !== 'restart';
}

/** Whether a change touches more than W&B's own entries, which nobody is shown. */
function isOfUser({ update, remove }: DocumentChange): boolean {
  return [...update.map(({ path }) => path), ...remove].some(([first]) => first !== '_wandb');
}

/** Index of the first cell of a block that belongs to a row or one after it. */
export function firstCellFrom({ cells }: RowBlock, row: number): number {
  let low = 0;
  let high = cells.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cells[middle]!.row < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
