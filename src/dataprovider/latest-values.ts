/** The newest value of series, each from the one block that holds it. @module */

import { valueAt } from './block-columns.ts';
import type { ScalarPoints } from './data-provider.ts';
import type { OpenRun } from './open-run.ts';
import type { ScalarSeries } from './run-series.ts';
import { onePoint } from './scalar-memory.ts';
import type { ScratchPool } from './scratch.ts';

/** One point per series; blocks that several share are read once. @throws LogdirError as `History.readBlocks` */
export async function latestValues(
  { scratch }: { readonly scratch: ScratchPool },
  { run, log }: Pick<OpenRun, 'run' | 'log'>,
  wanted: ReadonlyMap<string, ScalarSeries>,
): Promise<ReadonlyMap<string, ScalarPoints>> {
  const byBlock = new Map<number, [string, ScalarSeries][]>();
  for (const entry of wanted) {
    const { block } = entry[1].newest;
    const sharing = byBlock.get(block) ?? [];
    byBlock.set(block, sharing);
    sharing.push(entry);
  }
  const found = new Map<string, ScalarPoints>();
  await scratch.lend(async (allocate) => {
    for (const [index, series] of byBlock) {
      const [block] = await run.readBlocks(log, index, 1, allocate);
      if (block === undefined) continue;
      for (const [tag, { newest }] of series) {
        const { row, step, timestamp } = newest.end;
        const value = valueAt(block, log.ledger.dictionary, row, newest.column);
        found.set(tag, onePoint(step, timestamp, value));
      }
    }
  });
  return found;
}
