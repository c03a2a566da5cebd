/**
 * `npm run wheel`: builds the program, bundles it, and makes the Python package of it in python/dist. Needs Python 3.9 or
 * newer with pip, which fetches the build backend unless it is there. $PYTHON names the Python to use. With
 * `-- --no-build`, the program is taken as it was built last.
 * @module
 */

import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, canImport, installPackages, ROOT, run } from './installation.mjs';

const FOLDER = join(ROOT, 'python');

installPackages();
if (!process.argv.includes('--no-build')) build();
const { bundle } = await import('./bundle.mjs'); // Needs what was just installed.
console.error('Bundling …');
rmSync(join(FOLDER, 'dist'), { recursive: true, force: true });
writeFileSync(
  join(FOLDER, 'build', 'THIRD-PARTY-LICENSES.txt'),
  await bundle(join(FOLDER, 'build', 'program')),
);
cpSync(join(ROOT, 'LICENSE'), join(FOLDER, 'build', 'LICENSE'));
const python = process.env['PYTHON'] ?? 'python3';
const isolation = canImport(python, ['hatchling']) ? ['--no-build-isolation'] : [];
const pip = ['-m', 'pip', 'wheel', '--quiet', '--disable-pip-version-check', '--no-deps', ...isolation];
run(python, [...pip, '--wheel-dir', join(FOLDER, 'dist'), FOLDER]);
for (const name of readdirSync(join(FOLDER, 'dist'))) console.log(join('python', 'dist', name));
