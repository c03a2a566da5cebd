/** Where reading of a segment begins: at its start, as that of the writer who logged it. @module */

import type { IndexedRun, Segment } from '../runs/index.ts';
import { FIRST_WRITER, LOG_START, type SegmentMark } from './cursor.ts';
import { headKeys } from './segment-traits.ts';
import { hasContent, likeliestWriter, maxSteps, possibleWriters, type RunTraits } from './writers.ts';

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
  const writers = possibleWriters(segmentId, marks, traits);
  const writer =
    writers.length === 1
      ? writers[0]!
      : likeliestWriter(await headKeys(segment), await keysOfWriters(writers, marks, run));
  return { ...emptyMark(segmentId), writer, maxStep };
}

async function keysOfWriters(
  writers: readonly number[],
  marks: readonly SegmentMark[],
  { segments }: IndexedRun,
): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
  const keys = new Map(writers.map((writer) => [writer, new Set<string>()]));
  for (const { segmentId, writer } of marks.filter(hasContent)) {
    const segment = segments.find((candidate) => candidate.segmentId === segmentId);
    if (segment === undefined || !keys.has(writer)) continue;
    for (const key of await headKeys(segment)) keys.get(writer)!.add(key);
  }
  return keys;
}
