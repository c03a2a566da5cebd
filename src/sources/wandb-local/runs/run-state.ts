/** Tells running, finished, failed and crashed runs apart. @module */

import { open } from 'node:fs/promises';
import { type RunState, TO_READ } from '../../../core/index.ts';
import { RECORD_FIELD, RecordPeek } from '../decode/index.ts';
import { BLOCK_BYTES, LOG_HEADER, LogFramer } from '../log/index.ts';
import { type IndexedRun, isWaiting, type Segment } from './indexed-run.ts';

/** The exit record is followed by little; this much of the end of a log holds it. */
const TAIL_BYTES = 4 * BLOCK_BYTES;

export interface RunStateOptions {
  readonly nowMs: number;
  readonly quietAfterMs: number;
}

/**
 * The state of a run whose last exit record said `exitCode` (null: none read). It runs while one of its logs is written.
 * When a run was resumed, the exit of an earlier segment says nothing of the newest one, whose end is looked at.
 * @throws system errors.
 */
export async function runState(
  run: IndexedRun,
  exitCode: number | null,
  { nowMs, quietAfterMs }: RunStateOptions,
): Promise<RunState> {
  const isQuiet = ({ modifiedAtMs }: Segment): boolean => nowMs - modifiedAtMs > quietAfterMs;
  // A process that died before it wrote anything says nothing of those before it.
  const newest = run.segments.findLast((log) => !(isWaiting(log) && isQuiet(log))) ?? run.segments.at(-1)!;
  for (const log of run.segments)
    if (log !== newest && !isQuiet(log) && !(await endsWithExit(log))) return 'running';
  const exited = exitCode !== null && (run.segments.length === 1 || (await endsWithExit(newest)));
  if (exited) return exitCode === 0 ? 'finished' : 'failed';
  return isQuiet(newest) ? 'crashed' : 'running';
}

async function endsWithExit({ path, sizeBytes }: Segment): Promise<boolean> {
  const start = Math.max(0, Math.floor((sizeBytes - TAIL_BYTES) / BLOCK_BYTES) * BLOCK_BYTES);
  await using file = await open(path, TO_READ);
  const { buffer, bytesRead } = await file.read(new Uint8Array(2 * TAIL_BYTES), 0, 2 * TAIL_BYTES, start);
  const framer = new LogFramer(Math.max(start, LOG_HEADER.length), 0);
  framer.attach(buffer.subarray(0, bytesRead), start);
  const peek = new RecordPeek();
  while (framer.next()) {
    if (!peek.look(framer.payload, framer.payloadStart, framer.payloadEnd)) continue;
    if (peek.field === RECORD_FIELD.exit) return true;
  }
  return false;
}
