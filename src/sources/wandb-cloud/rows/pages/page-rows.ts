/** The lines of a page become rows, part by part. @module */

import type { HistoryRow } from '../../../../core/index.ts';
import { type RowOptions, rowsOfLines } from '../json-rows.ts';

/** Lines turned into rows between two looks at the clock: some 4 ms. */
const LINES_AT_A_TIME = 2000;

/** Each part ascends by step. @throws LogdirError `unavailable` for a line that is no row. */
export function* pageRows(lines: readonly string[], options: RowOptions): Generator<readonly HistoryRow[]> {
  for (let at = 0; at < lines.length; at += LINES_AT_A_TIME)
    yield rowsOfLines(lines.slice(at, at + LINES_AT_A_TIME), options);
}
