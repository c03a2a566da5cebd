/** How tests describe a run. @module */

import type { ColumnRowsSpec } from '../rows/column-rows.ts';
import type { JsonObject } from '../rows/json-value.ts';

export type RunState =
  | 'running'
  | 'finished'
  | 'failed'
  | 'crashed'
  | 'killed'
  | 'pending'
  | 'preempting'
  | 'preempted';

/** Rows as they are logged (nested dicts allowed), or columns of a large run. */
export type Rows = readonly JsonObject[] | ColumnRowsSpec;

/** What may be changed of a run besides its rows. */
export interface RunFacts {
  readonly displayName?: string;
  readonly state?: RunState;
  /** As a script sees it: `{ lr: 0.1 }`. The server wraps values: `{ lr: { desc: null, value: 0.1 } }`. */
  readonly config?: JsonObject;
  /** Default: the last value of every key. */
  readonly summary?: JsonObject;
  readonly group?: string | null;
  readonly jobType?: string | null;
  readonly tags?: readonly string[];
  readonly notes?: string | null;
  readonly description?: string | null;
  readonly host?: string | null;
  readonly commit?: string | null;
  readonly program?: string | null;
  /** Name (id) of the sweep it belongs to. */
  readonly sweepName?: string | null;
  /** Unix milliseconds. */
  readonly createdAt?: number;
  readonly heartbeatAt?: number;
  readonly updatedAt?: number;
}

export interface RunSpec extends RunFacts {
  /** The run id; default: a random one. */
  readonly id?: string;
  readonly username?: string;
  readonly rows?: Rows;
  /** System metrics: `{ 'system.cpu': 12.5 }`. */
  readonly events?: Rows;
}
