/** Where reading of a run stands, as text: the segments passed, and the place in the last one. @module */

import { LogdirError } from '../../../core/index.ts';
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
}

export const LOG_START: LogPosition = { offset: 0, origin: 0, lastStep: -1, lastTimestamp: 0 };

/** The cursor after these segments, of which every one but the last has been left behind for good. */
export function formatCursor(marks: readonly SegmentMark[]): Cursor {
  return marks.map(formatMark).join('|') as Cursor;
}

/** @throws LogdirError `invalid-argument` when the text is no cursor of this source. */
export function parseCursor(cursor: Cursor): readonly SegmentMark[] {
  return cursor.split('|').map((text) => {
    const [id, crc, offset, origin, step, timestamp] = text.split(':');
    const mark = {
      segmentId: decodeURIComponent(id ?? ''),
      headCrc: Number.parseInt(crc ?? '', 16),
      position: {
        offset: Number(offset ?? Number.NaN),
        origin: origin === '7' ? (7 as const) : (0 as const),
        lastStep: Number(step ?? Number.NaN),
        lastTimestamp: Number(timestamp ?? Number.NaN),
      },
    };
    const { position } = mark;
    if ([mark.headCrc, position.offset, position.lastStep, position.lastTimestamp].some(Number.isNaN)) {
      throw new LogdirError(
        'invalid-argument',
        `cursor of a local run: "${cursor}" is not one; read the run from its start`,
      );
    }
    return mark;
  });
}

function formatMark({ segmentId, headCrc, position }: SegmentMark): string {
  const { offset, origin, lastStep, lastTimestamp } = position;
  // encodeURIComponent leaves neither ":" nor "|" in the name of a directory.
  return [encodeURIComponent(segmentId), headCrc.toString(16), offset, origin, lastStep, lastTimestamp].join(
    ':',
  );
}
