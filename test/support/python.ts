/** The Python that tests run TensorBoard and the SDK with. @module */

import { execFile, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pythonPath } from '../../scripts/installation.mjs';

const NEEDED = ['wandb', 'tensorboard', 'fsspec', 'requests', 'boto3', 'pandas', 'pyarrow', 'duckdb'];

export const PYTHON = process.env['WANDB_LOGDIR_PYTHON'] ?? pythonPath();

/** Why tests that need Python cannot run; null when they can. */
export const PYTHON_MISSING: string | null = whyMissing();

/**
 * Runs a script of this folder and gives what it printed. Rejects, with its complaints, when it fails.
 * `variables` are added to the environment.
 */
export async function runPython(
  script: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  // A neutral folder: the SDK takes a folder called wandb beside it for its package.
  const options = { cwd: tmpdir(), maxBuffer: 2 ** 30, env: { ...process.env, ...variables } };
  const { stdout } = await promisify(execFile)(PYTHON, [path, ...args], options);
  return stdout;
}

function whyMissing(): string | null {
  const code = 'import importlib.util as u, sys; sys.exit(any(u.find_spec(m) is None for m in sys.argv[1:]))';
  const { status } = spawnSync(PYTHON, ['-c', code, ...NEEDED], { stdio: 'ignore' });
  return status === 0
    ? null
    : `${PYTHON} is no Python with ${NEEDED.join(', ')}: node scripts/test.mjs installs one`;
}
