/** Rows of a run as an event file shows them in the end, told apart from how they came there. @module */

import { SESSION_STATUS } from '../../../src/protobuf/index.ts';
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
 * Rows as TensorBoard's Python loader keeps them: where history goes back there is a START, by which everything from
 * that step on is dropped. Values of one row stand side by side.
 * @throws Error for damaged records, and for a step that comes again without a START.
 */
export function shownRows(file: Uint8Array): ShownRow[] {
  const rows: Draft[] = [];
  for (const { step = 0, wallTime = 0, sessionLog, summary } of readEvents(file)) {
    if (sessionLog?.status === SESSION_STATUS.start) dropFrom(rows, step);
    for (const { tag = '', simpleValue, tensor } of summary?.value ?? []) {
      if (/^(?:wandb|system)\//.test(tag)) continue;
      const value = simpleValue ?? new TextDecoder().decode(tensor?.stringVal?.[0]);
      rowAt(rows, step, wallTime, tag).values.set(tag, value);
    }
  }
  return rows;
}

function dropFrom(rows: Draft[], step: number): void {
  while (rows.length > 0 && rows.at(-1)!.step >= step) rows.pop();
}

function rowAt(rows: Draft[], step: number, timestamp: number, tag: string): Draft {
  const last = rows.at(-1);
  if (last?.step === step && last.timestamp === timestamp && !last.values.has(tag)) return last;
  if (last !== undefined && last.step >= step)
    throw new Error(`${tag} at step ${step} comes after step ${last.step}, and no START before it`);
  const row = { step, timestamp, values: new Map<string, number | string>() };
  rows.push(row);
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
