/** Facts of a run that some sources tell in their listings, and others in its log alone. Pure. @module */

import type { RunFacts } from '../core/index.ts';

export type ToldFacts = Pick<RunFacts, 'tags' | 'sweepId' | 'username'>;

/** Those of them that something tells. */
export function toldFacts({ tags, sweepId, username }: ToldFacts): ToldFacts {
  return {
    ...(tags !== undefined && { tags }),
    ...(sweepId !== undefined && { sweepId }),
    ...(username !== undefined && { username }),
  };
}
