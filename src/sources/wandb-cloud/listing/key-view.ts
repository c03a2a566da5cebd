/** What a W&B server shows to a key: asked with the key itself. @module */

import { type Clock, type ErrorCode, LogdirError } from '../../../core/index.ts';
import type { ProjectListing } from '../../source.ts';
import type { ApiClient, RequestOptions } from '../connection/index.ts';
import { AccountIndex } from './account-index.ts';
import { askViewer } from './viewer.ts';

export interface KeyView {
  /** Whose key it is; null where the server does not say. */
  readonly username: string | null;
  readonly projects: readonly ProjectListing[];
}

export interface KeyViewOptions extends RequestOptions {
  /** Whose projects are asked for; null among them: those of all entities that the key belongs to. */
  readonly entities: readonly (string | null)[];
  readonly clock: Clock;
}

/** Null: the server knows no such key. @throws LogdirError where it can't be asked */
export async function askKeyView(
  api: ApiClient,
  { entities, clock, signal }: KeyViewOptions,
): Promise<KeyView | null> {
  const viewer = await orNull(askViewer(api, { signal }), 'permission-denied');
  if (viewer === null) return null;
  const projects: ProjectListing[] = [];
  for (const entity of new Set(entities)) {
    const account = new AccountIndex({ api, entity, refreshIntervalMs: 0, clock });
    // An entity that is closed to the key, or not there, has nothing that it sees.
    projects.push(...((await orNull(account.projects(), 'not-found', 'permission-denied')) ?? []));
  }
  return { username: viewer.username, projects };
}

async function orNull<T>(promise: Promise<T>, ...codes: readonly ErrorCode[]): Promise<T | null> {
  return await promise.catch((error: unknown) => {
    if (error instanceof LogdirError && codes.includes(error.code)) return null;
    throw error;
  });
}
