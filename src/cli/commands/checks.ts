/** The single checks of `doctor`. @module */

import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { chooseRoute } from '../../app/index.ts';
import { makeDirectory } from '../../core/index.ts';
import { findTensorboard, pythonPackages } from '../tensorboard-program.ts';
import { INSTALL_COMMAND, missingPackages } from '../tensorboard-requirements.ts';

export interface Finding {
  readonly mark: 'ok' | 'warn' | 'fail';
  readonly text: string;
  /** What to do about it. */
  readonly next?: string;
}

/** The floor in package.json: the first with `using` in all our dependencies. */
const MIN_NODE = [20, 19] as const;
const GIB = 1024 ** 3;
/** Less free space than this and the cache soon stops growing. */
const LOW_SPACE_BYTES = GIB;

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isRecent = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  if (isRecent) return { mark: 'ok', text: `Node ${version}` };
  return { mark: 'fail', text: `Node ${version}`, next: `install Node ${MIN_NODE.join('.')} or newer` };
}

export async function checkCache(cacheDir: string, maxBytes: number): Promise<Finding> {
  try {
    await makeDirectory(cacheDir);
    await access(cacheDir, constants.W_OK);
    const { bavail, bsize } = await statfs(cacheDir);
    const text = `cache ${cacheDir}: writable, ${gib(bavail * bsize)} free, may take ${gib(maxBytes)}`;
    if (bavail * bsize >= LOW_SPACE_BYTES) return { mark: 'ok', text };
    return { mark: 'warn', text, next: 'free some space, or choose another disk with --cache-dir' };
  } catch (error) {
    const text = `cache ${cacheDir}: ${error instanceof Error ? error.message : String(error)}`;
    return { mark: 'fail', text, next: 'choose a directory you may write to: --cache-dir DIR' };
  }
}

/** Opens the port for a moment. */
export async function checkPort(host: string, port: number): Promise<Finding> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, host, resolve);
    });
    return { mark: 'ok', text: `port ${port} on ${host}: free` };
  } catch (error) {
    const text = `port ${port} on ${host}: ${error instanceof Error ? error.message : String(error)}`;
    return { mark: 'warn', text, next: 'wandb-logdir serve --port 0 takes any free port' };
  } finally {
    server.close();
  }
}

export async function checkTensorboard(
  setting: string,
  searchPath: readonly string[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const program = findTensorboard(setting, searchPath);
  if (!program) return [{ mark: 'fail', text: `TensorBoard (${setting}): not found`, next: INSTALL_COMMAND }];
  const command = program.command.join(' ');
  const unknown: Finding = {
    mark: 'warn',
    text: `TensorBoard: ${command}; its Python could not be asked for its packages`,
    next: 'for tensorboard --door webhdfs it needs fsspec and requests',
  };
  const packages = program.python ? await pythonPackages(program.python, signal).catch(() => null) : null;
  if (!packages) return [unknown];
  const found = Object.entries(packages).map(([name, version]) => `${name} ${version ?? 'missing'}`);
  const text = `TensorBoard: ${command} (${found.filter((item) => item !== 'tensorflow missing').join(', ')})`;
  const missing = missingPackages(packages, 'grpc');
  const install = (names: readonly string[]) => `${program.python} -m pip install ${names.join(' ')}`;
  if (missing.length > 0) return [{ mark: 'fail', text, next: install(missing) }];
  const forFiles = missingPackages(packages, 'webhdfs');
  if (forFiles.length === 0) return [{ mark: 'ok', text }];
  return [{ mark: 'ok', text, next: `only for tensorboard --door webhdfs: ${install(forFiles)}` }];
}

const MOUNT_WAYS: Readonly<Record<string, string>> = {
  mount: 'as root',
  fusermount3: 'by fusermount3',
  python: 'by fusermount3 and Python',
};

/** Mounting is one way of several: what is missing for it is a warning. */
export async function checkMount(searchPath: readonly string[]): Promise<Finding> {
  try {
    const { kind } = await chooseRoute({ directory: '.', descriptor: null, searchPath });
    await access('/dev/fuse', constants.R_OK | constants.W_OK);
    return { mark: 'ok', text: `mount: possible, ${MOUNT_WAYS[kind]}` };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const next = 'the commands tensorboard and serve do without';
    return { mark: 'warn', text: `mount: ${message}`, next };
  }
}

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
