/**
 * `npm test`: installs what is missing, builds, and runs every test; arguments go to vitest. With `--full` first, storms last
 * longer and sizes are larger: `npm run test:full`.
 * @module
 */

import { join } from 'node:path';
import { build, installPackages, pythonEnvironment, ROOT, run } from './installation.mjs';

const [first, ...rest] = process.argv.slice(2);
const isFull = first === '--full';
if (isFull) process.env['TEST_FULL'] = '1';
const words = isFull || first === undefined ? rest : [first, ...rest];

installPackages();
build();
await pythonEnvironment();
run(process.execPath, [join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...words]);
