/** Runs the built program as a person would: dist/cli/main.js in a process of its own. @module */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** What TENSORBOARD_DATA_SERVER_BINARY points at. */
export const DATA_SERVER = fileURLToPath(new URL('../../dist/cli/data-server/main.js', import.meta.url));
export const EXAMPLES = fileURLToPath(new URL('../../examples/wandb', import.meta.url));

export interface ProgramOptions {
  readonly cwd: string;
  /** Added to an environment that has PATH and a HOME at `cwd`, and nothing else. */
  readonly variables?: Readonly<Record<string, string>>;
  /** In a session of its own, as a service is: without a terminal, also where the tests have one. Default false. */
  readonly isService?: boolean;
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
  { cwd, variables = {}, isService = false }: ProgramOptions,
): StartedProgram {
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, ...variables };
  const child = spawn(process.execPath, [PROGRAM, ...words], { cwd, env, detached: isService });
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
