/** Reads the segments of a run one after another, from one cursor to the next. @module */

import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { LogdirError, type RunRecord, toLogdirError } from '../../../core/index.ts';
import type { Logger } from '../../../observability/index.ts';
import type { ShapeRegistry } from '../../shape-registry.ts';
import type { ReadRunOptions, RecordBatch } from '../../source.ts';
import { LOG_HEADER } from '../log/index.ts';
import {
  folderRecords,
  folderVersion,
  type IndexedRun,
  isWaiting,
  logKind,
  type Segment,
  startOf,
} from '../runs/index.ts';
import {
  formatCursor,
  isWithoutRows,
  LOG_START,
  type LocalCursor,
  type LogPosition,
  parseCursor,
  type SegmentMark,
} from './cursor.ts';
import { SegmentReader } from './segment-reader.ts';

/** Enough to hold the start time of the run, which no two logs share. */
const HEAD_CRC_BYTES = 1024;

/** What to read of a segment: from where, and where to leave it. */
interface ReadSpan {
  readonly segment: Segment;
  readonly start: SegmentMark | null;
  readonly stopOffset: number;
}

/**
 * The spans from one cursor to another, or to the end of what is there. A cursor names the segments passed and
 * where each was left, so that a later pass takes the same way whatever has grown or appeared since.
 */
function planSpans(run: IndexedRun, after: LocalCursor, stopAt: LocalCursor | null): readonly ReadSpan[] {
  const last = after.marks.at(-1) ?? null;
  if (stopAt !== null) {
    const stops = stopAt.marks.slice(Math.max(after.marks.length - 1, 0));
    return stops.map((stop, index) => {
      const start = index === 0 ? last : null;
      return { segment: findSegment(run, stop.segmentId), start, stopOffset: stop.position.offset };
    });
  }
  const from = last === null ? 0 : run.segments.indexOf(findSegment(run, last.segmentId));
  return run.segments.slice(from).map((segment, index) => ({
    segment,
    start: index === 0 ? last : null,
    stopOffset: Number.POSITIVE_INFINITY,
  }));
}

function findSegment(run: IndexedRun, segmentId: string): Segment {
  const segment = run.segments.find((candidate) => candidate.segmentId === segmentId);
  if (segment !== undefined) return segment;
  throw new LogdirError(
    'corrupt',
    `run ${run.key.runId}: its log ${segmentId} has been read before and is gone; the run must be read anew`,
  );
}

/**
 * A log that stands before the last one read and was not there then: its directory was copied or put back later. What
 * was read is in another order than the run's own, so the run has to be read anew.
 */
export function cameLate(run: IndexedRun, { marks }: LocalCursor): Segment | undefined {
  const known = new Set(marks.map(({ segmentId }) => segmentId));
  const last = run.segments.findLastIndex(({ segmentId }) => known.has(segmentId));
  return run.segments
    .slice(0, Math.max(0, last))
    .find(({ segmentId, sizeBytes }) => !known.has(segmentId) && sizeBytes > LOG_HEADER.length);
}

function lateLog(run: IndexedRun, cursor: LocalCursor): LogdirError {
  return new LogdirError(
    'corrupt',
    `run ${run.key.runId}: its log ${cameLate(run, cursor)?.segmentId} came after later ones were read; the run is read anew`,
  );
}

export interface RunReaderOptions extends ReadRunOptions {
  readonly run: IndexedRun;
  readonly registry: ShapeRegistry;
  readonly logger: Logger;
  /** Called with how many bytes of a log were read, batch by batch. */
  readonly onRead?: (bytes: number) => void;
  /** Called with how far a log was looked at when no whole record followed the offset. */
  readonly onEnd?: (segment: Segment, offset: number, seenBytes: number) => void;
}

/** Batches of a run in order. @throws LogdirError `not-found`, `corrupt` or what opening and reading fails with. */
export async function* readRun(options: RunReaderOptions): AsyncGenerator<RecordBatch> {
  const { run } = options;
  const after = parseCursor(options.after);
  const stopAt = options.stopAt === undefined ? null : parseCursor(options.stopAt);
  if (stopAt === null && cameLate(run, after) !== undefined) throw lateLog(run, after);
  const passed = after.marks.slice(0, -1);
  const spans = planSpans(run, after, stopAt);
  let unreportedBytes = 0;
  for (const [index, span] of spans.entries()) {
    const before = { folder: after.folder, passed: [...passed], unreportedBytes };
    const left = yield* readSpan(span, before, options);
    // A log that was passed has a mark also where nothing was in it: it was there.
    if (left.mark.position.offset > 0 || index < spans.length - 1) passed.push(left.mark);
    const { tornBytes } = left;
    // The process that wrote it was killed: what follows the last whole record will not be completed.
    unreportedBytes = left.unreportedBytes + tornBytes;
    if (index < spans.length - 1 && tornBytes > 0 && stopAt === null) {
      options.logger.warn(
        { path: span.segment.path, tornBytes },
        'log ends in a torn record, reading goes on in the next log of the run',
      );
    }
  }
  if (stopAt !== null) {
    // The files may say something else by now, and have no rows.
    if (stopAt.folder !== after.folder) yield folderBatch(stopAt, []);
  } else yield* readFolder(run, { folder: after.folder, marks: passed });
}

/** What the files of the newest run directory say, when no log has a row and they were written since. */
async function* readFolder(run: IndexedRun, cursor: LocalCursor): AsyncGenerator<RecordBatch> {
  if (!isWithoutRows(cursor)) return;
  const newest = run.segments.at(-1)!;
  const folder = await folderVersion(newest.path);
  if (folder === cursor.folder) return;
  const records = await folderRecords(newest.path);
  yield folderBatch({ ...cursor, folder }, [...startIn(newest, records), ...records, { kind: 'begun' }]);
}

/** When the run began, as the name of its directory has it, where nothing else says so: its event file is named by that. */
function startIn(log: Segment, records: readonly RunRecord[]): readonly RunRecord[] {
  const isKnown = records.some((record) => record.kind === 'facts' && record.facts.startTime !== undefined);
  const startTime = startOf(log);
  if (isKnown || !isWaiting(log) || startTime === null) return [];
  return [{ kind: 'facts', facts: { startTime } }];
}

function folderBatch(cursor: LocalCursor, records: readonly RunRecord[]): RecordBatch {
  return { cursor: formatCursor(cursor), records, unread: {}, skippedBytes: 0 };
}

/** What reading a segment needs to know of what was read before it. */
interface BeforeSpan {
  readonly folder: string | null;
  readonly passed: readonly SegmentMark[];
  /** Bytes left behind at the ends of earlier segments since the last batch. */
  readonly unreportedBytes: number;
}

/** How reading left a segment. */
interface AfterSpan {
  readonly mark: SegmentMark;
  /** What no batch has reported of the bytes left behind before this segment. */
  readonly unreportedBytes: number;
  /** Bytes there are after the mark. */
  readonly tornBytes: number;
}

/** Reads one segment and returns where it was left. */
async function* readSpan(
  span: ReadSpan,
  before: BeforeSpan,
  { run, registry, logger, signal, onRead, onEnd }: RunReaderOptions,
): AsyncGenerator<RecordBatch, AfterSpan> {
  const { segment, start, stopOffset } = span;
  const { folder, passed } = before;
  const what = `run ${run.key.runId}: log ${segment.path}`;
  const file = await open(segment.path).catch((error: unknown) => {
    throw toLogdirError(error, what);
  });
  try {
    const mark = marker(segment, await checkLog(file, what, start));
    let place = start ?? mark(LOG_START);
    let { unreportedBytes } = before;
    const reader = new SegmentReader(file, place.position, registry);
    for await (const { position, ...content } of reader.batches(stopOffset, signal)) {
      onRead?.(position.offset - place.position.offset);
      place = mark(position);
      if (content.skippedBytes > 0) {
        logger.warn({ path: segment.path, skippedBytes: content.skippedBytes }, 'damaged bytes passed over');
      }
      const skippedBytes = content.skippedBytes + unreportedBytes;
      unreportedBytes = 0;
      yield { cursor: formatCursor({ folder, marks: [...passed, place] }), ...content, skippedBytes };
    }
    onEnd?.(segment, place.position.offset, reader.seenBytes);
    return { mark: place, unreportedBytes, tornBytes: await bytesAfter(file, place.position) };
  } catch (error) {
    throw toLogdirError(error, what);
  } finally {
    await file.close();
  }
}

function marker({ segmentId }: Segment, head: Uint8Array): (position: LogPosition) => SegmentMark {
  return (position) => ({ segmentId, headCrc: headCrc(head, position.offset), position });
}

async function bytesAfter(file: FileHandle, { offset }: LogPosition): Promise<number> {
  const { size } = await file.stat();
  return Math.max(0, size - Math.max(offset, LOG_HEADER.length));
}

/** Makes sure that a file is the log a mark was made in, and returns its head. */
async function checkLog(file: FileHandle, what: string, mark: SegmentMark | null): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(64 * 1024), 0, 64 * 1024, 0);
  const head = buffer.subarray(0, bytesRead);
  if (logKind(head) === 'foreign') {
    throw new LogdirError(
      'corrupt',
      `${what} is not a W&B log: it does not begin with ":W&B"; remove or rename it`,
    );
  }
  if (mark !== null) {
    const { size } = await file.stat();
    const { offset } = mark.position;
    if (size < offset) {
      throw new LogdirError(
        'corrupt',
        `${what} has shrunk to ${size} bytes after ${offset} were read; it must be read anew`,
      );
    }
    if (headCrc(head, offset) !== mark.headCrc) {
      throw new LogdirError('corrupt', `${what} has been replaced by a different one; it must be read anew`);
    }
  }
  return head.slice(0, HEAD_CRC_BYTES);
}

function headCrc(head: Uint8Array, offset: number): number {
  return crc32(head.subarray(0, Math.min(offset, HEAD_CRC_BYTES)));
}
