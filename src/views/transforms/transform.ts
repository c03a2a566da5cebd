/** What a view makes of the rows of a run, step by step of its list. @module */

import { keyPattern, nameFrom } from './key-pattern.ts';
import { type Series, smoothedSeries } from './series.ts';
import type { ViewStep } from './view-definition.ts';

/** A row on its way through a view. */
export interface ViewedRow {
  step: number;
  /** Values by key. */
  values: Map<string, number>;
  /** Set by an x axis that the row does not have: it is not shown. */
  isLeftOut: boolean;
}

/** Changes a row; may remember what rows before it held. */
export type Transform = (row: ViewedRow) => void;

/** The first pattern that a key matches, with what its stars stood for; undefined where there is none. */
type Find<T> = (key: string) => { readonly found: T; readonly stars: readonly string[] } | undefined;

/** One transform for all steps, at the start of a run. */
export function transformOf(steps: readonly ViewStep[]): Transform {
  const transforms = steps.map(oneTransform);
  return (row) => {
    for (const transform of transforms) transform(row);
  };
}

function oneTransform(step: ViewStep): Transform {
  switch (step.kind) {
    case 'rename':
      return renaming(finder(step.names.map(([key, name], rank) => [key, { name, rank }])));
    case 'keep':
    case 'drop':
      return choosing(finder(step.keys.map((key) => [key, true] as const)), step.kind === 'keep');
    case 'scale':
      return scaling(finder(step.factors));
    case 'ratio':
      return ratio(step.of, step.as);
    case 'x_axis':
      return onAxis(step.key);
    default: {
      const find = finder(step.keys.map((key, rank) => [key, rank] as const));
      return perSeries(find, step.as, () => smoothedSeries(step));
    }
  }
}

/** Keys of a run are few and come again with each row: what was found is kept. */
function finder<T>(patterns: readonly (readonly [string, T])[]): Find<T> {
  const parsed = patterns.map(([text, found]) => ({ pattern: keyPattern(text), found }));
  const known = new Map<string, ReturnType<Find<T>>>();
  return (key) => {
    if (known.has(key)) return known.get(key);
    let answer: ReturnType<Find<T>>;
    for (const { pattern, found } of parsed) {
      const stars = pattern.match(key);
      if (stars === null) continue;
      answer = { found, stars };
      break;
    }
    known.set(key, answer);
    return answer;
  };
}

interface NewName {
  readonly name: string;
  /** Of its pattern in the list. */
  readonly rank: number;
}

/**
 * Where several keys come to one name, a step has the value of the one whose pattern stands first; those of one pattern by name, and
 * last a key that has that name already.
 */
function renaming(find: Find<NewName>): Transform {
  return (row) => {
    const values = new Map<string, number>();
    const ranks = new Map<string, number>();
    for (const [key, value] of row.values) {
      const match = find(key);
      const name = match === undefined ? key : nameFrom(match.found.name, match.stars);
      const rank = match?.found.rank ?? Number.MAX_SAFE_INTEGER;
      if (name === '' || (ranks.get(name) ?? Number.POSITIVE_INFINITY) <= rank) continue;
      values.set(name, value);
      ranks.set(name, rank);
    }
    row.values = values;
  };
}

function choosing(find: Find<true>, keeps: boolean): Transform {
  return (row) => {
    for (const key of row.values.keys()) if ((find(key) !== undefined) !== keeps) row.values.delete(key);
  };
}

function scaling(find: Find<number>): Transform {
  return (row) => {
    for (const [key, value] of row.values) {
      const match = find(key);
      if (match !== undefined) row.values.set(key, value * match.found);
    }
  };
}

function ratio([a, b]: readonly [string, string], as: string): Transform {
  return ({ values }) => {
    const [above, below] = [values.get(a), values.get(b)];
    if (above !== undefined && below !== undefined) values.set(as, above / below);
  };
}

function onAxis(key: string): Transform {
  return (row) => {
    const step = row.values.get(key);
    // -0 is step 0.
    if (step !== undefined && Number.isSafeInteger(step) && step >= 0) row.step = step + 0;
    else row.isLeftOut = true;
  };
}

/**
 * Each key that matches is a series of its own. `as`: null puts what comes of it in its place. Where several come to one name, a step
 * has what the one made whose pattern stands first; of one pattern, the first by name.
 */
function perSeries(find: Find<number>, as: string | null, begin: () => Series): Transform {
  const series = new Map<string, Series>();
  return ({ values }) => {
    const made: { readonly name: string; readonly value: number | null; readonly rank: number }[] = [];
    for (const [key, value] of values) {
      const match = find(key);
      if (match === undefined) continue;
      const own = series.get(key) ?? begin();
      series.set(key, own);
      made.push({
        name: as === null ? key : nameFrom(as, match.stars),
        value: own(value),
        rank: match.found,
      });
    }
    // Names of changed series are their keys, and those of one alone are its own.
    const ranks = as === null || made.length === 1 ? null : new Map<string, number>();
    for (const { name, value, rank } of made) {
      if ((ranks?.get(name) ?? Number.POSITIVE_INFINITY) <= rank) continue;
      if (value !== null) {
        values.set(name, value);
        ranks?.set(name, rank);
      } else if (as === null) values.delete(name);
    }
  };
}
