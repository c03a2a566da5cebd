/** What somebody may see, as an access file says it: `*`, `@metrics`, `ENTITY`, `ENTITY/PROJECT`. @module */

import { LogdirError } from '../core/index.ts';
import type { Caller, RestrictedCaller } from '../namespace/index.ts';
import type { Identified } from './access.ts';

const EVERYTHING = '*';
const METRICS = '@metrics';

type ProjectName = Parameters<RestrictedCaller['canSee']>[0];

/** What a list of scopes comes to, made once: the same caller for each request. @throws LogdirError `invalid-argument` */
export function identifiedBy(name: string, scopes: readonly string[]): Identified {
  const entities = new Set<string>();
  const projects = new Set<string>();
  for (const scope of scopes) {
    if (scope === EVERYTHING || scope === METRICS) continue;
    const [entity = '', project, ...rest] = scope.split('/');
    const isWrong = entity === '' || project === '' || rest.length > 0 || scope.includes(EVERYTHING);
    if (isWrong) throw wrongScope(name, scope);
    if (project === undefined) entities.add(entity);
    else projects.add(scope);
  }
  const seesAll = scopes.includes(EVERYTHING);
  const canSee = ({ entity, project }: ProjectName) =>
    entities.has(entity) || projects.has(`${entity}/${project}`);
  const caller: Caller = seesAll
    ? { sees: 'everything', name }
    : { sees: 'some', name, version: 0, seesUnowned: true, canSee };
  return { kind: 'caller', caller, seesMetrics: seesAll || scopes.includes(METRICS) };
}

function wrongScope(name: string, scope: string): LogdirError {
  const known = `${EVERYTHING} (everything), ${METRICS}, ENTITY or ENTITY/PROJECT`;
  return new LogdirError('invalid-argument', `${name}: "${scope}" is no scope; give ${known}`);
}
