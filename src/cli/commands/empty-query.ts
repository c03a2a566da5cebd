/** What is said where a path of queries lists nothing: a key that no run has looks like runs that are yet to come. @module */

import { type App, queriedSource } from '../../app/index.ts';
import { nearestName } from '../../core/index.ts';

/** Keys that are told. */
const MAX_TOLD = 10;

type Field = 'config' | 'summary';

/** What a query asks of the documents of runs. */
interface AskedKey {
  readonly field: Field;
  /** With dots where keys nest. */
  readonly path: string;
}

type Queried = ReturnType<typeof queriedSource>;

/** A sentence about a directory of the tree in which nothing is; null for one that no query is about. */
export async function emptyQueryText(
  { overview }: Pick<App, 'overview'>,
  path: string,
  signal: AbortSignal,
): Promise<string | null> {
  const queried = queriedSource(path);
  const { source, queryPath, derivation } = queried;
  if (queryPath === '') return null;
  const text =
    derivation?.kind === 'grouping'
      ? `no run has what ${queryPath} groups by now`
      : `no run is chosen by ${queryPath} now`;
  const asked = askedKeys(queried);
  if (asked.length === 0) return text;
  const [entity = '', project = ''] = source.split('/');
  const known = await knownKeys({ overview }, entity, project, signal);
  const gap = asked.find((key) => !known[key.field].includes(key.path));
  return gap === undefined ? text : `${text}; ${gapText(gap, known[gap.field])}`;
}

function askedKeys({ query, derivation }: Queried): readonly AskedKey[] {
  const keys = query.flatMap((term): AskedKey[] => {
    if (term.kind === 'compares') return [term.condition];
    return term.kind === 'best' ? [{ field: 'summary', path: term.path }] : [];
  });
  if (derivation?.kind !== 'grouping' || derivation.grouping.field !== 'config') return keys;
  return [...keys, derivation.grouping];
}

async function knownKeys(
  { overview }: Pick<App, 'overview'>,
  entity: string,
  project: string,
  signal: AbortSignal,
): Promise<Readonly<Record<Field, readonly string[]>>> {
  const order = { by: 'started', direction: 'descending' } as const;
  const query = { query: '', order, offset: 0, limit: 1, columns: null, signal };
  const { columns, otherColumns } = await overview.table(entity, project, query);
  const of = (wanted: Field) =>
    [...columns, ...otherColumns].flatMap(({ field, path }) => (field === wanted ? [path] : []));
  return { config: of('config'), summary: of('summary') };
}

/** Keys that few runs have may be known to none of these: it is no word on all. */
function gapText({ field, path }: AskedKey, known: readonly string[]): string {
  const near = nearestName(path, known);
  if (near !== null) return `is ${field}.${path} meant for ${field}.${near}?`;
  const more = known.length > MAX_TOLD ? ', …' : '';
  const told = known.length === 0 ? 'nothing' : known.slice(0, MAX_TOLD).join(', ') + more;
  return `their ${field} has ${told}, and no ${path}`;
}
