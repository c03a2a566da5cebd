/** What is said where a path of queries lists nothing: a key that no run has looks like runs that are yet to come. @module */

import { type App, queriedSource } from '../../app/index.ts';
import { nearestName } from '../../core/index.ts';

/** Keys of a config that are told. */
const MAX_TOLD = 10;

/** A sentence about a directory of the tree in which nothing is; null for one that no query is about. */
export async function emptyQueryText(
  { overview }: Pick<App, 'overview'>,
  path: string,
  signal: AbortSignal,
): Promise<string | null> {
  const { source, queryPath, derivation } = queriedSource(path);
  if (queryPath === '') return null;
  if (derivation?.kind !== 'grouping') return `no run is chosen by ${queryPath} now`;
  const { grouping } = derivation;
  if (grouping.field !== 'config')
    return `no run there has a ${grouping.field} now: ${queryPath} has no groups`;
  const [entity = '', project = ''] = source.split('/');
  const keys = await configKeys({ overview }, entity, project, signal);
  const text = `no run there has a value of config.${grouping.path} now: ${queryPath} has no groups`;
  const near = nearestName(grouping.path, keys);
  if (near !== null && near !== grouping.path) return `${text}. Did you mean config.${near}?`;
  const more = keys.length > MAX_TOLD ? ', …' : '';
  return keys.length === 0 ? text : `${text}. Config has ${keys.slice(0, MAX_TOLD).join(', ')}${more}`;
}

async function configKeys(
  { overview }: Pick<App, 'overview'>,
  entity: string,
  project: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const order = { by: 'started', direction: 'descending' } as const;
  const query = { query: '', order, offset: 0, limit: 1, columns: null, signal };
  const { columns, otherColumns } = await overview.table(entity, project, query);
  return [...columns, ...otherColumns].flatMap(({ field, path }) => (field === 'config' ? [path] : []));
}
