/**
 * `finish-build FOLDER`: what the compiler leaves undone in a build of src. Copies the files that are no TypeScript
 * (styles, icons, scripts of pages), compiles WebAssembly, and writes down which commit was built: `$GIT_COMMIT`, as image
 * builders that leave the history out give it, else what git says. @module
 */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileAssembly } from './compile-assembly.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: finish-build FOLDER');

cpSync(join(root, 'src'), join(root, folder), {
  recursive: true,
  filter: (path) => statSync(path).isDirectory() || !/\.tsx?$/.test(path),
});
await compileAssembly(folder);
writeFileSync(join(root, folder, 'build.json'), `${JSON.stringify({ commit: builtCommit() })}\n`);

/** Null where it is not known, as in a package that was built without its history. */
function builtCommit() {
  const given = process.env['GIT_COMMIT'];
  if (given) return given;
  if (!existsSync(join(root, '.git'))) return null;
  try {
    const options = /** @type {const} */ ({
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return execFileSync('git', ['rev-parse', 'HEAD'], options).trim();
  } catch {
    return null;
  }
}
