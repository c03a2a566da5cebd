/** Compiles assembly/ to WebAssembly: a file beside the script that loads it (src/tfevents/wasm-module.ts). @module */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Writes the modules of a build of src. @param {string} folder of the build, below the root */
export async function compileAssembly(folder) {
  const source = join('assembly', 'encode-rows.ts');
  const target = join(folder, 'tfevents', 'encode-rows.wasm');
  const { error, stderr } = await asc.main([
    ...[source, '--baseDir', root, '--outFile', target],
    // The memory is the loader's, and nothing is allocated in it.
    ...['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'],
  ]);
  if (error !== null) throw new Error(`assembly/ does not compile: ${error.message}\n${stderr}`);
}
