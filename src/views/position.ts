/** Cursors of derived runs: up to which step, and what of the members decides that it stays so. @module */

import { createHash } from 'node:crypto';
import { LogdirError } from '../core/index.ts';
import type { Cursor } from '../sources/index.ts';
import { type Member, marksAt } from './steps/member.ts';

export interface Position {
  /** The last step that was computed; null before the first. */
  readonly step: number | null;
  /** Checksum of the members' marks at that step. */
  readonly marks: string;
}

/** The position at a step, of members as they are. */
export function positionAt(members: readonly Member[], step: number | null): Position {
  if (step === null) return { step, marks: '' };
  const text = JSON.stringify(marksAt(members, step));
  return { step, marks: createHash('sha256').update(text).digest('base64url').slice(0, 16) };
}

export function formatPosition({ step, marks }: Position): Cursor {
  return JSON.stringify([step, marks]) as Cursor;
}

/** @throws LogdirError `corrupt` for the cursor of something else. */
export function parsePosition(cursor: Cursor): Position {
  try {
    const [step, marks] = JSON.parse(cursor) as readonly [unknown, unknown];
    if ((step === null || typeof step === 'number') && typeof marks === 'string') return { step, marks };
  } catch {
    // Told below.
  }
  throw new LogdirError('corrupt', 'a position of a derived run cannot be read; the run is computed anew');
}
