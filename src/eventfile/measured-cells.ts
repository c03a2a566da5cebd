/**
 * How long the events of values are that are made of files, found out before they are folded: one value at a time needs the
 * bytes of its files, and a commit may hold hundreds. @module
 */

import { LogdirError, mapLimit, NEVER_ABORTED, systemClock, within } from '../core/index.ts';
import type { BlockCell, Run, RunLog } from '../history/index.ts';
import type { Media } from '../media/index.ts';
import type { ContentNeed } from '../plugins/index.ts';
import { eventLength, type LogEvent } from '../tfevents/index.ts';
import type { RunEncoders } from './run-encoders.ts';

/** Values whose files are in memory at a time: enough to hide the latency of a server. */
const VALUES_AT_A_TIME = 8;

/** A value that may be in the file, and is made of files. */
export interface DueCell {
  /** Index of its block in the log, and its own in the block. */
  readonly block: number;
  readonly at: number;
  readonly cell: BlockCell;
  readonly step: number;
  readonly wallTime: number;
}

/** An event of a value: its tag, and the bytes of its record. */
export interface MeasuredEvent {
  readonly tag: string;
  readonly bytes: number;
}

export function measured(events: readonly LogEvent[]): readonly MeasuredEvent[] {
  return events.flatMap((event) =>
    event.kind === 'summary' ? [{ tag: event.tag, bytes: eventLength(event) }] : [],
  );
}

/** The events of such values. */
export class MeasuredCells {
  readonly #events = new Map<string, readonly MeasuredEvent[]>();

  set({ block, at }: DueCell, events: readonly MeasuredEvent[]): void {
    this.#events.set(`${block} ${at}`, events);
  }

  get(block: number, at: number): readonly MeasuredEvent[] | undefined {
    return this.#events.get(`${block} ${at}`);
  }
}

export const NOTHING_MEASURED = new MeasuredCells();

export interface MeasureOptions {
  readonly files: Media;
  readonly encoders: RunEncoders;
  /** For all of them together. */
  readonly maxWaitMs: number;
}

/** @throws LogdirError as `Media.decide` */
export async function measureCells(
  target: { readonly run: Run; readonly log: RunLog },
  cells: readonly DueCell[],
  { files, encoders, maxWaitMs }: MeasureOptions,
): Promise<MeasuredCells> {
  const untilMs = systemClock.monotonic() + maxWaitMs;
  const decide = (needs: readonly ContentNeed[]) => {
    const leftMs = maxWaitMs === 0 ? 0 : Math.max(1, untilMs - systemClock.monotonic());
    return files.decide(target, needs, { maxWaitMs: leftMs, signal: NEVER_ABORTED });
  };
  const needs = cells.flatMap(({ cell }) => encoders.needsOf(cell));
  // The addresses of all their files are asked for together, and their lengths.
  if (maxWaitMs > 0) await within(maxWaitMs, files.locate(target.run, needs));
  const sizes = needs.filter(({ kind }) => kind === 'size');
  if (sizes.length > 0) await decide(sizes);
  const found = new MeasuredCells();
  await mapLimit(cells, { limit: VALUES_AT_A_TIME, signal: NEVER_ABORTED }, async (due) => {
    if (maxWaitMs > 0 && systemClock.monotonic() > untilMs)
      throw new LogdirError('unavailable', 'media are still being fetched');
    const { cell, step, wallTime } = due;
    const contents = await decide(encoders.needsOf(cell));
    found.set(due, measured(encoders.cellEvents(cell, step, wallTime, contents)));
  });
  return found;
}
