/** What resolvers work with. @module */

import { GraphQLError } from 'graphql';
import type { Storage } from '../http/storage.ts';
import type { Behaviour } from '../options.ts';
import type { Project } from '../store/project.ts';
import type { Run } from '../store/run.ts';
import type { User } from '../store/user.ts';
import type { WandbStore } from '../store/wandb-store.ts';

export interface Context {
  readonly store: WandbStore;
  /** Null: a request without an API key. */
  readonly viewer: User | null;
  readonly storage: Storage;
  readonly behaviour: Behaviour;
  /** Scheme, host and port of the API. */
  readonly apiOrigin: string;
  /** In [0, 1). */
  readonly random: () => number;
  /** Set when the answer must be 502, whatever else was asked: a run whose history cannot be had. */
  readonly outcome: { isPoisoned: boolean };
}

/** The project when it is there and may be seen; null tells nothing of which it was. */
export function visibleProject(
  context: Context,
  entity: string | null | undefined,
  name: string | null | undefined,
): Project | null {
  const owner = entity ?? context.viewer?.defaultEntity ?? '';
  const project = context.store.findProject(owner, name ?? '');
  return project?.mayRead(context.viewer) ? project : null;
}

/** @throws GraphQLError `permission denied` when the viewer may not write to the entity. */
export function demandWriter(context: Context, entity: string): User {
  if (context.viewer?.mayUse(entity)) return context.viewer;
  throw new GraphQLError('permission denied', { extensions: { code: 'PERMISSION_ERROR' } });
}

/** @throws GraphQLError when there is no such run, or the viewer may not write to it. */
export function writableRun(context: Context, run: Run | undefined): Run {
  if (run === undefined) throw new GraphQLError('run not found', { extensions: { code: 'NOT_FOUND' } });
  demandWriter(context, run.project.entity);
  return run;
}
