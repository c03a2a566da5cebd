/** A sweep: a search over configs whose runs name it. @module */

export interface Sweep {
  /** The sweep id that people and the API call its name. */
  readonly name: string;
  readonly displayName: string | null;
  readonly method: 'grid' | 'random' | 'bayes' | 'custom';
  readonly state: 'PENDING' | 'RUNNING' | 'PAUSED' | 'FINISHED' | 'CANCELED' | 'CRASHED';
  readonly description: string | null;
  /** YAML. */
  readonly config: string;
  readonly bestLoss: number | null;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

export type SweepSpec = Pick<Sweep, 'name'> & Partial<Sweep>;

export function createSweep(spec: SweepSpec, now: number): Sweep {
  return {
    displayName: null,
    method: 'grid',
    state: 'RUNNING',
    description: null,
    config: `method: ${spec.method ?? 'grid'}\nparameters: {}\n`,
    bestLoss: null,
    createdAt: now,
    ...spec,
  };
}
