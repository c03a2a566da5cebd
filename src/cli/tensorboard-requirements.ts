/** What must be there before TensorBoard can be started on our server, and how to get it. @module */

import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import type { Session } from './session.ts';
import { findTensorboard, type PythonPackages, pythonPackages } from './tensorboard-program.ts';

/** How TensorBoard gets at runs: it asks for what is on screen, or reads files over HTTP. */
export type Door = 'grpc' | 'webhdfs';

/** What TensorBoard needs beside itself for each. */
export const REQUIRED_PACKAGES = {
  grpc: [],
  webhdfs: ['fsspec', 'requests'],
} as const satisfies Record<Door, readonly (keyof PythonPackages)[]>;

/** pip refuses where a distribution manages Python; pipx makes a virtual environment by itself. */
export const INSTALL_COMMAND =
  'pipx install tensorboard, or in a virtual environment: pip install tensorboard';

/**
 * Starts TensorBoard as if TensorFlow were not installed: with it, TensorBoard reads files through
 * TensorFlow, which does not know `webhdfs://`. `notf` is the module TensorBoard's own TensorFlow-free build
 * has (tensorboard/compat/__init__.py).
 */
const WITHOUT_TENSORFLOW = [
  '-c',
  `import sys, types; sys.modules["tensorboard.compat.notf"] = types.ModuleType("notf"); sys.argv[0] = "tensorboard"
from tensorboard.main import run_main; run_main()`,
];

/** The command that starts TensorBoard. @throws CommandFailure `noTensorboard` that says what to install. */
export async function requireTensorboard(
  session: Session,
  door: Door,
): Promise<readonly [string, ...string[]]> {
  const { tensorboard } = session.loaded.settings;
  const program = findTensorboard(tensorboard, session.environment.searchPath);
  if (program === null) throw notFound(tensorboard);
  if (program.python === null) return program.command;
  const packages = await probe(program.python, session.interruption.signal);
  const missing = missingPackages(packages, door);
  if (missing.length > 0) throw incomplete(program.python, missing);
  return packages.tensorflow === null || door === 'grpc'
    ? program.command
    : [program.python, ...WITHOUT_TENSORFLOW];
}

export function missingPackages(packages: PythonPackages, door: Door): string[] {
  return ['tensorboard' as const, ...REQUIRED_PACKAGES[door]].filter((name) => packages[name] === null);
}

async function probe(python: string, signal: AbortSignal): Promise<PythonPackages> {
  try {
    return await pythonPackages(python, signal);
  } catch (cause) {
    const message = `${python}, the Python of TensorBoard, does not run; install again: ${INSTALL_COMMAND}`;
    throw new CommandFailure(EXIT.noTensorboard, message, { cause });
  }
}

function notFound(setting: string): CommandFailure {
  const where = setting === 'tensorboard' ? 'on PATH' : 'by --tensorboard';
  return new CommandFailure(
    EXIT.noTensorboard,
    `no TensorBoard found ${where} (looked for: ${setting}). Install it: ${INSTALL_COMMAND}
or name one: --tensorboard /path/to/venv/bin/tensorboard, or the same in $TENSORBOARD`,
  );
}

function incomplete(python: string, missing: readonly string[]): CommandFailure {
  return new CommandFailure(
    EXIT.noTensorboard,
    `TensorBoard's Python lacks ${missing.join(' and ')}. Install: ${python} -m pip install ${missing.join(' ')}`,
  );
}
