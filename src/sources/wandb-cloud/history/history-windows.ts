/** Which stretches of steps to ask for, so that each answer has about as many rows as is good. Pure. @module */

import { MAX_SAMPLES } from '../connection/index.ts';

/** Steps [from, to): W&B's pages are ranges of steps, however many rows lie in them. */
export interface StepWindow {
  readonly from: number;
  readonly to: number;
}

/**
 * Rows that one page should have: some 2.5 MB, 30 ms of a server's time and of ours. Fewer cost more round trips, more
 * make an answer that takes seconds on a slow server.
 */
const PAGE_ROWS = 8000;
/** Windows over the steps `[from, to)`, in which about `rows` rows lie, and in each `maxPageRows` at the most. */
export function planWindows(from: number, to: number, rows: number, maxPageRows = PAGE_ROWS): StepWindow[] {
  if (to <= from) return [];
  const pages = Math.max(1, Math.ceil(rows / Math.min(PAGE_ROWS, maxPageRows)));
  const width = Math.max(1, Math.ceil((to - from) / pages));
  const windows: StepWindow[] = [];
  for (let start = from; start < to; start += width) {
    windows.push({ from: start, to: Math.min(to, start + width) });
  }
  return windows;
}

/** The two halves of a window; null when it is a single step. */
export function halves({ from, to }: StepWindow): readonly [StepWindow, StepWindow] | null {
  if (to - from < 2) return null;
  const middle = from + Math.floor((to - from) / 2);
  return [
    { from, to: middle },
    { from: middle, to },
  ];
}

/** How many samples to ask for: as many as there are steps, so that nothing is left out, up to what a server can make in time. */
export function samplesFor({ from, to }: StepWindow): number {
  return Math.min(MAX_SAMPLES, to - from);
}
