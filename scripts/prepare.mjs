/**
 * npm's `prepack` and `prepare`: no package without its program.
 *
 * `prepack`, before `npm pack` and `npm publish`, also in a clone where nothing was installed: installs and builds.
 * `prepare`, when npm installs this repository by its address, or `npm install` is run in a clone: builds unless there is a
 * build. `npm ci` runs it too, and builds nothing: whoever develops does that next, and installing stays quick.
 * @module
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build, installPackages, ROOT } from './installation.mjs';

const isPacking = process.env['npm_lifecycle_event'] === 'prepack';
const hasBuild = existsSync(join(ROOT, 'dist', 'cli', 'main.js'));
const hasCompiler = existsSync(join(ROOT, 'node_modules', 'typescript'));
const isCleanInstall = process.env['npm_command'] === 'ci';

if (isPacking) installPackages();
if (isPacking || (!hasBuild && hasCompiler && !isCleanInstall)) build();
