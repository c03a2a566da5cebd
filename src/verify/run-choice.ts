/** Which runs a pattern means. Pure. @module */

import { globMatcher } from '../core/index.ts';

export interface ChosenRun {
  /** Of its directory in the tree: entity, project, name. */
  readonly path: string;
  readonly id: string;
}

/**
 * Whether a run is meant by a pattern, as `globMatcher` has them: by its path in the tree, by the
 * project and name at the end of it, by its name alone, or by its id.
 */
export function isChosen({ path, id }: ChosenRun, pattern: string): boolean {
  const isMatch = globMatcher(pattern);
  const words = path.split('/');
  return [id, ...words.map((_, i) => words.slice(i).join('/'))].some((name) => isMatch(name));
}
