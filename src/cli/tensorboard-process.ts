/** A running TensorBoard: its output passed on, its page's address read from it. @module */

import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Environment } from '../config/index.ts';
import { spawnGuarded } from './orphan-guard.ts';

export interface TensorboardProcess {
  /** Exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Address of the page; pending until TensorBoard tells it, for ever if it never does. */
  readonly url: Promise<string>;
  /** Asks it to stop; after a while, insists. */
  stop(): Promise<void>;
}

export interface TensorboardProcessOptions {
  readonly command: readonly [string, ...string[]];
  readonly args: readonly string[];
  /** Its variables. */
  readonly environment: Environment['variables'];
  /** Whether it has a session of its own, which signals of the terminal do not reach. */
  readonly isDetached: boolean;
  readonly onLine: (line: string) => void;
}

/** TensorBoard ends within a second of SIGTERM unless something is stuck. */
const STOP_TIMEOUT_MS = 5000;

/** The line TensorBoard prints when its page can be opened. */
const READY_LINE = /^TensorBoard \S+ at (http\S+)/;

export function startTensorboard(options: TensorboardProcessOptions): TensorboardProcess {
  const { command, args, environment, isDetached, onLine } = options;
  const [program, ...leading] = command;
  const child = spawnGuarded(program, [...leading, ...args], {
    env: { ...environment },
    detached: isDetached,
  });
  const url = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        onLine(line);
        const address = READY_LINE.exec(line)?.[1];
        if (address) resolve(address);
      });
    }
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve(code));
  });
  return { exited, url, stop: () => stop(child, exited) };
}

async function stop(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited.catch(() => {});
  clearTimeout(insist);
}
