/** Who asks: the one place where access is decided. @module */

import type { ProjectKey } from '../history/index.ts';

/** Somebody on whose behalf a door asks; the same object for the same rights, so that what is made for it can be kept. */
export type Caller = Operator | RestrictedCaller;

/** Whoever sees all that the sources show. */
export interface Operator {
  readonly sees: 'everything';
  /** For the log; null: nobody said. */
  readonly name: string | null;
}

export interface RestrictedCaller {
  readonly sees: 'some';
  /** For the log: never what it proved itself with. */
  readonly name: string;
  /** Grows whenever `canSee` may answer otherwise than before. */
  readonly version: number;
  /** Whether it also sees runs whose logs do not say whose they are, under the entity that stands for none. */
  readonly seesUnowned: boolean;
  /** Whether it may see a project, by W&B's names, whether or not there is one. */
  canSee(project: Pick<ProjectKey, 'entity' | 'project'>): boolean;
}

/** Whoever runs the program. */
export const OPERATOR: Caller = { sees: 'everything', name: null };

/** Whoever was not identified. */
export const NOBODY: Caller = {
  sees: 'some',
  name: 'nobody',
  version: 0,
  seesUnowned: false,
  canSee: () => false,
};
