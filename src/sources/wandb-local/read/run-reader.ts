/**
 * Reads the segments of a run from one cursor to the next. A pass goes through them in the run's order and reads each on
 * from its mark, so several may grow at the same time; what lies between two cursors is read in the same order again.
 * @module
 */

import { open, stat } from 'node:fs/promises';
import { LogdirError, type RunRecord, toLogdirError } from '../../../core/index.ts';
import type { Logger } from '../../../observability/index.ts';
import type { ShapeRegistry } from '../../shape-registry.ts';
import type { ReadRunOptions, RecordBatch } from '../../source.ts';
import { LOG_HEADER } from '../log/index.ts';
import { folderRecords, folderVersion, type IndexedRun, type Segment } from '../runs/index.ts';
import { formatCursor, isWithoutRows, type LocalCursor, parseCursor, type SegmentMark } from './cursor.ts';
import { checkLog, headCrc } from './log-identity.ts';
import { MarkTable } from './mark-table.ts';
import { beginningOf, emptyMark, UNREAD } from './segment-beginning.ts';
import { SegmentReader } from './segment-reader.ts';
import { currentTraits } from './segment-traits.ts';
import { contradictionIn, hasContent, isContinued, type RunTraits } from './writers.ts';

/** What to read of a segment: from a mark, the offset of an empty one included, to an offset. */
interface ReadSpan {
  readonly segment: Segment;
  readonly start: SegmentMark;
  readonly stopOffset: number;
}

export interface RunReaderOptions extends ReadRunOptions {
  readonly run: IndexedRun;
  readonly registry: ShapeRegistry;
  readonly logger: Logger;
  /** Paths of logs that were seen to grow after another had gone on for them. */
  readonly growing: ReadonlySet<string>;
  /** Whether a log held nothing more when it was last looked at, if it was read up to an offset. */
  readonly isRead: (segment: Segment, offset: number) => boolean;
  /** Called with how many bytes of a log were read, before the batch they make. */
  readonly onRead?: (segment: Segment, bytes: number) => void;
  /** Called with how far a log was looked at when no whole record followed the offset. */
  readonly onEnd?: (segment: Segment, offset: number, seenBytes: number) => void;
  /** Called with a log that grows although another has gone on for it. */
  readonly onGrowing?: (segment: Segment) => void;
}

/** Why a run has to be read anew: its logs are not what they were when it was read up to a cursor; null when they are. */
export function changeSince(run: IndexedRun, { marks }: LocalCursor, traits: RunTraits): string | null {
  const late = cameLate(run, marks, traits);
  if (late !== undefined) return `its log ${late.segmentId} came after later ones were read`;
  return contradictionIn(marks, traits);
}

/**
 * A log that stands before the last one read and was not there then: its directory was copied or put back later. What
 * was read is in another order than the run's own. The order of writers that share a run is nobody's.
 */
function cameLate(run: IndexedRun, marks: readonly SegmentMark[], traits: RunTraits): Segment | undefined {
  const read = new Set(marks.filter(hasContent).map(({ segmentId }) => segmentId));
  const last = run.segments.findLastIndex(({ segmentId }) => read.has(segmentId));
  return run.segments
    .slice(0, Math.max(0, last))
    .find(
      ({ segmentId, sizeBytes }) =>
        !read.has(segmentId) && sizeBytes > LOG_HEADER.length && traits.get(segmentId)?.isShared === false,
    );
}

/** Batches of a run in order. @throws LogdirError `not-found`, `corrupt` or what opening and reading fails with. */
export async function* readRun(options: RunReaderOptions): AsyncGenerator<RecordBatch> {
  const { run } = options;
  const after = parseCursor(options.after);
  const table = new MarkTable(after.marks);
  if (options.stopAt !== undefined) {
    const stopAt = parseCursor(options.stopAt);
    yield* readAgain(options, after, stopAt);
    // The files may say something else by now, and have no rows.
    if (stopAt.folder !== after.folder) yield folderBatch(stopAt, []);
    return;
  }
  yield* readOn(options, after, table);
  yield* readFolder(run, { folder: after.folder, marks: table.marks });
}

/** What was read between two cursors, as it was read then, whatever has grown or appeared since. */
async function* readAgain(
  options: RunReaderOptions,
  { marks, folder }: LocalCursor,
  stopAt: LocalCursor,
): AsyncGenerator<RecordBatch> {
  const table = new MarkTable(marks);
  for (const stop of stopAt.marks) {
    const known = table.get(stop.segmentId);
    const start = known !== undefined && hasContent(known) ? known : { ...stop, ...UNREAD };
    if (start.position.offset < stop.position.offset) {
      const segment = findSegment(options.run, stop.segmentId);
      const span = { segment, start, stopOffset: stop.position.offset };
      yield* readSpan(span, table, folder, options);
    } else table.set(stop);
  }
}

/** All there is after a cursor. */
async function* readOn(
  options: RunReaderOptions,
  { marks, folder }: LocalCursor,
  table: MarkTable,
): AsyncGenerator<RecordBatch> {
  const { run, growing, isRead, onEnd } = options;
  const traits = await currentTraits(run, growing);
  const change = changeSince(run, { marks, folder }, traits);
  if (change !== null) {
    throw new LogdirError('corrupt', `run ${run.key.runId}: ${change}; the run is read anew`);
  }
  const segments = segmentsToRead(run, marks);
  const isFollowed = ({ segmentId }: Segment) => segmentId !== segments.at(-1)!.segmentId;
  for (const segment of segments) {
    const known = table.get(segment.segmentId);
    if (known !== undefined && hasContent(known)) {
      if (isFollowed(segment) && isRead(segment, known.position.offset)) continue;
      yield* readSpan(
        { segment, start: known, stopOffset: Number.POSITIVE_INFINITY },
        table,
        folder,
        options,
        traits,
      );
      continue;
    }
    // Whose its rows are is not known before its head has arrived.
    if (segments.length > 1 && !traits.has(segment.segmentId)) onEnd?.(segment, 0, segment.sizeBytes);
    else {
      const start = await beginningOf(segment, table.marks, run, traits);
      yield* readSpan(
        { segment, start, stopOffset: Number.POSITIVE_INFINITY },
        table,
        folder,
        options,
        traits,
      );
    }
    // A log that was passed has a mark also where nothing was in it: it was there.
    if (table.get(segment.segmentId) === undefined && isFollowed(segment)) {
      table.set(emptyMark(segment.segmentId));
    }
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
  const { path } = run.segments.at(-1)!;
  const folder = await folderVersion(path);
  if (folder !== null && folder !== cursor.folder)
    yield folderBatch({ ...cursor, folder }, await folderRecords(path));
}

function folderBatch(cursor: LocalCursor, records: readonly RunRecord[]): RecordBatch {
  return { cursor: formatCursor(cursor), records, unread: {}, skippedBytes: 0 };
}

/** Reads one segment and keeps its mark. `traits`: absent where it is read again. */
async function* readSpan(
  { segment, start, stopOffset }: ReadSpan,
  table: MarkTable,
  folder: string | null,
  options: RunReaderOptions,
  traits?: RunTraits,
): AsyncGenerator<RecordBatch> {
  const { run, registry, logger, signal, onRead, onEnd } = options;
  const what = `run ${run.key.runId}: log ${segment.path}`;
  const file = await open(segment.path).catch((error: unknown) => {
    throw toLogdirError(error, what);
  });
  try {
    const head = await checkLog(file, what, start);
    let unreportedBytes = hasContent(start) ? 0 : await tornBefore(start, table, options);
    let place = start;
    const reader = new SegmentReader(file, start, registry);
    for await (const { position, ...content } of reader.batches(stopOffset, signal)) {
      if (traits !== undefined && content.records.some(isRow))
        refuseContinued(segment, table, traits, options);
      onRead?.(segment, position.offset - place.position.offset);
      place = { ...place, position, headCrc: headCrc(head, position.offset) };
      table.set(place);
      if (content.skippedBytes > 0) {
        logger.warn({ path: segment.path, skippedBytes: content.skippedBytes }, 'damaged bytes passed over');
      }
      const skippedBytes = content.skippedBytes + unreportedBytes;
      unreportedBytes = 0;
      yield { cursor: formatCursor({ folder, marks: table.marks }), ...content, skippedBytes };
    }
    onEnd?.(segment, place.position.offset, reader.seenBytes);
  } catch (error) {
    throw toLogdirError(error, what);
  } finally {
    await file.close();
  }
}

/** Rows of a writer stand in the order of its logs, so a log that another has gone on for can get no more. */
function refuseContinued(
  segment: Segment,
  table: MarkTable,
  traits: RunTraits,
  { run, onGrowing }: RunReaderOptions,
): void {
  const mark = table.get(segment.segmentId);
  if (mark === undefined || !isContinued(mark, table.marks, traits)) return;
  onGrowing?.(segment);
  throw new LogdirError(
    'corrupt',
    `run ${run.key.runId}: its log ${segment.segmentId} goes on beside one that seemed to continue it; the run is read anew`,
  );
}

/**
 * Bytes after the last whole records of the logs that one continues: the process that wrote them was killed, and nothing
 * will complete them.
 */
async function tornBefore(
  { segmentId, writer }: SegmentMark,
  table: MarkTable,
  { run, logger, stopAt }: RunReaderOptions,
): Promise<number> {
  let tornBytes = 0;
  for (const mark of table.before(segmentId)) {
    if (hasContent(mark) && mark.writer !== writer) continue;
    const torn = await bytesAfter(run, mark);
    tornBytes += torn;
    if (torn > 0 && stopAt === undefined) {
      logger.warn(
        { log: mark.segmentId, tornBytes: torn },
        'log ends in a torn record, reading goes on in the next log of the run',
      );
    }
    if (hasContent(mark)) break;
  }
  return tornBytes;
}

async function bytesAfter({ segments }: IndexedRun, { segmentId, position }: SegmentMark): Promise<number> {
  const path = segments.find((segment) => segment.segmentId === segmentId)?.path;
  if (path === undefined) return 0;
  const { size } = await stat(path);
  return Math.max(0, size - Math.max(position.offset, LOG_HEADER.length));
}

function isRow({ kind }: RunRecord): boolean {
  return kind === 'history' || kind === 'system';
}
