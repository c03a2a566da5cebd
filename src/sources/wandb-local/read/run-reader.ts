/**
 * Reads the segments of a run from one cursor to the next. A pass goes through them in the run's order and reads each on
 * from its mark, so several may grow at the same time; what lies between two cursors is read in the same order again.
 * @module
 */

import { LogdirError, type RunFacts, type RunRecord } from '../../../core/index.ts';
import type { RecordBatch } from '../../source.ts';
import { LOG_HEADER } from '../log/index.ts';
import {
  folderVersion,
  type IndexedRun,
  isWaiting,
  type Segment,
  startOf,
  toldInFolder,
} from '../runs/index.ts';
import { formatCursor, isWithoutRows, type LocalCursor, parseCursor, type SegmentMark } from './cursor.ts';
import { MarkTable } from './mark-table.ts';
import { beginningOf, emptyMark, UNREAD } from './segment-beginning.ts';
import { isBeforeRead, type ReadPass, type RunReaderOptions, readSpan } from './segment-span.ts';
import { traitsOf, withCurrentHeads } from './segment-traits.ts';
import { contradictionIn, hasContent, type RunTraits } from './writers.ts';

/** Why a run has to be read anew: its logs are not what they were when it was read up to a cursor; null when they are. */
export function changeSince(run: IndexedRun, { marks }: LocalCursor, traits: RunTraits): string | null {
  const late = cameLate(run, marks, traits);
  if (late !== undefined) return `its log ${late.segmentId} came after later ones were read`;
  return contradictionIn(marks, traits);
}

/** A log that stands before one that was read and was not there then: its directory was copied or put back later. */
function cameLate(run: IndexedRun, marks: readonly SegmentMark[], traits: RunTraits): Segment | undefined {
  const known = new Set(marks.map(({ segmentId }) => segmentId));
  return run.segments.find(
    (segment) =>
      !known.has(segment.segmentId) &&
      segment.sizeBytes > LOG_HEADER.length &&
      isBeforeRead(segment, run, marks, traits),
  );
}

/** Batches of a run in order. @throws LogdirError `not-found`, `corrupt` or what opening and reading fails with. */
export async function* readRun(options: RunReaderOptions): AsyncGenerator<RecordBatch> {
  const run = await withCurrentHeads(options.run);
  const after = parseCursor(options.after);
  const { folder, marks } = after;
  const pass = { options: { ...options, run }, folder, table: new MarkTable(marks) };
  if (options.stopAt !== undefined) {
    const stopAt = parseCursor(options.stopAt);
    yield* readAgain({ ...pass, traits: null }, stopAt);
    // The files may say something else by now, and have no rows.
    if (stopAt.folder !== folder) yield folderBatch(stopAt, []);
    return;
  }
  const traits = traitsOf(run, options.growing);
  const change = changeSince(run, after, traits);
  if (change !== null) {
    throw new LogdirError('corrupt', `run ${run.key.runId}: ${change}; the run is read anew`);
  }
  yield* readOn({ ...pass, traits }, traits);
  yield* readFolder(run, { folder, marks: pass.table.marks });
}

/** What was read up to a cursor, as it was read then, whatever has grown or appeared since. */
async function* readAgain(pass: ReadPass, stopAt: LocalCursor): AsyncGenerator<RecordBatch> {
  const { table, options } = pass;
  for (const stop of stopAt.marks) {
    const known = table.get(stop.segmentId);
    const start = known !== undefined && hasContent(known) ? known : { ...stop, ...UNREAD };
    if (start.position.offset < stop.position.offset) {
      const segment = findSegment(options.run, stop.segmentId);
      yield* readSpan({ segment, start, stopOffset: stop.position.offset }, pass);
    } else table.set(stop);
  }
}

/** All there is. */
async function* readOn(pass: ReadPass, traits: RunTraits): AsyncGenerator<RecordBatch> {
  const { table, options } = pass;
  const { run, isRead, onEnd } = options;
  const segments = segmentsToRead(run, table.marks);
  for (const segment of segments) {
    const { segmentId } = segment;
    const isLast = segment === segments.at(-1);
    const known = table.get(segmentId);
    const isBegun = known !== undefined && hasContent(known);
    if (isBegun && !isLast && isRead(segment, known.position.offset)) continue;
    // Whose its rows are is not known before its head has arrived.
    if (!isBegun && segments.length > 1 && !traits.has(segmentId)) onEnd?.(segment, 0, segment.sizeBytes);
    else {
      const start = isBegun ? known : await beginningOf(segment, table.marks, run, traits);
      yield* readSpan({ segment, start, stopOffset: Number.POSITIVE_INFINITY }, pass);
    }
    // A log that was passed has a mark also where nothing was in it: it was there.
    if (!isLast && table.get(segmentId) === undefined) table.set(emptyMark(segmentId));
  }
}

/** The segments there are, those that have marks first. */
function segmentsToRead(run: IndexedRun, marks: readonly SegmentMark[]): readonly Segment[] {
  const last = marks.at(-1);
  if (last !== undefined) findSegment(run, last.segmentId);
  const known = marks.flatMap(({ segmentId }) => run.segments.find((it) => it.segmentId === segmentId) ?? []);
  return [...known, ...run.segments.filter((segment) => !known.includes(segment))];
}

function findSegment(run: IndexedRun, segmentId: string): Segment {
  const segment = run.segments.find((candidate) => candidate.segmentId === segmentId);
  if (segment !== undefined) return segment;
  throw new LogdirError(
    'corrupt',
    `run ${run.key.runId}: its log ${segmentId} has been read before and is gone; the run must be read anew`,
  );
}

/** What the files of the newest run directory say, when no log has a row and they were written since. */
async function* readFolder(run: IndexedRun, cursor: LocalCursor): AsyncGenerator<RecordBatch> {
  if (!isWithoutRows(cursor)) return;
  const newest = run.segments.at(-1)!;
  const folder = await folderVersion(newest.path);
  if (folder === cursor.folder) return;
  const told = await toldInFolder(newest.path);
  const facts = { ...startIn(newest), ...told.facts };
  const begun = { kind: 'begun', ...told, ...(Object.keys(facts).length > 0 && { facts }) } as const;
  yield folderBatch({ ...cursor, folder }, [begun]);
}

/** When the run began, as the name of its directory has it, where its log does not say so yet. */
function startIn(log: Segment): RunFacts {
  const startTime = startOf(log);
  return isWaiting(log) && startTime !== null ? { startTime } : {};
}

function folderBatch(cursor: LocalCursor, records: readonly RunRecord[]): RecordBatch {
  return { cursor: formatCursor(cursor), records, unread: {}, skippedBytes: 0 };
}
