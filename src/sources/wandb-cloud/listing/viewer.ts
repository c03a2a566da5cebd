/** Whom a key belongs to. @module */

import { LogdirError } from '../../../core/index.ts';
import { type ApiClient, keyAdvice, type RequestOptions } from '../connection/index.ts';
import { VIEWER } from '../graphql/index.ts';

export interface Viewer {
  readonly username: string | null;
  /** The entity runs go to by default. */
  readonly entity: string | null;
  /** That one and the teams. */
  readonly entities: readonly string[];
}

/** Whom the key belongs to; null without a key that is good. */
export async function askViewer(api: ApiClient, options: RequestOptions): Promise<Viewer | null> {
  const { viewer } = await api.ask(VIEWER, {}, options);
  if (viewer === null || viewer === undefined) return null;
  const teams = (viewer.teams?.edges ?? []).flatMap(({ node }) => (node ? [node.name] : []));
  const entity = viewer.entity ?? null;
  const entities = [...new Set([...(entity === null ? [] : [entity]), ...teams])];
  return { username: viewer.username ?? null, entity, entities };
}

/** The same. @throws LogdirError `permission-denied` when there is none. */
export async function requireViewer(api: ApiClient, options: RequestOptions): Promise<Viewer> {
  const viewer = await askViewer(api, options);
  if (viewer !== null) return viewer;
  const text = `${api.baseUrl} does not know who asks: name a public project (wandb:ENTITY/PROJECT), or use an API key. ${keyAdvice(api.baseUrl)}`;
  throw new LogdirError('permission-denied', text);
}
