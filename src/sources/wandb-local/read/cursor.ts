/**
 * Where reading of a run stands, as text: the version of its folder's files that was read, if any, and the place in each
 * of its segments, in the order they are read in. Of a segment of a further writer, or one that was rewound, it says so.
 *
 *     @version|segment:headCrc:offset:origin:lastStep:lastTimestamp[:w<writer>][:r<maxStep>]|…
 * @module
 */

import { FIRST_WRITER, LogdirError } from '../../../core/index.ts';
import type { Cursor } from '../../source.ts';
import type { BlockOrigin } from '../log/index.ts';

/** A place in one log, with what the records before it mean for those after it. */
export interface LogPosition {
  readonly offset: number;
  readonly origin: BlockOrigin;
  readonly lastStep: number;
  readonly lastTimestamp: number;
}

/** A segment that was read up to an offset. */
export interface SegmentMark {
  readonly segmentId: string;
  /** Checksum of the first bytes of the log up to the offset; tells a log that was replaced. */
  readonly headCrc: number;
  readonly position: LogPosition;
  /** Who logged it: see `RowShape.writer`. */
  readonly writer: number;
  /** Rows above this step were left out, for a later log rewinds the run to it; infinite where none does. */
  readonly maxStep: number;
}

export const LOG_START: LogPosition = { offset: 0, origin: 0, lastStep: -1, lastTimestamp: 0 };

export interface LocalCursor {
  /** What was read of the files beside a log without rows: `folderVersion`; null when they were not looked at. */
  readonly folder: string | null;
  /** One for each segment that was read or, where its offset is 0, passed for it held nothing yet. */
  readonly marks: readonly SegmentMark[];
}

export const RUN_START: LocalCursor = { folder: null, marks: [] };

/** Whether no row lies before a cursor. */
export function isWithoutRows({ marks }: LocalCursor): boolean {
  return marks.every(({ position }) => position.lastStep === LOG_START.lastStep);
}

export function formatCursor({ folder, marks }: LocalCursor): Cursor {
  // encodeURIComponent leaves no "@" in the name of a directory.
  return [...(folder === null ? [] : [`@${folder}`]), ...marks.map(formatMark)].join('|') as Cursor;
}

/** The start of the run for null. @throws LogdirError `invalid-argument` when the text is no cursor of this source. */
export function parseCursor(cursor: Cursor | null): LocalCursor {
  if (cursor === null) return RUN_START;
  const parts = cursor.split('|');
  const folder = parts[0]?.startsWith('@') ? parts.shift()!.slice(1) : null;
  return { folder, marks: parts.map((text) => parseMark(text, cursor)) };
}

function parseMark(text: string, cursor: Cursor): SegmentMark {
  const [id, crc, offset, origin, step, timestamp, ...rest] = text.split(':');
  const extra = (letter: string): string | undefined => rest.find((part) => part[0] === letter)?.slice(1);
  const mark = {
    segmentId: decodeURIComponent(id ?? ''),
    headCrc: Number.parseInt(crc ?? '', 16),
    position: {
      offset: Number(offset ?? Number.NaN),
      origin: origin === '7' ? (7 as const) : (0 as const),
      lastStep: Number(step ?? Number.NaN),
      lastTimestamp: Number(timestamp ?? Number.NaN),
    },
    writer: Number(extra('w') ?? FIRST_WRITER),
    maxStep: Number(extra('r') ?? Number.POSITIVE_INFINITY),
  };
  const { position, headCrc, writer, maxStep } = mark;
  const numbers = [headCrc, position.offset, position.lastStep, position.lastTimestamp, writer, maxStep];
  if (numbers.some(Number.isNaN)) {
    throw new LogdirError(
      'invalid-argument',
      `cursor of a local run: "${cursor}" is not one; read the run from its start`,
    );
  }
  return mark;
}

function formatMark({ segmentId, headCrc, position, writer, maxStep }: SegmentMark): string {
  const { offset, origin, lastStep, lastTimestamp } = position;
  return [
    // encodeURIComponent leaves neither ":" nor "|" in the name of a directory.
    encodeURIComponent(segmentId),
    headCrc.toString(16),
    offset,
    origin,
    lastStep,
    lastTimestamp,
    ...(writer === FIRST_WRITER ? [] : [`w${writer}`]),
    ...(maxStep === Number.POSITIVE_INFINITY ? [] : [`r${maxStep}`]),
  ].join(':');
}
