/** Runs the program as a person would: as it is published, in a process of its own. @module */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const PROGRAM = fileURLToPath(new URL('../../dist/program/wandb-logdir.mjs', import.meta.url));
/** What TENSORBOARD_DATA_SERVER_BINARY points at. */
export const DATA_SERVER = fileURLToPath(
  new URL('../../dist/program/wandb-logdir-data-server.mjs', import.meta.url),
);
export const EXAMPLES = fileURLToPath(new URL('../../examples/wandb', import.meta.url));

export interface ProgramOptions {
  readonly cwd: string;
  /** Added to an environment that has PATH and a HOME at `cwd`, and nothing else. */
  readonly variables?: Readonly<Record<string, string>>;
  /** In a session of its own, as a service is: without a terminal, also where the tests have one. Default false. */
  readonly isService?: boolean;
  /** Default: `wandb-logdir`. */
  readonly program?: string;
}

export interface ProgramResult {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface StartedProgram {
  readonly child: ChildProcessWithoutNullStreams;
  readonly result: Promise<ProgramResult>;
}

export function startProgram(
  words: readonly string[],
  { cwd, variables = {}, isService = false, program = PROGRAM }: ProgramOptions,
): StartedProgram {
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, ...variables };
  const child = spawn(process.execPath, [program, ...words], { cwd, env, detached: isService });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const result = new Promise<ProgramResult>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => {
      resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
    });
  });
  return { child, result };
}

/** Runs to the end. */
export async function runProgram(words: readonly string[], options: ProgramOptions): Promise<ProgramResult> {
  const { child, result } = startProgram(words, options);
  child.stdin.end();
  return await result;
}

/** What the program loaded to run these words: paths of files it was bundled from, such as `dist/app/create-app.js`. */
export async function modulesLoaded(
  words: readonly string[],
  options: ProgramOptions,
): Promise<readonly string[]> {
  // Node tells of each file that it makes a module of.
  const variables = { ...options.variables, NODE_DEBUG: 'esm,module' };
  const { stderr } = await runProgram(words, { ...options, variables });
  const urls = [...stderr.matchAll(/Translating \w+ (file:\S+\.mjs)/g)].map(([, url = '']) =>
    fileURLToPath(url),
  );
  const paths = [...stderr.matchAll(/: load "([^"]+\.cjs)"/g)].map(([, path = '']) => path);
  return [...new Set([...urls, ...paths])].flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^ *\/\/ ((?:dist|node_modules)\/\S+)$/gm)].map(
      ([, path = '']) => path,
    ),
  );
}
