/** A source with queries at its end, such as `wandb:team/project/@best=val/loss:20:min`. @module */

import { existsSync } from 'node:fs';
import { LogdirError } from '../core/index.ts';
import { type Grouping, parseTerm, type QueryTerm } from '../namespace/index.ts';

export interface QueriedSource {
  /** Without the queries. */
  readonly source: string;
  /** As it stands in a path; '' where there is none. */
  readonly queryPath: string;
  readonly query: readonly QueryTerm[];
  /** What the runs that it chooses are grouped by; null: they are shown as they are. */
  readonly grouping: Grouping | null;
}

/** Where queries begin. */
const QUERY = /\/@(?=\w+[=.])/u;

/**
 * What a text names, and which of its runs. A path that is there is meant as it is.
 * @throws LogdirError `invalid-argument`, `not-found` for queries that are none.
 */
export function queriedSource(text: string): QueriedSource {
  const at = text.search(QUERY);
  if (at < 0 || existsSync(text)) return { source: text, queryPath: '', query: [], grouping: null };
  const queryPath = text.slice(at + 1).replace(/\/$/, '');
  // A slash within a value is part of it: the next query begins with an `@`.
  const components = queryPath.split(/\/(?=@)/);
  const grouping = groupingOf(components.at(-1)!);
  const query = (grouping === null ? components : components.slice(0, -1)).map(termOf);
  return { source: text.slice(0, at), queryPath, query, grouping };
}

/** Nothing comes after it. */
function groupingOf(component: string): Grouping | null {
  const parsed = parseTerm(component);
  return parsed?.kind === 'grouping' ? parsed.grouping : null;
}

function termOf(component: string): QueryTerm {
  const parsed = parseTerm(component);
  if (parsed?.kind === 'term') return parsed.term;
  const isGrouping = parsed?.kind === 'grouping';
  const problem = isGrouping ? `${component} groups runs: it comes last` : parsed?.message;
  throw new LogdirError('invalid-argument', problem ?? `${component} is no query`);
}
