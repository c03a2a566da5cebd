/**
 * `npm run wheel`: builds the program, and makes the Python package of it in python/dist. Needs Python 3.9 or
 * newer with pip, which fetches the build backend unless it is there. $PYTHON names the Python to use. With
 * `-- --no-build`, the program is taken as it was built last.
 * @module
 */

import { cpSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, canImport, installPackages, ROOT, run } from './installation.mjs';

const FOLDER = join(ROOT, 'python');
const LICENSES = 'THIRD-PARTY-LICENSES.txt';

installPackages();
if (!process.argv.includes('--no-build')) build();
for (const name of ['dist', 'build']) rmSync(join(FOLDER, name), { recursive: true, force: true });
cpSync(join(ROOT, 'dist', 'program'), join(FOLDER, 'build', 'program'), { recursive: true });
renameSync(join(FOLDER, 'build', 'program', LICENSES), join(FOLDER, 'build', LICENSES));
cpSync(join(ROOT, 'LICENSE'), join(FOLDER, 'build', 'LICENSE'));
const python = process.env['PYTHON'] ?? 'python3';
const isolation = canImport(python, ['hatchling']) ? ['--no-build-isolation'] : [];
const pip = ['-m', 'pip', 'wheel', '--quiet', '--disable-pip-version-check', '--no-deps', ...isolation];
run(python, [...pip, '--wheel-dir', join(FOLDER, 'dist'), FOLDER]);
for (const name of readdirSync(join(FOLDER, 'dist'))) console.log(join('python', 'dist', name));
