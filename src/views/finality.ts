/** How far the members of a recipe let it be computed, and whether they are still those that it is of. Pure. @module */

import type { Recipe } from './recipe.ts';
import type { Member } from './steps/member.ts';

/**
 * The step up to which all that members say is final: the newest of the one that is furthest behind, of those that are waited for,
 * as steps ascend unless a run goes back. Infinite where nobody is; -infinite where one of them has logged nothing.
 */
export function finalStep(members: readonly Member[], { members: cast }: Pick<Recipe, 'members'>): number {
  return members.reduce(
    (final, { lastStep }, i) =>
      cast[i]!.end === null ? Math.min(final, lastStep ?? Number.NEGATIVE_INFINITY) : final,
    Number.POSITIVE_INFINITY,
  );
}

/**
 * Whether a member has gone on otherwise than a recipe has it. Another recipe takes its place, and what was computed by it stays as
 * it is: whoever has listed it may open it.
 */
export function isOutdated(members: readonly Member[], { members: cast }: Pick<Recipe, 'members'>): boolean {
  return members.some(({ log, restarts, resumes, lastStep }, i) => {
    const { end, ...known } = cast[i]!;
    if (log.generation !== known.generation || restarts !== known.restarts || resumes !== known.resumes)
      return true;
    return end !== null && end.step !== lastStep;
  });
}
