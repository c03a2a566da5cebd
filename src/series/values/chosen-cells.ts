/** Cells of series that are worth reading: their files are fetched for it. @module */

import type { RunLog } from '../../history/index.ts';
import { ThinnedList } from '../../points/index.ts';
import type { ResolvedRun } from '../runs/resolved-runs.ts';
import type { CellSeries } from '../runs/run-series.ts';
import { type LoggedCell, loggedCells } from './logged-summaries.ts';

export type ChosenCells = ReadonlyMap<CellSeries, readonly LoggedCell[]>;

/**
 * Some cells of each series, spread evenly, in the order they were logged, the first and the newest among them. `blocks`: of
 * these blocks of the log alone, where not null.
 */
export async function chooseCells(
  run: ResolvedRun,
  cells: readonly CellSeries[],
  max: number,
  blocks: ReadonlySet<number> | null = null,
): Promise<ChosenCells> {
  const lists = new Map(cells.map((series) => [series, new ThinnedList<OrderedCell>(max)]));
  const byShape = new Map<number, ThinnedList<OrderedCell>[]>();
  for (const [{ shapeIds }, list] of lists) {
    for (const id of shapeIds) byShape.set(id, [...(byShape.get(id) ?? []), list]);
  }
  let order = 0;
  for await (const cell of loggedCells(run, new Set(byShape.keys()), blocks)) {
    for (const list of byShape.get(cell.shapeId) ?? []) list.push({ step: order, cell });
    order++;
  }
  return new Map([...lists].map(([series, list]) => [series, list.points().map(({ cell }) => cell)]));
}

/** Thinned by its place: whether it takes back earlier ones shows when it is read. */
interface OrderedCell {
  readonly step: number;
  readonly cell: LoggedCell;
}

/** At most `max` blocks that hold cells of some series, spread evenly, and those with the newest cell of each. */
export function someBlocks(
  { ledger }: RunLog,
  cells: readonly CellSeries[],
  max: number,
): ReadonlySet<number> {
  const shapeIds = new Set(cells.flatMap((series) => series.shapeIds));
  const holding: number[] = [];
  for (let index = 0; index < ledger.blockCount; index++)
    if (ledger.block(index).ends.some(({ shapeId }) => shapeIds.has(shapeId))) holding.push(index);
  const stride = Math.max(1, Math.ceil(holding.length / max));
  return new Set([
    ...holding.filter((_, i) => i % stride === 0),
    ...cells.map((series) => series.newest.block),
  ]);
}
