/** What runs of a project are chosen by: one term for each component `@…` of a path. @module */

import type { RunState } from '../../core/index.ts';
import type { RunCondition } from '../../history/index.ts';

export type QueryTerm =
  | { readonly kind: 'state'; readonly state: RunState }
  /** '': runs that have none. */
  | { readonly kind: 'equals'; readonly field: EqualField; readonly value: string }
  /** The same value, or one that goes on after it with a slash. */
  | { readonly kind: 'begins'; readonly field: EqualField; readonly value: string }
  /** Against the display name, or the id of a run that has none. */
  | { readonly kind: 'name'; readonly glob: string }
  | { readonly kind: 'compares'; readonly condition: CompareCondition }
  /** Started within so long before now. */
  | { readonly kind: 'since'; readonly maxAgeMs: number }
  /** Started at or after, in Unix milliseconds. */
  | { readonly kind: 'from'; readonly startMs: number }
  /** So many that started last. */
  | { readonly kind: 'last'; readonly count: number }
  /** So many with the largest or smallest number at a key of their summary. */
  | { readonly kind: 'best'; readonly path: string; readonly count: number; readonly goal: 'min' | 'max' };

/** What runs are grouped by: a fact of theirs, or a value of their config, by its key with dots where keys nest. */
export type Grouping = { readonly field: EqualField } | { readonly field: 'config'; readonly path: string };

export type EqualField = 'tag' | 'group' | 'sweep' | 'user' | 'job';
export type CompareCondition = Extract<RunCondition, { readonly comparison: unknown }>;

/** What is shown in place of runs: what groups of them have in common, or each of them as a view shows it. */
export type Derivation =
  | { readonly kind: 'grouping'; readonly grouping: Grouping }
  | { readonly kind: 'view'; readonly name: string };

/**
 * What a component says. `problem`: it begins as a query does, and is none, perhaps because its text goes on after a slash; the
 * message says what would be one. `isOpen`: it is one, and may be the beginning of another that goes on so.
 */
export type ParsedTerm =
  | { readonly kind: 'term'; readonly term: QueryTerm; readonly isOpen: boolean }
  | Derivation
  | { readonly kind: 'problem'; readonly message: string };
