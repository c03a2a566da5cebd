/**
 * What a log of a run is to the logs before it: the run resumed, rewound, or a further writer beside one that goes on.
 * Each log says when it started, whether it shares its run, and where it rewinds to; each row when it was logged.
 *
 * A log continues a writer who was done when it started, of several the one who logged the same keys, and supersedes
 * what it logs again. One that started while every writer was still logging is another writer's, and supersedes nothing.
 * Where clocks disagree, a log that continues one may be taken for another writer's: its curves then stand beside the
 * others, and none is lost.
 * @module
 */

import { FIRST_WRITER } from '../../../core/index.ts';
import type { SegmentMark } from './cursor.ts';

/** What the head of a log says of its part in the run. */
export interface SegmentTraits {
  /** Unix seconds; null where the log does not say. */
  readonly startTime: number | null;
  /** One of several that log to the run at a time, whenever it started. */
  readonly isShared: boolean;
  /** Last step that it leaves of the logs before it; null when it is no rewind. */
  readonly rewindTo: number | null;
  /** Was seen to grow after a log that seemed to continue it had been read: its writer's clock is behind. */
  readonly isGrowing: boolean;
}

/** By segment id, in the order of the run; a segment whose head has not arrived is not there. */
export type RunTraits = ReadonlyMap<string, SegmentTraits>;

/** How far a writer has come. */
interface WriterEnd {
  /** Unix seconds of its newest row. */
  readonly lastTimestamp: number;
  /** No log continues it. */
  readonly isOpen: boolean;
}

/** By segment id: the last step that later rewinds leave of it; infinite where none follows. */
export function maxSteps(traits: RunTraits): ReadonlyMap<string, number> {
  const steps = new Map<string, number>();
  let maxStep = Number.POSITIVE_INFINITY;
  for (const [segmentId, { rewindTo }] of [...traits].toReversed()) {
    steps.set(segmentId, maxStep);
    maxStep = Math.min(maxStep, rewindTo ?? maxStep);
  }
  return steps;
}

/** The writers who were done, by their rows, when a segment was begun. `marks`: of segments of which something was read. */
export function doneWriters(
  own: SegmentTraits | undefined,
  marks: readonly SegmentMark[],
  traits: RunTraits,
): readonly number[] {
  const ends = new Map<number, WriterEnd>();
  for (const mark of marks) {
    ends.set(mark.writer, endAfter(ends.get(mark.writer), mark, traits.get(mark.segmentId)));
  }
  const done = [...ends].filter(([, end]) => own !== undefined && continues(own, end));
  return done.map(([writer]) => writer).toSorted((a, b) => a - b);
}

/** Of several, the one with most keys in common with a segment; the first of those. `keys`: by writer. */
export function likeliestWriter(
  own: ReadonlySet<string>,
  keys: ReadonlyMap<number, ReadonlySet<string>>,
): number {
  let [likeliest, most] = [FIRST_WRITER, -1];
  for (const [writer, known] of keys) {
    const common = [...own].filter((key) => known.has(key)).length;
    if (common > most) [likeliest, most] = [writer, common];
  }
  return likeliest;
}

/** Why what was read up to these marks is not the run as its logs now make it up; null when it is. */
export function contradictionIn(marks: readonly SegmentMark[], traits: RunTraits): string | null {
  const steps = maxSteps(traits);
  const ends = new Map<number, WriterEnd>();
  for (const mark of marks.filter(hasContent)) {
    const { segmentId, writer } = mark;
    const own = traits.get(segmentId);
    const end = ends.get(writer);
    if ((steps.get(segmentId) ?? mark.maxStep) < mark.maxStep) {
      return `the run was rewound to step ${steps.get(segmentId)} after its log ${segmentId} was read`;
    }
    if (own !== undefined && !isRewind(own) && end !== undefined && !continues(own, end)) {
      return `its log ${segmentId} was begun while another was being written`;
    }
    ends.set(writer, endAfter(end, mark, own));
  }
  return null;
}

/** The segment, already read, that goes on for another and stands after its rows; undefined where none does. */
export function continuationOf(mark: SegmentMark, marks: readonly SegmentMark[]): SegmentMark | undefined {
  const at = marks.findIndex(({ segmentId }) => segmentId === mark.segmentId);
  return marks.slice(at + 1).find((later) => hasContent(later) && later.writer === mark.writer);
}

/** Whether anything of a segment was read; else it was passed while it held nothing. */
export function hasContent({ position }: SegmentMark): boolean {
  return position.offset > 0;
}

function continues({ startTime, isShared }: SegmentTraits, { lastTimestamp, isOpen }: WriterEnd): boolean {
  return !isShared && !isOpen && startTime !== null && lastTimestamp <= startTime;
}

function endAfter(
  before: WriterEnd | undefined,
  { position }: SegmentMark,
  traits: SegmentTraits | undefined,
): WriterEnd {
  const own = { lastTimestamp: position.lastTimestamp, isOpen: isOpen(traits) };
  if (before === undefined || isRewind(traits)) return own;
  return {
    lastTimestamp: Math.max(before.lastTimestamp, own.lastTimestamp),
    isOpen: before.isOpen || own.isOpen,
  };
}

/** Whether a segment goes on where a rewind leaves the run. */
export function isRewind(traits: SegmentTraits | undefined): boolean {
  return traits !== undefined && traits.rewindTo !== null && !traits.isShared;
}

function isOpen(traits: SegmentTraits | undefined): boolean {
  return traits !== undefined && (traits.isShared || traits.isGrowing);
}
