/** For vitest, after the last test on the cluster: nothing of it is left. @module */

import { existsSync, readFileSync } from 'node:fs';
import { cluster, OWNER_FILE } from './cluster.ts';

/** Only a cluster of this run. By hand, `K8S_KEEP=1` leaves it for the next. */
export async function teardown(): Promise<void> {
  if (process.env['K8S_KEEP'] === '1' || !existsSync(OWNER_FILE)) return;
  if (readFileSync(OWNER_FILE, 'utf8') === `${process.pid}`) await cluster(['stop']);
}
