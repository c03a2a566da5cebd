/** Runs the system's own mount programs. @module */

import { spawn } from 'node:child_process';

/** Mounting and unmounting take milliseconds, unless a filesystem is stuck. */
const TIMEOUT_MS = 20_000;

export interface CommandOptions {
  /** Variables added to those of this process. */
  readonly variables?: Readonly<Record<string, string>>;
  /** A descriptor the program finds as its number 3. */
  readonly descriptor?: number;
}

/** What a program said: null when it went well, otherwise its complaint. `absent`: there is no such program. */
export type CommandResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly complaint: string }
  | { readonly kind: 'absent' };

/** Never throws for what the program does. Its messages are in English. */
export function runCommand(
  words: readonly [string, ...string[]],
  { variables = {}, descriptor }: CommandOptions = {},
): Promise<CommandResult> {
  const assignments = Object.entries({ LC_ALL: 'C', ...variables }).map(
    ([name, value]) => `${name}=${value}`,
  );
  const stdio = ['ignore', 'pipe', 'pipe', ...(descriptor === undefined ? [] : [descriptor])] as const;
  return new Promise((resolve) => {
    const child = spawn('env', [...assignments, ...words], { stdio: [...stdio], timeout: TIMEOUT_MS });
    let complaint = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        complaint += chunk.toString();
      });
    }
    child.once('error', () => resolve({ kind: 'absent' }));
    child.once('close', (code, signal) => {
      if (code === 0) resolve({ kind: 'done' });
      // env(1): 127 when the program is not found.
      else if (code === 127) resolve({ kind: 'absent' });
      else
        resolve({
          kind: 'failed',
          complaint: complaint.trim() || `ended by ${signal ?? `exit code ${code}`}`,
        });
    });
  });
}
