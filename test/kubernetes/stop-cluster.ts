/** For vitest, after the last test on the cluster: nothing of it is left. @module */

import { existsSync } from 'node:fs';
import { cluster, STATE } from './cluster.ts';

/** By hand, `K8S_KEEP=1` leaves it for the next run. */
export async function teardown(): Promise<void> {
  if (existsSync(STATE) && process.env['K8S_KEEP'] !== '1') await cluster(['stop']);
}
