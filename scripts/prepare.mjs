/**
 * npm's `prepack` and `prepare`: no package without its program.
 *
 * `prepack`, before `npm pack` and `npm publish`, also in a clone where nothing was installed: installs and builds.
 * `prepare`, when npm installs this repository by its address, and after `npm install` in a clone: builds unless there
 * is a build. `npm ci` runs it too, and builds nothing: whoever develops does that next.
 * @module
 */

import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { build, fail, installPackages, ROOT } from './installation.mjs';

const { npm_lifecycle_event: event, npm_command: command, npm_config_global: global } = process.env;

if (event === 'prepack') {
  installPackages();
  build();
} else if (command !== 'ci' && !existsSync(join(ROOT, 'dist', 'program', 'wandb-logdir.mjs'))) {
  // npm hands --global on to the npm that prepares its clone, which then replaces the installation with a link
  // to that clone: https://github.com/npm/cli/issues/8440
  if (global === 'true' && ROOT.includes(`${sep}_cacache${sep}tmp${sep}`))
    fail(
      'npm cannot install this globally by its address; do: npm install -g "$(npm pack --silent ADDRESS)"',
    );
  if (existsSync(join(ROOT, 'node_modules', 'typescript'))) build();
}
