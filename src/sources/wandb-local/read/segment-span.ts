/** Reads one segment from a mark on, and keeps where it stands. @module */

import { open, stat } from 'node:fs/promises';
import { LogdirError, type RunRecord, TO_READ, toLogdirError } from '../../../core/index.ts';
import type { Logger } from '../../../observability/index.ts';
import type { ShapeRegistry } from '../../shape-registry.ts';
import type { ReadRunOptions, RecordBatch } from '../../source.ts';
import { LOG_HEADER } from '../log/index.ts';
import { decodeMetadata } from '../metadata/index.ts';
import type { IndexedRun, Segment } from '../runs/index.ts';
import { formatCursor, type SegmentMark } from './cursor.ts';
import { checkLog, headCrc } from './log-identity.ts';
import type { MarkTable } from './mark-table.ts';
import { ReadAhead } from './read-ahead.ts';
import { RewoundSegment } from './rewound-segment.ts';
import { SegmentReader } from './segment-reader.ts';
import { continuationOf, hasContent, isRewind, type RunTraits } from './writers.ts';

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

/** What is the same for all segments that are read from one cursor to another. */
export interface ReadPass {
  readonly options: RunReaderOptions;
  /** As of the cursor. */
  readonly folder: string | null;
  readonly table: MarkTable;
  /** Null where what was read before is read again. */
  readonly traits: RunTraits | null;
}

/** What to read of a segment: from a mark, that of an empty one included, to an offset. */
export interface ReadSpan {
  readonly segment: Segment;
  readonly start: SegmentMark;
  readonly stopOffset: number;
}

/** Reads one segment. @throws LogdirError `corrupt` when the run has to be read anew, or what reading fails with. */
export async function* readSpan(
  { segment, start, stopOffset }: ReadSpan,
  pass: ReadPass,
): AsyncGenerator<RecordBatch> {
  const { table, folder, options } = pass;
  const { run, registry, logger, signal, onRead, onEnd } = options;
  const what = `run ${run.key.runId}: log ${segment.path}`;
  const file = await open(segment.path, TO_READ).catch((error: unknown) => {
    throw toLogdirError(error, what);
  });
  try {
    const head = await checkLog(file, what, start);
    let unreportedBytes = hasContent(start) ? 0 : await tornBefore(start, pass);
    let place = start;
    const rewound = rewoundAt(start);
    const range = { from: start.position.offset, to: Math.min(segment.sizeBytes, stopOffset) };
    await using ahead = rewound === null ? ReadAhead.begin(file.fd, range) : null;
    const reader = new SegmentReader(file, start, { registry, metadata: decodeMetadata, rewound, ahead });
    for await (const { position, ...content } of reader.batches(stopOffset, signal)) {
      if (hasContent(place)) refuseOutOfOrder(segment, content.records, pass);
      else refuseLate(segment, pass);
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

/** What takes rows back that a later log has rewound the run to before; null where none has. */
function rewoundAt({ maxStep, position }: SegmentMark): RewoundSegment | null {
  return maxStep === Number.POSITIVE_INFINITY ? null : new RewoundSegment(maxStep, position.lastStep);
}

/**
 * Whether a log stands before one that has been read, and so should have been read before it. The order of writers that
 * share a run is nobody's.
 */
export function isBeforeRead(
  { segmentId }: Segment,
  { segments }: IndexedRun,
  marks: readonly SegmentMark[],
  traits: RunTraits,
): boolean {
  if (traits.get(segmentId)?.isShared !== false) return false;
  const read = new Set(marks.filter(hasContent).map((mark) => mark.segmentId));
  const at = segments.findIndex((segment) => segment.segmentId === segmentId);
  return segments.slice(at + 1).some((segment) => read.has(segment.segmentId));
}

/** A log that held nothing when it was passed, or had not named its run, is read too late now. */
function refuseLate(segment: Segment, { table, traits, options: { run } }: ReadPass): void {
  if (traits === null || !isBeforeRead(segment, run, table.marks, traits)) return;
  throw new LogdirError(
    'corrupt',
    `run ${run.key.runId}: its log ${segment.segmentId} begins after later ones were read; the run is read anew`,
  );
}

/**
 * Rows of a writer stand in the order of its logs, so a log that another goes on for can get no more. What a process adds
 * that was still there when its run was rewound, the rewind takes back, but for samples of its machine.
 */
function refuseOutOfOrder(
  segment: Segment,
  records: readonly RunRecord[],
  { table, traits, options }: ReadPass,
): void {
  const mark = table.get(segment.segmentId);
  const next = mark && continuationOf(mark, table.marks);
  if (next === undefined || traits === null) return;
  const isOutOfOrder = isRewind(traits.get(next.segmentId)) ? isHistory : isRow;
  if (!records.some(isOutOfOrder)) return;
  options.onGrowing?.(segment);
  throw new LogdirError(
    'corrupt',
    `run ${options.run.key.runId}: its log ${segment.segmentId} goes on beside one that seemed to continue it; the run is read anew`,
  );
}

/**
 * Bytes after the last whole records of the logs that one continues: the process that wrote them was killed, and nothing
 * will complete them.
 */
async function tornBefore({ segmentId, writer }: SegmentMark, pass: ReadPass): Promise<number> {
  const { table, options, traits } = pass;
  let tornBytes = 0;
  for (const mark of table.before(segmentId)) {
    if (hasContent(mark) && mark.writer !== writer) continue;
    const torn = await bytesAfter(options.run, mark);
    tornBytes += torn;
    if (torn > 0 && traits !== null) {
      options.logger.warn(
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

function isHistory({ kind }: RunRecord): boolean {
  return kind === 'history' || kind === 'columns';
}

function isRow(record: RunRecord): boolean {
  return isHistory(record) || record.kind === 'system';
}
