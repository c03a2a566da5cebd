/** History rows by range of steps, complete: pages that a server thins out or can't make are asked for in parts. @module */

import PQueue from 'p-queue';
import { type HistoryRow, LogdirError, mapOrdered, TurnBudget } from '../../../core/index.ts';
import { HISTORY_PAGE } from '../graphql/index.ts';
import {
  type DecodedPage,
  type HistoryKeys,
  pageThread,
  rowsOfDecoded,
  pageRows as rowsOfPage,
} from '../rows/index.ts';
import { askRun, type RunContext } from '../run-context.ts';
import { halves, planWindows, type StepWindow, samplesFor } from './history-windows.ts';
import { sampledRows } from './sampled-history.ts';

/** Pages asked for ahead of the one in hand; the budget bounds what is really under way. */
const AHEAD = 8;
/** Pages become rows one at a time: the first of those that came together is then done, and taken, before the last. */
const oneByOne = new PQueue({ concurrency: 1 });
/** Times a window that fails is halved before its rows are asked for key by key. */
const MAX_HALVINGS = 3;
/** Servers that cut wide rows do so after this many keys at least; axes come on top of those that are known. */
const LEAST_KEY_LIMIT = 10_000;
const KEY_MARGIN = 100;

export interface PageOptions {
  /** Steps [from, to). */
  readonly from: number;
  readonly to: number;
  /** How many rows are expected there. */
  readonly rows: number;
  readonly keyTypes: HistoryKeys;
  /** Called with the number of rows that say no step. */
  readonly onDropped: (count: number) => void;
}

/** What rows of all pages are made by. */
type RowSettings = Pick<PageOptions, 'keyTypes' | 'onDropped'>;

/** A window, and how many rows are expected in it. */
interface Expected extends StepWindow {
  readonly rows: number;
}

/** Rows ascending by step, page by page. @throws LogdirError when a page can't be had by any means. */
export async function* pagedRows(
  run: RunContext,
  { from, to, rows, ...settings }: PageOptions,
): AsyncGenerator<readonly HistoryRow[]> {
  const windows = planWindows(from, to, rows, run.pageLimits.pageRows);
  const expected = windows.map((window) => ({ ...window, rows: rows / windows.length }));
  yield* mapOrdered(expected, AHEAD, (window) => pageRows(run, window, settings, 0));
}

/** Steps beyond the last known one that are looked at: more than any program counts in a moment. */
const BEYOND_STEPS = 10_000_000;

/** Rows at `from` and later, about so many, ascending by step: one page. */
export async function* beyondRows(
  run: RunContext,
  { from, rows, ...settings }: Omit<PageOptions, 'to'>,
): AsyncGenerator<readonly HistoryRow[]> {
  yield await pageRows(run, { from, to: from + BEYOND_STEPS, rows }, settings, 0);
}

async function pageRows(
  run: RunContext,
  window: Expected,
  settings: RowSettings,
  halvings: number,
): Promise<readonly HistoryRow[]> {
  try {
    return await completeRows(run, window, await askPage(run, window, settings), settings);
  } catch (error) {
    if (!(error instanceof LogdirError) || error.code !== 'unavailable') throw error;
    const parts = halvings < MAX_HALVINGS ? halves(window) : null;
    if (parts !== null) {
      const inParts = parts.map((part) => ({ ...part, rows: window.rows / 2 }));
      return await concatenated(inParts, (part) => pageRows(run, part, settings, halvings + 1));
    }
    // Rows beyond the last step that is known may have other keys than those that are.
    if (window.to > settings.keyTypes.lastStep + 1) throw error;
    run.logger.debug({ run: run.key.runId, window, err: error }, 'a page of history failed; asking by key');
    return await sampledRows(run, window, settings.keyTypes);
  }
}

/** The rows of a page; if some may be lacking, of its halves, which must have more then. */
async function completeRows(
  run: RunContext,
  window: Expected,
  page: Page,
  settings: RowSettings,
): Promise<readonly HistoryRow[]> {
  const { pageLimits } = run;
  const parts = halves(window);
  if (parts === null || !pageLimits.mayBeThinned(page.lines, window, window.rows)) return await page.rows();
  const inParts = await Promise.all(parts.map((part) => askPage(run, part, settings)));
  const isComplete = inParts[0]!.lines + inParts[1]!.lines <= page.lines;
  pageLimits.learn(page.lines, isComplete);
  if (isComplete) return await page.rows();
  return await concatenated([0, 1], (i) =>
    completeRows(run, { ...parts[i]!, rows: window.rows / 2 }, inParts[i]!, settings),
  );
}

async function concatenated<T>(
  parts: readonly T[],
  rowsOf: (part: T) => Promise<readonly HistoryRow[]>,
): Promise<HistoryRow[]> {
  const rows: HistoryRow[] = [];
  for (const part of parts) for (const row of await rowsOf(part)) rows.push(row);
  return rows;
}

/** An answer that has come. */
interface Page {
  /** How many rows it is to have, such as say no step included. */
  readonly lines: number;
  rows(): Promise<readonly HistoryRow[]>;
}

async function askPage(run: RunContext, window: StepWindow, settings: RowSettings): Promise<Page> {
  const variables = {
    minStep: window.from,
    maxStep: window.to,
    samples: samplesFor(window),
    maxKeys: Math.max(LEAST_KEY_LIMIT, settings.keyTypes.keys().length + KEY_MARGIN),
  };
  let decoded = null as DecodedPage | null;
  const decode = async (text: string) => {
    decoded = await pageThread.decode(text);
    // The rows are in `decoded`: of the answer, nothing is left to take in.
    return decoded && { project: { run: { history: [] } } };
  };
  const { history } = (await askRun(run, HISTORY_PAGE, variables, decode)).run;
  if (decoded === null)
    return { lines: history.length, rows: () => oneByOne.add(() => rowsOfLines(run, history, settings)) };
  const page = decoded;
  const rows = async () => {
    if (page.dropped > 0) settings.onDropped(page.dropped);
    return ascending(rowsOfDecoded(page, run.registry));
  };
  return { lines: page.lines, rows };
}

async function rowsOfLines(
  { registry, options }: RunContext,
  lines: readonly string[],
  settings: RowSettings,
): Promise<readonly HistoryRow[]> {
  const rows: HistoryRow[] = [];
  const turn = new TurnBudget();
  for (const part of rowsOfPage(lines, { registry, ...settings })) {
    for (const row of part) rows.push(row);
    options.signal.throwIfAborted();
    await turn.next();
  }
  return ascending(rows);
}

/** One row per step, in order: of two of one step, the later one. */
function ascending(rows: readonly HistoryRow[]): readonly HistoryRow[] {
  const isAscending = rows.every((row, i) => i === 0 || row.step > rows[i - 1]!.step);
  if (isAscending) return rows;
  const byStep = new Map(rows.map((row) => [row.step, row]));
  return [...byStep.values()].sort((a, b) => a.step - b.step);
}
