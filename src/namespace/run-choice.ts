/** Which runs patterns mean. @module */

import { globMatcher } from '../core/index.ts';
import type { History, Run } from '../history/index.ts';
import type { Caller } from './caller.ts';
import type { Namespace } from './namespace.ts';
import { parseQuery } from './query/index.ts';
import type { NamedProject } from './snapshot.ts';

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

/** Queries, with the path of a project before them or without: names have no leading `@`. */
const QUERY = /^(?:([^@/]+\/[^/]+)\/)?(@.*)$/s;

export interface ChoiceParts {
  readonly history: History;
  readonly namespace: Namespace;
  readonly caller: Caller;
}

/**
 * Runs that any of some patterns means, in the order of the tree; all without patterns. One that begins with `@` is a query,
 * or several: `@tag=keep/@last=5`, of each project, or of the one that stands before it: `team/project/@last=5`. Projects that were
 * not listed yet are.
 * @throws LogdirError of a project that cannot be listed, for what is no query, and where a server cannot be asked
 */
export async function chosenRuns(
  parts: ChoiceParts,
  patterns: readonly string[] | null,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly PlacedRun[]> {
  const projects = await listedProjects(parts, signal);
  const placed = projects.flatMap((project) =>
    [...project.runs].map(([name, run]) => ({ path: `${project.path}/${name}`, run })),
  );
  if (patterns === null) return placed;
  const chosen = new Set<Run>();
  for (const pattern of patterns) {
    const [, within, query] = QUERY.exec(pattern) ?? [];
    if (query === undefined) continue;
    const terms = parseQuery(query);
    for (const project of projects) {
      if (within !== undefined && within !== project.path) continue;
      for (const run of (await parts.namespace.choose(project, terms, { signal, waits: true })).values())
        chosen.add(run);
    }
  }
  const names = patterns.filter((pattern) => !QUERY.test(pattern));
  return placed.filter(
    ({ path, run }) =>
      chosen.has(run) || names.some((pattern) => isChosen({ path, id: run.key.runId }, pattern)),
  );
}

/** With every run named, also where its name asks for what only reading it tells. */
async function listedProjects(
  { history: { catalogue }, namespace, caller }: ChoiceParts,
  signal: AbortSignal,
): Promise<readonly NamedProject[]> {
  const unlisted = () => catalogue.projects.filter((project) => !catalogue.isListed(project));
  await namespace.refreshAll(unlisted, 'unknownNameCached');
  for (const run of namespace.unnamed()) await run.update();
  await namespace.refreshAll(unlisted, 'unknownNameCached');
  signal.throwIfAborted();
  return namespace.visible(caller).projects;
}
