/** Cells of series that are worth reading: their files are fetched for it. @module */

import type { RunLog } from '../../history/index.ts';
import { NO_CONTENTS } from '../../plugins/index.ts';
import { ThinnedList } from '../../points/index.ts';
import type { ResolvedRun } from '../runs/resolved-runs.ts';
import type { CellSeries } from '../runs/run-series.ts';
import { type LoggedCell, loggedCells } from './logged-summaries.ts';

/** A list that is thinned as it is read keeps half as many as it may, so that there are as many as are asked for. */
export const SPARE = 4;

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
  const lists = new Map(cells.map((series) => [series, new ThinnedList<LoggedCell>(SPARE * max)]));
  const byShape = new Map<number, [CellSeries, ThinnedList<LoggedCell>][]>();
  for (const entry of lists) {
    for (const id of entry[0].shapeIds) byShape.set(id, [...(byShape.get(id) ?? []), entry]);
  }
  for await (const cell of loggedCells(run, new Set(byShape.keys()), blocks)) {
    // One that comes to nothing takes no other back.
    for (const [series, list] of byShape.get(cell.shapeId) ?? []) if (mayShow(series, cell)) list.push(cell);
  }
  return new Map([...lists].map(([series, list]) => [series, evenly(list.points(), max)]));
}

/** Whether a cell comes to a point, as far as it says so itself. */
function mayShow({ series, tag }: CellSeries, { text }: LoggedCell): boolean {
  if (series.metadata !== null || (series.needs?.(text).length ?? 0) > 0) return true;
  return series.read(text, NO_CONTENTS, tag).length > 0;
}

/** At most `max` of a list, spread evenly, the first and the last among them. */
export function evenly<T>(list: readonly T[], max: number): readonly T[] {
  if (list.length <= max) return list;
  if (max <= 1) return list.slice(-1);
  return Array.from({ length: max }, (_, i) => list[Math.round((i * (list.length - 1)) / (max - 1))]!);
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
