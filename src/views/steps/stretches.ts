/**
 * Stretches of a run's log in which its steps ascend. Where a run went back, what it logs again takes back what it had of the
 * same key from that step on (`keptBefore` of `points/` says so of points in memory); here that is said of stretches, so that a
 * run is read in the order of its steps without holding it.
 * @module
 */

import { TurnBudget } from '../../core/index.ts';
import type { Run, RunLog } from '../../history/index.ts';
import { isOfView, type Member } from './member.ts';

export interface Stretch {
  /** Ordinals in the log: `[firstRow, endRow)`. */
  readonly firstRow: number;
  readonly endRow: number;
  /** By key id: values at this step and above were taken back. Null: none was. */
  readonly takenBackFrom: ReadonlyMap<number, number> | null;
}

type Signal = { readonly signal: AbortSignal };

interface Scanned {
  readonly rowCount: number;
  readonly stretches: readonly Stretch[];
}

/** Of runs that went back, as of a number of rows. */
const SCANNED = new WeakMap<RunLog, Scanned>();

/** In the order they were logged. A run that never went back is one, and nothing of it is read to know. */
export async function stretchesOf(
  { run, log, rowCount, restarts }: Member,
  options: Signal,
): Promise<readonly Stretch[]> {
  if (restarts === 0) return [{ firstRow: 0, endRow: rowCount, takenBackFrom: null }];
  const known = SCANNED.get(log);
  if (known?.rowCount === rowCount) return known.stretches;
  const scan = new StretchScan();
  await scanRows(run, log, rowCount, scan, options);
  const stretches = scan.stretches(rowCount);
  SCANNED.set(log, { rowCount, stretches });
  return stretches;
}

async function scanRows(
  run: Run,
  log: RunLog,
  rowCount: number,
  scan: StretchScan,
  { signal }: Signal,
): Promise<void> {
  const { ledger } = log;
  const { shapes } = ledger.dictionary;
  const budget = new TurnBudget();
  for (let index = 0; index < ledger.blockCount; index++) {
    const { firstRow } = ledger.block(index);
    if (firstRow >= rowCount) return;
    const [block] = await run.readBlocks(log, index, 1);
    const { steps, shapeIds } = block!;
    for (let row = 0; row < block!.rowCount && firstRow + row < rowCount; row++) {
      const shape = shapes[shapeIds[row]!]!;
      if (isOfView(shape)) scan.add(firstRow + row, steps[row]!, shapeIds[row]!, shape.keys);
    }
    await budget.next(signal);
  }
}

/** Finds where steps go back, and at which step each key begins in each stretch. */
class StretchScan {
  readonly #stretches: { readonly firstRow: number; readonly begins: Map<number, number> }[] = [];
  #lastStep = Number.POSITIVE_INFINITY;
  /** Shapes met in this stretch. */
  #met = new Set<number>();

  add(row: number, step: number, shapeId: number, keys: readonly number[]): void {
    if (step <= this.#lastStep) {
      this.#stretches.push({ firstRow: row, begins: new Map() });
      this.#met = new Set();
    }
    this.#lastStep = step;
    if (this.#met.has(shapeId)) return;
    this.#met.add(shapeId);
    const { begins } = this.#stretches.at(-1)!;
    for (const key of keys) if (!begins.has(key)) begins.set(key, step);
  }

  /** What later stretches begin with is what earlier ones have lost. */
  stretches(rowCount: number): readonly Stretch[] {
    const lost = new Map<number, number>();
    let endRow = rowCount;
    const found = this.#stretches.toReversed().map(({ firstRow, begins }) => {
      const stretch = { firstRow, endRow, takenBackFrom: lost.size === 0 ? null : new Map(lost) };
      endRow = firstRow;
      for (const [key, step] of begins) lost.set(key, Math.min(step, lost.get(key) ?? step));
      return stretch;
    });
    return found.reverse();
  }
}
