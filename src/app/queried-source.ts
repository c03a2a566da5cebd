/** A source with queries at its end, such as `wandb:team/project/@best=val/loss:20:min` or `./wandb/team/project/@by=group`. @module */

import { existsSync } from 'node:fs';
import { type Derivation, parseQuery, parseTerm, type QueryTerm } from '../namespace/index.ts';

export interface QueriedSource {
  /** Without the queries. */
  readonly source: string;
  /** Of the folder, as `entity/project`, where the path goes on so; null: all of the source. */
  readonly project: string | null;
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
  if (at < 0 || existsSync(text))
    return { source: text, project: null, queryPath: '', query: [], derivation: null };
  const queryPath = text.slice(at + 1).replace(/\/$/, '');
  const components = queryPath.split(/\/(?=@)/);
  const derivation = derivationOf(components.at(-1)!);
  const queries = derivation === null ? components : components.slice(0, -1);
  const query = queries.length === 0 ? [] : parseQuery(queries.join('/'));
  return { ...placeOf(text.slice(0, at)), queryPath, query, derivation };
}

/** A folder may be followed by the path of a project in the tree of its runs. */
function placeOf(text: string): Pick<QueriedSource, 'source' | 'project'> {
  const [, folder = '', entity = '', name = ''] = /^(.*[^/])\/+([^/]+)\/+([^/]+)\/*$/.exec(text) ?? [];
  const isPath = !/^(?:wandb:|https?:|[.~/]*$)/.test(folder);
  // What leads into another folder was meant for one.
  const isWithin = isPath && existsSync(folder) && !existsSync(`${folder}/${entity}`);
  return isWithin ? { source: folder, project: `${entity}/${name}` } : { source: text, project: null };
}

/** Nothing comes after it. */
function derivationOf(component: string): Derivation | null {
  const parsed = parseTerm(component);
  return parsed?.kind === 'grouping' || parsed?.kind === 'view' ? parsed : null;
}
