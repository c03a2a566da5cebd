/** TensorBoard's Rust loader on its own, and how long it takes for a logdir: its own word for it. @module */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const FINDING = 'import tensorboard_data_server; print(tensorboard_data_server.server_binary())';
/** Such as `Finished load cycle (1.234567s)`; milliseconds and microseconds have units of their own. */
const FINISHED = /Finished load cycle \(([\d.]+)(s|ms|µs)\)/;
const SECONDS = { s: 1, ms: 1e-3, µs: 1e-6 } as const;

/** The program that comes with a Python's TensorBoard. */
export function dataServer(python: string): string {
  return execFileSync(python, ['-c', FINDING], { encoding: 'utf8' }).trim();
}

/** Seconds until everything in a logdir is loaded, from the moment the loader begins to look. */
export async function loadSeconds(program: string, logdir: string): Promise<number> {
  const words = ['--logdir', logdir, '--reload', 'once', '--verbose', '--port', '0'];
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      const [, count, unit] = FINISHED.exec(line) ?? [];
      if (count !== undefined) return Number(count) * SECONDS[unit as keyof typeof SECONDS];
    }
    throw new Error(`${program}: ended before everything was loaded`);
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
}
