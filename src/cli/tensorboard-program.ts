/** Finding TensorBoard on this machine and asking its Python what it can import. @module */

import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

export interface TensorboardProgram {
  /** Program and leading arguments. */
  readonly command: readonly [string, ...string[]];
  /** The Python it runs under; null when that cannot be told. */
  readonly python: string | null;
}

/** Versions by package name; null: cannot be imported. */
export type PythonPackages = Readonly<Record<(typeof PACKAGES)[number], string | null>>;

const PACKAGES = ['tensorboard', 'fsspec', 'requests', 'tensorflow'] as const;
/** A cold start of Python from a network disk takes seconds. */
const PROBE_TIMEOUT_MS = 60_000;

/** Prints versions without importing: importing TensorFlow alone would take seconds. */
const PROBE = `
import importlib.metadata as metadata, importlib.util as util, json
def version(name):
    if util.find_spec(name) is None: return None
    try: return metadata.version(name)
    except metadata.PackageNotFoundError: return "unknown"
print(json.dumps({name: version(name) for name in ${JSON.stringify(PACKAGES)}}))
`;

/**
 * The program a setting names: a path, a name on the search path, or a command with arguments such as
 * `python -m tensorboard.main`. Null when there is no such program.
 */
export function findTensorboard(setting: string, searchPath: readonly string[]): TensorboardProgram | null {
  const words = existsSync(setting) ? [setting] : splitCommand(setting);
  const program = findProgram(words[0] ?? '', searchPath);
  if (program === null) return null;
  const isPython = /^python[\d.]*(\.exe)?$/.test(basename(program));
  return { command: [program, ...words.slice(1)], python: isPython ? program : interpreterOf(program) };
}

/** @throws Error when that Python does not run. */
export async function pythonPackages(python: string, signal: AbortSignal): Promise<PythonPackages> {
  const options = { signal, timeout: PROBE_TIMEOUT_MS };
  const { stdout } = await promisify(execFile)(python, ['-c', PROBE], options);
  return JSON.parse(stdout) as PythonPackages;
}

/** Words of a command line: separated by blanks, quotes keep blanks inside. */
export function splitCommand(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
}

function findProgram(name: string, searchPath: readonly string[]): string | null {
  if (name === '') return null;
  const candidates = name.includes('/') ? [name] : searchPath.map((directory) => join(directory, name));
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The Python a script names: in its first line, or, where that would be too long for the kernel, in the
 * `'''exec' /path/to/python` line that pip writes instead.
 */
function interpreterOf(script: string): string | null {
  const head = readFileSync(script).subarray(0, 1024).toString('latin1');
  if (!head.startsWith('#!')) return null;
  const match = /^(?:#!|'''exec' )"?(\/[^"\n]*?python[\d.]*)"?(?:\s|$)/m.exec(head);
  return match?.[1] && existsSync(match[1]) ? match[1] : null;
}
