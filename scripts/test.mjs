/** `npm test`: installs what is missing, builds, and runs every test; arguments go to vitest. @module */

import { join } from 'node:path';
import { build, installPackages, pythonEnvironment, ROOT, run } from './installation.mjs';

installPackages();
build();
await pythonEnvironment();
run(process.execPath, [join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...process.argv.slice(2)]);
