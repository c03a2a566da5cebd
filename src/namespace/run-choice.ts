/** Which runs patterns mean. @module */

import { globMatcher } from '../core/index.ts';
import type { History, Run } from '../history/index.ts';
import type { Caller } from './caller.ts';
import type { Namespace } from './namespace.ts';

/** How a run may be called. */
export interface RunNames {
  /** Of its directory in the tree: entity, project, name. */
  readonly path: string;
  readonly id: string;
}

/** A run, and the path of its directory in the tree. */
export interface PlacedRun {
  readonly path: string;
  readonly run: Run;
}

/**
 * Whether a run is meant by a pattern, as `globMatcher` has them: by its path in the tree, by the
 * project and name at the end of it, by its name alone, or by its id.
 */
export function isChosen({ path, id }: RunNames, pattern: string): boolean {
  const isMatch = globMatcher(pattern);
  const words = path.split('/');
  return [id, ...words.map((_, i) => words.slice(i).join('/'))].some((name) => isMatch(name));
}

/**
 * Runs that any of some patterns means, in the order of the tree; all without patterns. Projects that were not listed yet are.
 * @throws LogdirError of a project that cannot be listed
 */
export async function chosenRuns(
  {
    history: { catalogue },
    namespace,
    caller,
  }: { readonly history: History; readonly namespace: Namespace; readonly caller: Caller },
  patterns: readonly string[] | null,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly PlacedRun[]> {
  for (const project of catalogue.projects)
    if (!catalogue.isListed(project)) await catalogue.refreshProject(project, { signal });
  const all = namespace
    .visible(caller)
    .projects.flatMap((project) =>
      [...project.runs].map(([name, run]) => ({ path: `${project.path}/${name}`, run })),
    );
  if (patterns === null) return all;
  return all.filter(({ path, run }) =>
    patterns.some((pattern) => isChosen({ path, id: run.key.runId }, pattern)),
  );
}
