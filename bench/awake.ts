/**
 * Keeps the processors of a machine from going to sleep: on one that idles, a request and its answer wait for a processor to
 * wake up, which takes longer than either side works. @module
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Ends by itself when whoever began it has. */
const SPIN = 'while kill -0 "$PPID" 2>/dev/null; do :; done';

/** One process that does nothing for each processor, which whoever has something to do displaces at once (SCHED_IDLE). */
export class Awake implements Disposable {
  readonly #spinning: readonly ChildProcess[];

  constructor() {
    const words = ['--idle', '0', 'sh', '-c', SPIN];
    this.#spinning = Array.from({ length: availableParallelism() }, () =>
      spawn('chrt', words, { stdio: 'ignore' }),
    );
  }

  [Symbol.dispose](): void {
    for (const child of this.#spinning) child.kill('SIGKILL');
  }
}
