/** A source with queries at its end, such as `wandb:team/project/@best=val/loss:20:min`. @module */

import { existsSync } from 'node:fs';
import { type Derivation, parseQuery, parseTerm, type QueryTerm } from '../namespace/index.ts';

export interface QueriedSource {
  /** Without the queries. */
  readonly source: string;
  /** As it stands in a path; '' where there is none. */
  readonly queryPath: string;
  readonly query: readonly QueryTerm[];
  /** What is shown in place of the runs that it chooses; null: themselves. */
  readonly derivation: Derivation | null;
}

/** Where queries begin. */
const QUERY = /\/@(?=\w+[=.])/u;

/**
 * What a text names, and which of its runs. A path that is there is meant as it is.
 * @throws LogdirError `invalid-argument`, `not-found` for queries that are none.
 */
export function queriedSource(text: string): QueriedSource {
  const at = text.search(QUERY);
  if (at < 0 || existsSync(text)) return { source: text, queryPath: '', query: [], derivation: null };
  const queryPath = text.slice(at + 1).replace(/\/$/, '');
  const components = queryPath.split(/\/(?=@)/);
  const derivation = derivationOf(components.at(-1)!);
  const queries = derivation === null ? components : components.slice(0, -1);
  const query = queries.length === 0 ? [] : parseQuery(queries.join('/'));
  return { source: text.slice(0, at), queryPath, query, derivation };
}

/** Nothing comes after it. */
function derivationOf(component: string): Derivation | null {
  const parsed = parseTerm(component);
  return parsed?.kind === 'grouping' || parsed?.kind === 'view' ? parsed : null;
}
