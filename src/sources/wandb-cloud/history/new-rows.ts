/** Rows of a run that were not read before; and whether its history went back: a rewind, a run begun anew. @module */

import { type HistoryRow, LogdirError } from '../../../core/index.ts';
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
}

export interface NewRowsOptions extends Pick<HistoryOptions, 'detail' | 'keyTypes' | 'onDropped'> {
  /** How far the run was read before. */
  readonly start: CloudCursor;
}

/**
 * Rows after the cursor.
 * @throws LogdirError `corrupt` when history went back since: what a rewind took back, of whatever key, is no part of the run
 * any more.
 */
export async function* newRows(
  run: RunContext,
  { start, ...options }: NewRowsOptions,
): AsyncGenerator<NewRows> {
  const { detail, keyTypes } = options;
  if (start.step < 0) {
    yield* counted(historyRows(run, { ...options, afterStep: -1, linesBefore: 0 }), 0);
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
  const { runId } = run.key;
  throw new LogdirError('corrupt', `run ${runId}: its history went back since it was read; it is read anew`);
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
