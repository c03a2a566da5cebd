/** Rows of a run as an event file shows them in the end, told apart from how they came there. @module */

import { readEvents } from '../event-reader.ts';

/** What TensorBoard has of a row: numbers as float32, texts. */
export interface ShownRow {
  readonly step: number;
  readonly timestamp: number;
  readonly values: ReadonlyMap<string, number | string>;
}

interface Draft extends ShownRow {
  readonly values: Map<string, number | string>;
}

/**
 * Rows as TensorBoard's loaders keep them: what a tag has from a step on goes when the tag is logged again at that step.
 * Values of one row stand side by side.
 * @throws Error for damaged records, and for a tag that comes again where the Python loader is not told so.
 */
export function shownRows(file: Uint8Array): ShownRow[] {
  const rows: Draft[] = [];
  let isTold = false;
  for (const { step = 0, wallTime = 0, fileVersion, summary } of readEvents(file)) {
    if (fileVersion !== undefined) isTold = fileVersion === 'brain.Event:0';
    for (const { tag = '', simpleValue, tensor } of summary?.value ?? []) {
      // Rows are told apart by their numbers and strings.
      if (/^(?:wandb|system)\//.test(tag) || tag === 'list') continue;
      const value = simpleValue ?? new TextDecoder().decode(tensor?.stringVal?.[0]);
      const dropped = dropFrom(rows, tag, step);
      if (dropped > 0 && !isTold)
        throw new Error(`${tag} at step ${step} comes again, which only one loader sees`);
      rowAt(rows, step, wallTime).values.set(tag, value);
    }
  }
  return rows;
}

/** Drops a tag's values from a step on; says how many. */
function dropFrom(rows: Draft[], tag: string, step: number): number {
  let dropped = 0;
  for (let i = rows.length - 1; i >= 0 && rows[i]!.step >= step; i--) {
    if (rows[i]!.values.delete(tag)) dropped++;
    if (rows[i]!.values.size === 0) rows.splice(i, 1);
  }
  return dropped;
}

/** The row of a step and time, in its place. */
function rowAt(rows: Draft[], step: number, timestamp: number): Draft {
  let at = rows.length;
  while (at > 0 && rows[at - 1]!.step > step) at--;
  const last = rows[at - 1];
  if (last?.step === step && last.timestamp === timestamp) return last;
  const row = { step, timestamp, values: new Map<string, number | string>() };
  rows.splice(at, 0, row);
  return row;
}

/** Number of the first row that is not the same in both, as far as `rows` goes; -1 when there is none. */
function firstDifference(rows: readonly ShownRow[], expected: readonly ShownRow[]): number {
  return rows.findIndex((row, i) => expected[i] === undefined || !isSame(row, expected[i]));
}

/** What is wrong with rows, for people; null when they are those expected, or with `isPart` the first of them. */
export function wrongRows(
  rows: readonly ShownRow[],
  expected: readonly ShownRow[],
  { isPart = false } = {},
): string | null {
  const at = firstDifference(rows, expected);
  if (at < 0 && (isPart || rows.length === expected.length)) return null;
  const counts = `${rows.length} of ${expected.length} rows`;
  return at < 0 ? counts : `${counts}; row ${at} is ${textOf(rows[at])}, not ${textOf(expected[at])}`;
}

const SHOWN_VALUES = 5;

function textOf(row: ShownRow | undefined): string {
  if (row === undefined) return 'there';
  const values = [...row.values].slice(0, SHOWN_VALUES).map(([key, value]) => `${key} ${value}`);
  return `${row.step} at ${row.timestamp} (${values.join(', ')})`;
}

function isSame(a: ShownRow, b: ShownRow): boolean {
  if (a.step !== b.step || a.timestamp !== b.timestamp || a.values.size !== b.values.size) return false;
  for (const [key, value] of a.values) if (!Object.is(value, b.values.get(key))) return false;
  return true;
}
