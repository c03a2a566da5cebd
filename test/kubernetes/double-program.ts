/** The double's program for a pod: one file, where the nodes of the cluster find it. @module */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { CACHE } from './cluster.ts';

const folder = join(CACHE, 'double');
/** A node sees this machine's files. */
export const DOUBLE_PROGRAM = { folder, file: join(folder, 'wandb-double.mjs') };

/** CommonJS packages call `require`, which a module does not have. */
const BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

export async function bundleDouble(): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('wandb-double.ts', import.meta.url))],
    outfile: DOUBLE_PROGRAM.file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    banner: { js: BANNER },
    logLevel: 'error',
  });
}
