/** Where reading of a segment begins: at its start, as that of the writer who logged it. @module */

import { FIRST_WRITER } from '../../../core/index.ts';
import type { IndexedRun, Segment } from '../runs/index.ts';
import { LOG_START, type SegmentMark } from './cursor.ts';
import { headKeys, lastSampleTime } from './log-excerpts.ts';
import { doneWriters, hasContent, isRewind, likeliestWriter, maxSteps, type RunTraits } from './writers.ts';

export const UNREAD = { headCrc: 0, position: LOG_START };

/** The mark of a segment that holds nothing yet. */
export function emptyMark(segmentId: string): SegmentMark {
  return { segmentId, ...UNREAD, writer: FIRST_WRITER, maxStep: Number.POSITIVE_INFINITY };
}

/** The mark from which a segment is read, after those that have marks. */
export async function beginningOf(
  segment: Segment,
  marks: readonly SegmentMark[],
  run: IndexedRun,
  traits: RunTraits,
): Promise<SegmentMark> {
  const { segmentId } = segment;
  const maxStep = maxSteps(traits).get(segmentId) ?? Number.POSITIVE_INFINITY;
  const writer = await writerOf(segment, marks.filter(hasContent), run, traits);
  return { ...emptyMark(segmentId), writer, maxStep };
}

async function writerOf(
  segment: Segment,
  marks: readonly SegmentMark[],
  { segments }: IndexedRun,
  traits: RunTraits,
): Promise<number> {
  const own = traits.get(segment.segmentId);
  // Rows of a rewind follow those it leaves, whoever else is still there.
  if (marks.length === 0 || isRewind(own)) return FIRST_WRITER;
  const logsOf = (writer: number) => {
    const ids = marks.filter((mark) => mark.writer === writer).map(({ segmentId }) => segmentId);
    return segments.filter(({ segmentId }) => ids.includes(segmentId));
  };
  const done: number[] = [];
  for (const writer of doneWriters(own, marks, traits)) {
    const last = logsOf(writer).at(-1);
    // A process that logs no more rows, and whose machine is still sampled, is there.
    const isThere = last !== undefined && (await lastSampleTime(last)) > (own?.startTime ?? 0);
    if (!isThere) done.push(writer);
  }
  if (done.length === 0) return Math.max(...marks.map(({ writer }) => writer)) + 1;
  if (done.length === 1) return done[0]!;
  const keys = new Map<number, ReadonlySet<string>>();
  for (const writer of done) keys.set(writer, await keysIn(logsOf(writer)));
  return likeliestWriter(await headKeys(segment), keys);
}

async function keysIn(logs: readonly Segment[]): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (const log of logs) for (const key of await headKeys(log)) keys.add(key);
  return keys;
}
