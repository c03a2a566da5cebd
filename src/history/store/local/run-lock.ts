/** One writer per run, across processes: a lock beside the index, held only while a commit is made. @module */

import { dirname } from 'node:path';
import { errnoOf, makeDirectory } from '../../../core/index.ts';

/**
 * A lock not renewed for this long belonged to a process that died; then another may take it. Renewed at 2 s,
 * and the event loop is never blocked for that long.
 */
const STALE_MS = 5000;
const RENEW_MS = 2000;

/**
 * Runs `work` while holding the lock of an index. `busy` when another process (or another part of this one)
 * holds it: that one is making the progress. Rejects as `work` does, or when no lock can be made there.
 */
export async function withRunLock<T>(
  indexPath: string,
  work: () => Promise<T>,
): Promise<{ readonly kind: 'done'; readonly value: T } | { readonly kind: 'busy' }> {
  await makeDirectory(dirname(indexPath));
  let release: () => Promise<void>;
  // It has its own `fs`, which takes as long to load as the history of a run to list.
  const { default: lockfile } = await import('proper-lockfile');
  try {
    release = await lockfile.lock(indexPath, {
      realpath: false,
      stale: STALE_MS,
      update: RENEW_MS,
      // A lost lock means this process hung past STALE_MS: it finds out before it writes, see `IndexFile.checkEnd`.
      onCompromised: () => undefined,
    });
  } catch (error) {
    if (errnoOf(error) === 'ELOCKED') return { kind: 'busy' };
    throw error;
  }
  try {
    return { kind: 'done', value: await work() };
  } finally {
    await release().catch(() => undefined); // Already taken over or removed: nothing left to release.
  }
}
