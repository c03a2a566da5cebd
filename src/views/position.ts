/** Cursors of derived runs: up to which step. @module */

import { LogdirError } from '../core/index.ts';
import type { Cursor } from '../sources/index.ts';

/** The last step that was computed; null before the first. */
export type Position = number | null;

export function formatPosition(step: Position): Cursor {
  return JSON.stringify([step]) as Cursor;
}

/** @throws LogdirError `corrupt` for the cursor of something else. */
export function parsePosition(cursor: Cursor): Position {
  try {
    const [step, ...more] = JSON.parse(cursor) as readonly unknown[];
    if ((step === null || typeof step === 'number') && more.length === 0) return step;
  } catch {
    // Told below.
  }
  throw new LogdirError('corrupt', 'a position of a derived run cannot be read; the run is computed anew');
}
