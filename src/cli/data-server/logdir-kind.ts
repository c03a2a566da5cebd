/** Whether a logdir is ours to serve or TensorBoard's own. @module */

import { existsSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { type App, isRunDirectoryName, parseSource } from '../../app/index.ts';

/** Enough to find event files in any ordinary logdir within a fraction of a second. */
const MAX_ENTRIES = 20_000;
const EVENT_FILE = /\.tfevents\./;

/** Ours: runs of a W&B server, and paths that hold runs and no event files beside them. */
export async function isOurs(
  logdir: string,
  app: App,
  { signal }: { readonly signal: AbortSignal },
): Promise<boolean> {
  const reference = parseSource(logdir);
  if (reference.kind === 'cloud') return !reference.isBare;
  const { outcome } = await app.inspect(logdir, { signal });
  if (outcome !== 'runs') return false;
  return !(await holdsEventFiles(logdir, signal));
}

/**
 * Whether there is no such path. TensorBoard watches a path that is not there yet, so it stays a path, also where it could
 * be meant for ENTITY/PROJECT: without its scheme no name is sent to a server.
 */
export function isMissingPath(logdir: string): boolean {
  return !logdir.includes('://') && !existsSync(logdir);
}

async function holdsEventFiles(root: string, signal: AbortSignal): Promise<boolean> {
  const queue = [root];
  let left = MAX_ENTRIES;
  for (let path = queue.shift(); path !== undefined && left > 0; path = queue.shift()) {
    signal.throwIfAborted();
    const directory = await opendir(path).catch(() => null);
    if (directory === null) continue;
    for await (const entry of directory) {
      left--;
      if (entry.isFile() && EVENT_FILE.test(entry.name)) return true;
      // Directories of runs hold copies of event files that W&B synced; they are no logdir.
      if (entry.isDirectory() && !isRunDirectoryName(entry.name)) queue.push(join(path, entry.name));
    }
  }
  return false;
}
