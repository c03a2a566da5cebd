/**
 * The fold: a run's history, commit by commit, becomes the segments of its event file. Pure.
 *
 * Here stands what TensorBoard needs and history does not know: at which step samples of the machine and the run's own
 * texts stand, what follows when history goes back, and how long all that is. The outcome depends on the rows and on what
 * the run said between them, not on how they were cut into blocks or commits: the same history always becomes the same
 * bytes.
 * @module
 */

import type { RunFacts, RunKey } from '../core/index.ts';
import type {
  Commit,
  CommitContext,
  PositionedChange,
  RowBlock,
  RunExit,
  WandbDocument,
} from '../history/index.ts';
import type { RunMarker } from '../plugins/index.ts';
import { eventLength } from '../tfevents/index.ts';
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

/** What the fold carries from one row to the next. Steps are TensorBoard's. */
export interface FoldState {
  /** Unix seconds: the run's own word, or its first row's; names the event file. Null before the first row or exit. */
  startTime: number | null;
  /** Of the newest sample of the machine; -1 before the first. */
  systemStep: number;
  /** Of the newest marker; -1 before the first. */
  markerStep: number;
  /** Of the newest history row, unless history just went back. */
  lastStep: number | null;
  lastTimestamp: number | null;
  rows: number;
  restarts: number;
  /** Whether config changed since the last marker that showed it. */
  configChanged: boolean;
  /** Whether a marker has shown a config that holds a value. */
  configShown: boolean;
  /** By shape id, of samples of the machine: step of the newest. */
  systemEnds: Readonly<Record<number, number>>;
}

const BEGINNING: FoldState = {
  startTime: null,
  systemStep: -1,
  markerStep: -1,
  lastStep: null,
  lastTimestamp: null,
  rows: 0,
  restarts: 0,
  configChanged: true,
  configShown: false,
  systemEnds: {},
};

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

interface Known {
  facts: RunFacts;
  readonly config: WandbDocument;
}

export class EventFold {
  readonly segments: SegmentList;
  readonly markers: Marker[];
  readonly #key: RunKey;
  readonly #encoders: RunEncoders;
  readonly #state: FoldState;
  readonly #systemSteps: number[];

  constructor(key: RunKey, encoders: RunEncoders, record?: FoldRecord) {
    this.#key = key;
    this.#encoders = encoders;
    this.#state = { ...(record?.state ?? BEGINNING) };
    this.markers = [...(record?.markers ?? [])];
    this.#systemSteps = [...(record?.systemSteps ?? [])];
    this.segments = new SegmentList(record?.segments);
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
    const known: Known = { ...before };
    const changes = [...(commit.changes ?? [])].reverse();
    let ordinal = firstRow;
    for (const [i, block] of blocks.entries()) {
      this.#systemSteps.push(this.#state.systemStep);
      for (let row = 0; row < block.rowCount; ) {
        while ((changes.at(-1)?.at ?? Number.POSITIVE_INFINITY) <= ordinal + row)
          this.#change(changes.pop()!, known);
        this.#start(block.timestamps[row]!, known);
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

  #change(change: PositionedChange, known: Known): void {
    switch (change.kind) {
      case 'facts':
        known.facts = { ...known.facts, ...change.facts };
        break;
      case 'config':
        known.config.apply(change.change);
        this.#showLateConfig(known);
        break;
      case 'exit':
        this.#end(change.exit, known);
        break;
      case 'metric':
        break;
    }
  }

  /** Before the first row, sample or exit: fixes the start, and marks what is known of the run. */
  #start(timestamp: number, known: Known): void {
    const state = this.#state;
    if (state.startTime !== null) return;
    state.startTime = known.facts.startTime ?? timestamp;
    state.configChanged = true;
    this.#addMarker({ kind: 'begin', wallTime: state.startTime });
    this.#mark('start', 0, state.startTime, known);
  }

  /** A config that held nothing at the start and holds something now is shown once: TensorBoard takes the first it sees. */
  #showLateConfig(known: Known): void {
    const state = this.#state;
    state.configChanged = true;
    if (state.startTime === null || state.configShown || !holdsValue(known.config)) return;
    this.#mark('config', this.#nextMarkerStep(), state.startTime, known);
    // This marker shows hyperparameters only: the text comes with the exit.
    state.configChanged = true;
  }

  #end(exit: RunExit, known: Known): void {
    const state = this.#state;
    const startTime = known.facts.startTime ?? 0;
    this.#start(startTime, known);
    const wallTime = Math.max(state.lastTimestamp ?? 0, startTime + exit.runtimeSeconds);
    this.#mark('end', this.#nextMarkerStep(), wallTime, known, exit);
  }

  #nextMarkerStep(): number {
    const { markerStep, lastStep } = this.#state;
    return Math.max(Math.max(markerStep, 0) + 1, lastStep ?? 0);
  }

  #mark(
    kind: RunMarker['kind'],
    step: number,
    wallTime: number,
    { facts, config }: Known,
    exit?: RunExit,
  ): void {
    const state = this.#state;
    state.configShown ||= state.configChanged && holdsValue(config);
    this.#addMarker({
      kind,
      step,
      wallTime,
      run: this.#key,
      facts,
      ...(state.configChanged && { config: config.entries }),
      configShown: state.configShown,
      ...(exit !== undefined && { exit }),
      rows: state.rows,
      lastStep: state.lastStep,
    });
    state.markerStep = step;
    state.configChanged = false;
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

/** Whether there is more in a config than W&B's own entries, and than nothing. */
function holdsValue(config: WandbDocument): boolean {
  return config.entries.some(({ path, json }) => path[0] !== '_wandb' && json !== 'null');
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
