/** How a command fails: a message for the person and an exit code for the script. @module */

import { errnoOf, LogdirError } from '../core/index.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** A failure whose message is complete: it says what happened and what to do. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The exit code that stands for an error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandFailure) return error.exitCode;
  if (!(error instanceof LogdirError)) return EXIT.internal;
  if (error.code === 'invalid-argument') return EXIT.usage;
  if (error.code === 'not-found') return EXIT.pathNotFound;
  return error.code === 'cancelled' ? EXIT.interrupted : EXIT.internal;
}

/** What to print for an error: expected ones without, unexpected ones with the stack for a bug report. */
export function failureText(error: unknown): string {
  const expected = error instanceof CommandFailure || error instanceof LogdirError;
  if (expected || errnoOf(error) !== undefined) return (error as Error).message;
  return `unexpected failure: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
