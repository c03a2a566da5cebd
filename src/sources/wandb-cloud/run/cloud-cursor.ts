/**
 * How far a run of a server has been read: where its rows end, and what else of it was emitted. A server has no log with
 * offsets, so a cursor is step and time of the last row, by which the next read finds out whether history is still the
 * one it was: rewinds and runs begun anew change what lies before. @module
 */

import * as z from 'zod';
import { LogdirError } from '../../../core/index.ts';
import type { Cursor } from '../../source.ts';

/** Names are short because a cursor stands in every line of a run's index. */
const cloudCursor = z.object({
  /** Storage id of the run: another one is another run under the same name. */
  id: z.string(),
  /** Step of the last history row, -1 before the first; and its time in Unix seconds. */
  step: z.number(),
  time: z.number(),
  /** History rows read. */
  rows: z.number(),
  /** Rows that the server counts up to `step`, those included that it does not send. */
  lines: z.number(),
  /** Rows or values of a key that the server counts and does not send. */
  missing: z.number(),
  /** Unix seconds of the newest sample of the machine; 0 before the first. */
  system: z.number(),
  /** Fingerprint of the preamble (names, config, metric definitions) that was emitted last; '' before the first. */
  told: z.string(),
  /**
   * What the server listed of the run when everything it then had was read: as long as it lists the same, there is
   * nothing new. Null in the middle of reading.
   */
  seen: z
    .object({
      state: z.string(),
      lines: z.number().nullable(),
      events: z.number().nullable(),
      updatedAt: z.string().nullable(),
      /** Where lines are not counted, the heartbeat has to tell. */
      heartbeatAt: z.string().nullable(),
    })
    .nullable(),
});

export type CloudCursor = Readonly<z.output<typeof cloudCursor>>;

export const START: CloudCursor = {
  ...{ id: '', step: -1, time: 0, rows: 0, lines: 0, missing: 0, system: 0 },
  ...{ told: '', seen: null },
};

export function formatCursor(cursor: CloudCursor): Cursor {
  return JSON.stringify(cursor) as Cursor;
}

/** @throws LogdirError `corrupt` for what is none: the cache is of another version, and the run is read anew. */
export function parseCursor(text: Cursor | null): CloudCursor {
  if (text === null) return START;
  try {
    return cloudCursor.parse(JSON.parse(text));
  } catch (cause) {
    throw new LogdirError('corrupt', 'a cached position in a run is of another version; it is read anew', {
      cause,
    });
  }
}
