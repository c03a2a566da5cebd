/** Whether tests can mount here, and a mount of a tree in this process. @module */

import { accessSync, constants } from 'node:fs';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/core/index.ts';
import {
  createFuseFrontend,
  type FuseFrontendOptions,
  type Mounted,
} from '../../src/frontends/fuse/index.ts';
import { createMetrics, silentLogger } from '../../src/observability/index.ts';
import type { LogdirTree } from '../../src/tree/index.ts';

/** Why tests that mount as root cannot run; null when they can. */
export const MOUNTING_MISSING: string | null = whyMissing();

/** A tree mounted in a directory of its own; unmounted and removed on disposal. */
export interface MountedTree extends AsyncDisposable {
  readonly directory: string;
  readonly mounted: Mounted;
}

/**
 * Mounts within this process. Programs may read it at will; this process must do so one call at a time, since the
 * calls and the server share libuv's few threads.
 */
export async function mountTree(
  tree: LogdirTree,
  options: Pick<FuseFrontendOptions, 'readPatienceMs'> = {},
): Promise<MountedTree> {
  const directory = await mkdtemp(join(tmpdir(), 'logdir-mount-'));
  const metrics = createMetrics({ processMetrics: false });
  const parts = { metrics, logger: silentLogger(), clock: systemClock };
  const frontend = createFuseFrontend({ tree, ...parts, ...options });
  const mounted = await frontend.mount({
    route: { kind: 'mount', directory },
    allowOther: false,
    ownership: { uid: 0, gid: 0, umask: 0 },
    keepClear: [],
  });
  return {
    directory,
    mounted,
    async [Symbol.asyncDispose]() {
      await mounted[Symbol.asyncDispose]();
      await rmdir(directory);
    },
  };
}

function whyMissing(): string | null {
  if (process.platform !== 'linux') return 'mounting works on Linux alone';
  if (process.getuid?.() !== 0) return 'mounting as root needs root';
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
    return null;
  } catch {
    return '/dev/fuse may not be opened here';
  }
}
