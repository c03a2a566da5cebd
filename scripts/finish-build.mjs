/**
 * `finish-build FOLDER`: what the compiler leaves undone in a build of src. Copies the files that are no TypeScript
 * (styles, icons, scripts of pages), and makes programs executable: TensorBoard starts its data server by path. @module
 */

import { chmodSync, cpSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: finish-build FOLDER');

cpSync(join(root, 'src'), join(root, folder), {
  recursive: true,
  filter: (path) => statSync(path).isDirectory() || !/\.tsx?$/.test(path),
});
/** @type {{ bin: Record<string, string> }} */
const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
for (const program of Object.values(bin)) {
  const path = join(root, folder, program.replace(/^dist\//, ''));
  if (existsSync(path)) chmodSync(path, 0o755);
}
