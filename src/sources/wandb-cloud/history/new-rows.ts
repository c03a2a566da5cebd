/** Rows of a run that were not read before, also where its history went back: a rewind, a run begun anew. @module */

import type { HistoryRow } from '../../../core/index.ts';
import type { RunNode } from '../graphql/index.ts';
import type { HistoryKeys } from '../rows/index.ts';
import type { CloudCursor } from '../run/index.ts';
import type { RunContext } from '../run-context.ts';
import { type HistoryOptions, historyRows } from './history-rows.ts';

/** Rows that are new, none at times. */
export interface NewRows {
  readonly rows: readonly HistoryRow[];
  /** How many rows history has up to there, known ones included. */
  readonly lines: number;
  /** Time of the first row of history, where it was read from there. */
  readonly begin?: number;
}

export interface NewRowsOptions extends Pick<HistoryOptions, 'detail' | 'keyTypes' | 'onDropped'> {
  /** How far the run was read before. */
  readonly start: CloudCursor;
}

/** Rows after the cursor; where history went back since then, those that were logged after it did. */
export async function* newRows(
  run: RunContext,
  { start, ...options }: NewRowsOptions,
): AsyncGenerator<NewRows> {
  const { detail, keyTypes } = options;
  const whole = () => fromBegin(historyRows(run, { ...options, afterStep: -1, linesBefore: 0 }));
  if (start.step < 0) {
    yield* whole();
    return;
  }
  if (!wasReplaced(detail.run, keyTypes, start)) {
    // With the last row read: it shows whether history is still the one it was.
    const known = { afterStep: start.step - 1, linesBefore: Math.max(0, start.lines - 1) };
    const rest = await withoutKnown(historyRows(run, { ...options, ...known }), start);
    if (rest !== null) {
      yield* counted(rest, start.lines);
      return;
    }
  }
  yield* rowsLoggedAfter(whole(), start);
}

async function* counted(
  pages: AsyncIterable<readonly HistoryRow[]>,
  before: number,
): AsyncGenerator<NewRows> {
  let lines = before;
  for await (const rows of pages) {
    lines += rows.length;
    yield { rows, lines };
  }
}

async function* fromBegin(pages: AsyncIterable<readonly HistoryRow[]>): AsyncGenerator<NewRows> {
  let begin: number | undefined;
  for await (const { rows, lines } of counted(pages, 0)) {
    begin ??= rows[0]?.timestamp;
    yield { rows, lines, ...(begin !== undefined && { begin }) };
  }
}

/** Whether counts or the id say that history went back: a rewind, or a run begun anew under its id. */
function wasReplaced(
  { id, historyLineCount }: RunNode,
  { lastStep }: HistoryKeys,
  start: CloudCursor,
): boolean {
  const hasFewer = (historyLineCount ?? start.lines) < start.lines;
  return (start.id !== '' && start.id !== id) || lastStep < start.step || hasFewer;
}

/** Takes the row that was read last off the front. Null: it is not there, or has another time, so that history is another. */
async function withoutKnown(
  pages: AsyncGenerator<readonly HistoryRow[]>,
  { step, time }: CloudCursor,
): Promise<AsyncIterable<readonly HistoryRow[]> | null> {
  const { value, done } = await pages.next();
  const known = done ? undefined : value[0];
  if (known !== undefined && known.step === step && known.timestamp === time)
    return following(value!.slice(1), pages);
  await pages.return(undefined);
  return null;
}

async function* following(
  first: readonly HistoryRow[],
  pages: AsyncIterable<readonly HistoryRow[]>,
): AsyncGenerator<readonly HistoryRow[]> {
  if (first.length > 0) yield first;
  yield* pages;
}

/**
 * Rows that were logged since the last one was read. After a rewind those before it stand as they were, and what was
 * logged since comes at lower steps: the event file goes back there. It begins with a row that is later than the last
 * one read, or earlier than the one before it, as the clock of another machine may have it; or with the first of all,
 * if that is another than it was.
 */
async function* rowsLoggedAfter(
  pages: AsyncIterable<NewRows>,
  { time, begin: beginBefore }: CloudCursor,
): AsyncGenerator<NewRows> {
  let isNew = false;
  let before = Number.NEGATIVE_INFINITY;
  const isLogged = ({ timestamp }: HistoryRow): boolean => {
    const wasBefore = before;
    before = timestamp;
    return timestamp > time || timestamp < wasBefore;
  };
  for await (const page of pages) {
    isNew ||= beginBefore !== null && page.begin !== beginBefore;
    const at: number = isNew ? 0 : page.rows.findIndex(isLogged);
    isNew ||= at >= 0;
    yield { ...page, rows: at < 0 ? [] : page.rows.slice(at) };
  }
}
