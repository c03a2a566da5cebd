/** Names and units every room shares, branded so that one cannot be passed for another. @module */

declare const BRAND: unique symbol;
type Branded<T, Name extends string> = T & { readonly [BRAND]: Name };

/** A W&B entity: a user or a team. */
export type EntityName = Branded<string, 'EntityName'>;
/** A W&B project, unique within its entity. */
export type ProjectName = Branded<string, 'ProjectName'>;
/** A W&B run id, unique within its project. It never changes; the display name may. */
export type RunId = Branded<string, 'RunId'>;

/** What identifies a run. Several local directories may hold parts of one run. */
export interface RunKey {
  readonly entity: EntityName;
  readonly project: ProjectName;
  readonly runId: RunId;
}

/** Entity shown for local runs that were logged without one. */
export const LOCAL_ENTITY = 'local' as EntityName;
/** Project W&B itself uses when a script names none. */
export const DEFAULT_PROJECT = 'uncategorized' as ProjectName;

/**
 * Builds a run key; absent or empty entity and project take the local defaults.
 * @throws RangeError when the run id is empty: nothing could be addressed by it.
 */
export function runKey(entity: string | null, project: string | null, runId: string): RunKey {
  if (runId === '') throw new RangeError('run id: expected a non-empty string, got ""');
  return {
    entity: (entity || LOCAL_ENTITY) as EntityName,
    project: (project || DEFAULT_PROJECT) as ProjectName,
    runId: runId as RunId,
  };
}

/** One string per run key: usable as a map key; unambiguous because JSON escapes the separators. */
export function runKeyText(key: RunKey): string {
  return JSON.stringify([key.entity, key.project, key.runId]);
}

/** One text for each project: unambiguous, as JSON escapes what stands between the names. */
export function projectId(project: { readonly entity: string; readonly project: string }): string {
  return JSON.stringify([project.entity, project.project]);
}
