/** Compiles assembly/ to WebAssembly: each script to a file beside the module that loads it. @module */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('../', import.meta.url));

/** By script, the folder of src that loads it, and what it needs besides. @type {Record<string, { folder: string, flags: string[] }>} */
const SCRIPTS = {
  'encode-rows': { folder: 'tfevents', flags: ['--enable', 'simd'] },
  'scan-log': { folder: join('sources', 'wandb-local', 'scan'), flags: [] },
};

/** Writes the modules of a build of src. @param {string} build the folder of it, below the root */
export async function compileAssembly(build) {
  for (const [name, { folder, flags }] of Object.entries(SCRIPTS)) {
    const target = join(build, folder, `${name}.wasm`);
    const { error, stderr } = await asc.main([
      ...[join('assembly', `${name}.ts`), '--baseDir', root, '--outFile', target],
      // The memory is the loader's, and nothing is allocated in it.
      ...['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', ...flags],
    ]);
    if (error !== null) throw new Error(`assembly/${name}.ts does not compile: ${error.message}\n${stderr}`);
  }
}
