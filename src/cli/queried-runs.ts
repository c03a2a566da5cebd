/** A SOURCE with a query at its end, for commands that choose runs by `--runs`. @module */

import { queriedSource } from '../app/index.ts';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';

export interface QueriedRuns {
  /** Without the query. */
  readonly sources: string[];
  /** Patterns of runs; null: all. */
  readonly runs: readonly string[] | null;
}

/** `given`: as `--runs` has them. @throws CommandFailure `usage` where a query cannot be at the end of a SOURCE. */
export function queriedRuns(texts: readonly string[], given: readonly string[] | null): QueriedRuns {
  const sources = texts.map(queriedSource);
  const queried = sources.find(({ queryPath }) => queryPath !== '');
  if (queried === undefined) return { sources: [...texts], runs: given };
  const { source, project, queryPath, derivation } = queried;
  if (derivation !== null)
    throw usage(`${queryPath} makes runs of runs, and only those of sources are taken here: give ${source}`);
  if (texts.length > 1) throw usage(`${queryPath} needs a SOURCE of its own: give one SOURCE`);
  if (given !== null)
    throw usage(`${queryPath} and --runs both choose runs: write the query as one more --runs`);
  return { sources: [source], runs: [project === null ? queryPath : `${project}/${queryPath}`] };
}

/** Whether patterns are queries alone, which choose some at one time and none at another. */
export function areQueries(patterns: readonly string[] | null): patterns is readonly string[] {
  return patterns?.every((pattern) => /(?:^|\/)@/.test(pattern)) === true;
}

export function noneNow(patterns: readonly string[]): string {
  return `no run is chosen by ${patterns.join(' or ')} now`;
}

function usage(text: string): CommandFailure {
  return new CommandFailure(EXIT.usage, text);
}
