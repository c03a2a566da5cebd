/** What a derived run is made of: runs, and what is computed of their rows. @module */

import type { HistoryRow, RowShape, RunKey, RunRecord } from '../core/index.ts';
import type { Run } from '../history/index.ts';
import type { AlignedStep } from './steps/aligned-steps.ts';

/** What a fold needs of where its rows come from and go. */
export interface FoldContext {
  /** Text of a key by its number in an `AlignedStep`. */
  readonly keyOf: (number: number) => string;
  /** The shape with these keys, which must be unique and in ascending code-unit order. */
  readonly shapeOf: (keys: readonly string[]) => RowShape;
}

/** Computes rows of a derived run, step after step. */
export interface Fold {
  /** The row that a step comes to; null where it comes to none. Those of a key have ascending steps. */
  add(step: AlignedStep): HistoryRow | null;
}

/** A run that others are derived from, and which history of it. */
export interface RecipeMember {
  readonly run: Run;
  readonly generation: number;
  /** Times that it went back. */
  readonly restarts: number;
  /** Times that it went on after an exit. */
  readonly resumes: number;
  /** The last step that it has logged, where others go on and do not wait for it; null: they do. */
  readonly end: { readonly step: number | null } | null;
}

/** Equal keys: equal recipes. The key of a run says everything that its rows depend on, but for the rows of its members. */
export interface Recipe {
  readonly key: RunKey;
  /** `runKeyText(key)`. */
  readonly id: string;
  readonly displayName: string;
  /** Unix seconds; null: members that were not read yet tell, and nothing is computed. */
  readonly startTime: number | null;
  /** In an order that does not change. */
  readonly members: readonly RecipeMember[];
  /** Whether rows depend on those before them, so that members are read from their starts each time they have grown. */
  readonly hasMemory: boolean;
  /** What the run says of itself before its first row. `startTime`: Unix seconds. */
  readonly beginning: (startTime: number) => readonly RunRecord[];
  readonly newFold: (context: FoldContext) => Fold;
}
