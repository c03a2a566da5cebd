/** Puts rows in order: by step or time, one row each, none without. @module */

import type { HistoryRow, SystemRow } from '../../../core/index.ts';
import type { RowDraft } from './row-builder.ts';

/** Why rows were left out: they do not say where they belong. */
export type DropReason = 'no-step' | 'no-timestamp';

export interface SequenceOptions {
  /** Called once with how many rows had to be left out, if any. */
  readonly onDropped?: ((count: number, reason: DropReason) => void) | undefined;
}

export interface HistoryOptions extends SequenceOptions {
  /** What a row without a timestamp goes by until another row has one. Unix seconds; default 0. */
  readonly lastTimestamp?: number | undefined;
}

/** Ascending by step; of rows with one step the last holds. A row without a timestamp takes the one before it. */
export function historySequence(drafts: readonly RowDraft[], options: HistoryOptions): HistoryRow[] {
  const rows = ascending(drafts, 'step', options);
  let timestamp = options.lastTimestamp ?? 0;
  for (const row of rows) {
    if (Number.isFinite(row.timestamp)) timestamp = row.timestamp;
    else row.timestamp = timestamp;
  }
  return rows;
}

/** Ascending by timestamp, later than a moment; of rows with one timestamp the last holds. */
export function systemSequence(
  drafts: readonly RowDraft[],
  afterTimestamp: number,
  options: SequenceOptions,
): SystemRow[] {
  return ascending(drafts, 'timestamp', options)
    .filter(({ timestamp }) => timestamp > afterTimestamp)
    .map(systemRow);
}

export function systemRow({ timestamp, shape, values }: Omit<SystemRow, 'kind'>): SystemRow {
  return { kind: 'system', timestamp, shape, values };
}

function ascending(
  drafts: readonly RowDraft[],
  axis: 'step' | 'timestamp',
  { onDropped }: SequenceOptions,
): RowDraft[] {
  const rows = drafts.filter((row) => Number.isFinite(row[axis]));
  const dropped = drafts.length - rows.length;
  if (dropped > 0) onDropped?.(dropped, axis === 'step' ? 'no-step' : 'no-timestamp');
  if (rows.every((row, index) => index === 0 || rows[index - 1]![axis] < row[axis])) return rows;
  rows.sort((a, b) => a[axis] - b[axis]);
  return rows.filter((row, index) => rows[index + 1]?.[axis] !== row[axis]);
}
