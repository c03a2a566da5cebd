/**
 * Rows that log tags again at steps these have already, as a run does that was resumed from a checkpoint: the new values
 * hold from there on, tag by tag, in both of TensorBoard's loaders. Pure.
 *
 * The Rust loader does so by itself. The Python loader keeps everything in a file of version 2. In one of an older version
 * it looks at every event: where its step is below that of the event before, what its tags have from that step on goes. So
 * around such a row the file says that it is of version 0, which the loader takes without complaint for 2 again, and each
 * event follows one without values at the step above (`plugin_event_accumulator.py`, `_MaybePurgeOrphanedData`).
 * @module
 */

import { eventLength, type LogEvent } from '../tfevents/index.ts';

/** What stands before a superseding row, before each of its events, and after it. */
export interface SupersedingFrame {
  readonly before: LogEvent;
  /** `step`: the event's. */
  readonly beforeEvent: (step: number) => LogEvent;
  readonly after: LogEvent;
}

export function supersedingFrame(wallTime: number): SupersedingFrame {
  return {
    before: { kind: 'file-version', version: 0, wallTime },
    beforeEvent: (step) => ({ kind: 'no-values', step: step + 1, wallTime }),
    after: { kind: 'file-version', version: 2, wallTime },
  };
}

/** Bytes of a frame around a row whose events have these steps. */
export function supersedingLength(wallTime: number, steps: readonly number[]): number {
  const { before, beforeEvent, after } = supersedingFrame(wallTime);
  return steps.reduce(
    (sum, step) => sum + eventLength(beforeEvent(step)),
    eventLength(before) + eventLength(after),
  );
}
