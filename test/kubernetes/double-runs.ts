/** Runs of the double in the cluster, with points that are exact in float32: what is shown is compared to the bit. @module */

export interface DoubleRun {
  readonly id: string;
  readonly name: string;
  readonly rows: number;
  /** Whether its history is a parquet file. */
  readonly isExported: boolean;
}

export const DOUBLE_RUNS: readonly DoubleRun[] = [
  { id: 'first001', name: 'first', rows: 900, isExported: true },
  { id: 'second02', name: 'second', rows: 500, isExported: false },
];

export interface DoubleRow {
  readonly step: number;
  readonly values: { readonly loss: number; readonly 'val/accuracy': number };
}

/** Rows of a run, in the order of their steps. */
export function pointsOf({ rows }: DoubleRun): readonly DoubleRow[] {
  return Array.from({ length: rows }, (_, step) => ({
    step,
    values: { loss: rows - step / 8, 'val/accuracy': step / 1024 },
  }));
}
