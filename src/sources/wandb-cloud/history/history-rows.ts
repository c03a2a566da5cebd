/**
 * The history of a run after a step, complete and in order, by the ways a server has, cheapest first: exported parquet
 * files, pages of `history`, and, where a page fails for good, `sampledHistory` key by key (in history-pages.ts). Each
 * way begins where the one before it ended, so that a way may break off at any row. Servers differ in which of them they
 * have and in what they leave out of each; what was read is held against their counts in history-check.ts. @module
 */

import { type HistoryRow, LogdirError } from '../../../core/index.ts';
import { fetchFiles } from '../files/index.ts';
import { type HistoryKeys, parquetRows } from '../rows/index.ts';
import { askDetail, type DetailedRun } from '../run/index.ts';
import type { RunContext } from '../run-context.ts';
import { beyondRows, pagedRows } from './history-pages.ts';

export interface HistoryOptions {
  readonly detail: DetailedRun;
  readonly keyTypes: HistoryKeys;
  /** Rows up to this step were read before; -1: none. */
  readonly afterStep: number;
  /** Nothing beyond this step is wanted; absent: all there is. */
  readonly untilStep?: number;
  /** Rows up to `afterStep`, by which it is known how many are left. */
  readonly linesBefore: number;
  /** Called with the number of rows that say no step: they have no place in a history, and are left out. */
  readonly onDropped: (count: number) => void;
}

/** Ascending by step, each step once. Batches are bounded. */
export async function* historyRows(
  run: RunContext,
  options: HistoryOptions,
): AsyncGenerator<readonly HistoryRow[]> {
  const { detail, keyTypes, onDropped, untilStep = Number.POSITIVE_INFINITY } = options;
  const lastStep = Math.min(keyTypes.lastStep, untilStep);
  let { afterStep, linesBefore } = options;
  const total = detail.run.historyLineCount ?? lastStep + 1;
  const stretches = [
    // Exports pay where much is wanted: the whole of a run, or a long way on.
    () => {
      const isLong = afterStep < 0 || total - linesBefore > FEW_ROWS;
      return detail.historyUrls.length > 0 && isLong
        ? exportedRows(run, { ...options, untilStep: lastStep })
        : NOTHING;
    },
    () => {
      const rows = Math.max(1, total - linesBefore);
      return pagedRows(run, { from: afterStep + 1, to: lastStep + 1, rows, keyTypes, onDropped });
    },
    // Counts may run ahead of the last step that is known; then what lies beyond it is wanted too.
    () => {
      const rows = total - linesBefore;
      const from = Math.max(afterStep, lastStep) + 1;
      return rows > 0 && untilStep === Number.POSITIVE_INFINITY
        ? beyondRows(run, { from, rows, keyTypes, onDropped })
        : NOTHING;
    },
  ];
  for (const stretch of stretches) {
    for await (const rows of stretch()) {
      if (rows.length === 0) continue;
      afterStep = rows.at(-1)!.step;
      linesBefore += rows.length;
      yield rows;
    }
  }
}

/** Rows beyond which fetching exported files is less work than asking for pages: about one page. */
const FEW_ROWS = 4000;

const NOTHING: AsyncIterable<readonly HistoryRow[]> = { [Symbol.asyncIterator]: async function* () {} };

async function* exportedRows(
  run: RunContext,
  { detail, keyTypes, afterStep, untilStep, onDropped }: HistoryOptions & { readonly untilStep: number },
): AsyncGenerator<readonly HistoryRow[]> {
  const { registry, options } = run;
  let last = afterStep;
  try {
    const renew = async () => (await askDetail(run)).historyUrls;
    await using files = await fetchFiles(run, detail.historyUrls, renew);
    const wanted = { registry, keyTypes, afterStep, untilStep, onDropped, signal: options.signal };
    for await (const rows of parquetRows(files.paths, wanted)) {
      last = rows.at(-1)?.step ?? last;
      if (rows.length > 0) yield rows;
    }
  } catch (error) {
    if (!isUnusable(error)) throw error;
    // What was yielded stands; pages give the rest.
    run.logger.warn(
      { run: run.key.runId, afterStep: last, err: error },
      'exported history is not usable; reading page by page',
    );
  }
}

/** Files that are damaged or gone are no reason to fail: the server has the rows too. */
function isUnusable(error: unknown): boolean {
  return error instanceof LogdirError && (error.code === 'corrupt' || error.code === 'not-found');
}
