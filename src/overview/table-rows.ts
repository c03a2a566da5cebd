/** A table of runs from what the catalogue knows of them. @module */

import { TurnBudget } from '../core/index.ts';
import { knownColumns } from './known-columns.ts';
import { columnText, type RunColumn } from './run-column.ts';
import { MAX_COLUMNS, type RunTable, type TableQuery, type TableRun } from './run-table.ts';
import type { MatchingRuns, SearchedRun } from './searched-runs.ts';
import { TableValues } from './table-values.ts';

type ReadingOf = (run: SearchedRun) => TableRun['reading'];

export async function tableOf(
  { runs, ...search }: MatchingRuns,
  query: TableQuery,
  readingOf: ReadingOf,
): Promise<RunTable> {
  const entries = runs.flatMap(({ entry }) => entry ?? []);
  const known = await knownColumns(entries, query.signal);
  const columns = distinct(query.columns ?? known.defaults).slice(0, MAX_COLUMNS);
  const shown = new Set(columns.map(columnText));
  const values = new TableValues(columns);
  const rows: TableRun[] = [];
  const budget = new TurnBudget();
  for (const run of runs.slice(query.offset, query.offset + query.limit)) {
    rows.push({ ...tableRun(run), reading: readingOf(run), values: values.of(run.entry) });
    await budget.next(query.signal);
  }
  return {
    ...search,
    total: runs.length,
    columns,
    otherColumns: known.columns.filter((column) => !shown.has(columnText(column))),
    moreColumns: known.more,
    runs: rows,
  };
}

function distinct(columns: readonly RunColumn[]): readonly RunColumn[] {
  return [...new Map(columns.map((column) => [columnText(column), column])).values()];
}

function tableRun({
  directory,
  run,
  entry,
  state,
  facts,
  modifiedAtMs,
}: SearchedRun): Omit<TableRun, 'reading' | 'values'> {
  return {
    runId: run.key.runId,
    displayName: facts.displayName ?? null,
    ...{ directory, state, modifiedAtMs },
    exitCode: entry?.exit?.exitCode ?? null,
    startTime: facts.startTime ?? run.listing.startTime,
    group: facts.group ?? null,
    tags: facts.tags ?? [],
    rows: entry?.progress.rows ?? null,
    lastStep: entry?.progress.lastStep ?? null,
  };
}
