/** What the project's scripts need installed, and installing it: npm packages, the build, a Python environment. @module */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeShared, sharedPath } from './shared-cache.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PACKAGE_FILE = join(ROOT, 'package.json');
/** src/cli/exit-codes.ts */
const OLD_NODE_EXIT_CODE = 8;
const PYTHON = join('bin', 'python');

/** Runs a command in the project folder; ends this process when it fails. @param {string} command @param {string[]} args */
export function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' });
  if (error) fail(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** @param {string} message @returns {never} */
export function fail(message) {
  console.error(message);
  process.exit(1);
}

/** Ends this process where Node is too old, in the words and with the exit code of the program. */
export function requireNode() {
  const needed = /\d+\.\d+/.exec(JSON.parse(readFileSync(PACKAGE_FILE, 'utf8')).engines.node)[0];
  const [major, minor] = needed.split('.').map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  console.error(`error: wandb-logdir needs Node ${needed} or newer; this is ${process.versions.node}`);
  process.exit(OLD_NODE_EXIT_CODE);
}

/** Installs the locked npm packages unless they are there and as new as the lockfile. */
export function installPackages() {
  requireNode();
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  const isFresh =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs;
  // Also within `npm publish --dry-run` or `npm install --global`, whose flags npm hands on by the environment.
  if (!isFresh) run('npm', ['ci', '--no-audit', '--no-fund', '--no-dry-run', '--no-global', '--include=dev']);
}

/** Compiles src to a new dist, and bundles the programs. */
export function build() {
  console.error('Building …');
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
  run(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.json']);
  run(process.execPath, [join(ROOT, 'scripts', 'finish-build.mjs'), 'dist']);
  run(process.execPath, [join(ROOT, 'scripts', 'bundle.mjs')]);
}

/**
 * A Python that has packages pinned in test/requirements.txt: all, or the named ones. Makes its environment unless
 * another clone did.
 * @param {string[]} [names]
 * @returns {Promise<string>}
 */
export async function pythonEnvironment(names) {
  const install = async (/** @type {string} */ folder) => installPython(folder, pinned(names));
  await makeShared(environmentPath(names), PYTHON, install).catch(({ message }) => fail(message));
  return pythonPath(names);
}

/** Where `pythonEnvironment` has its Python. @param {string[]} [names] @returns {string} */
export function pythonPath(names) {
  return join(environmentPath(names), PYTHON);
}

/** @param {string[]} [names] */
function environmentPath(names) {
  return sharedPath('python', pinned(names));
}

/** @param {string} folder @param {readonly string[]} requirements */
function installPython(folder, requirements) {
  console.error(
    `Installing ${requirements.length > 2 ? 'Python packages' : requirements.join(' and ')}, once for all clones …`,
  );
  const { status, stderr, error } = spawnSync('python3', ['-m', 'venv', folder], { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`Cannot make a Python environment: ${error?.message ?? stderr.trim()}
Install Python 3.11 or newer with venv. On Debian and Ubuntu: sudo apt-get install python3 python3-venv`);
  const words = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements];
  if (spawnSync(join(folder, PYTHON), words, { stdio: 'inherit' }).status !== 0)
    throw new Error('Cannot install the packages of test/requirements.txt: pip says above why');
}

/** Whether a Python can import all of these. @param {string} python @param {string[]} modules */
export function canImport(python, modules) {
  const code = `import importlib.util as u, sys; sys.exit(any(u.find_spec(m) is None for m in sys.argv[1:]))`;
  return spawnSync(python, ['-c', code, ...modules], { stdio: 'ignore' }).status === 0;
}

/** @param {string[] | undefined} names */
function pinned(names) {
  const lines = readFileSync(join(ROOT, 'test', 'requirements.txt'), 'utf8').split('\n');
  const requirements = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return requirements.filter((line) => names === undefined || names.includes(line.split(/[=<>]/)[0] ?? ''));
}
