/** What is told of one run, and of all of them. @module */

import type { Mismatch } from './compare.ts';
import { type Loss, Tally } from './tally.ts';

/** Mismatches that are told one by one of a run: one fault mostly shows in thousands of points. */
const MAX_TOLD = 100;

export interface RunReport {
  /** Path of its directory in the tree. */
  readonly run: string;
  readonly pointsIn: number;
  readonly pointsOut: number;
  readonly placeholders: number;
  readonly losses: readonly Loss[];
  /** How many there are. */
  readonly mismatchCount: number;
  /** The first ones. */
  readonly mismatches: readonly Mismatch[];
  /** Why it could not be compared. */
  readonly failure: string | null;
  /** What else is to be said of it. */
  readonly notes: readonly string[];
}

export interface VerifyReport {
  readonly through: string;
  readonly runs: readonly RunReport[];
  readonly total: Omit<RunReport, 'run' | 'mismatches' | 'failure' | 'notes'> & { readonly failures: number };
}

/** A run while it is compared. */
export class RunFindings {
  readonly tally = new Tally();
  readonly notes: string[] = [];
  readonly #mismatches: Mismatch[] = [];
  #count = 0;

  add(mismatches: Iterable<Mismatch>): void {
    for (const mismatch of mismatches) {
      this.#count++;
      if (this.#mismatches.length < MAX_TOLD) this.#mismatches.push(mismatch);
    }
  }

  report(run: string, failure: string | null): RunReport {
    const { pointsIn, pointsOut, placeholders, losses } = this.tally;
    const counts = { pointsIn, pointsOut, placeholders, losses, mismatchCount: this.#count };
    return { run, ...counts, mismatches: this.#mismatches, failure, notes: this.notes };
  }
}

export function totalReport(through: string, runs: readonly RunReport[]): VerifyReport {
  const all = new Tally();
  for (const run of runs) all.add(run);
  const { pointsIn, pointsOut, placeholders, losses } = all;
  const mismatchCount = runs.reduce((sum, run) => sum + run.mismatchCount, 0);
  const failures = runs.filter(({ failure }) => failure !== null).length;
  return { through, runs, total: { pointsIn, pointsOut, placeholders, losses, mismatchCount, failures } };
}
