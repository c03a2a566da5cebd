/** bindfs: a directory mounted at another place by a C program over libfuse, as plain a peer as there is. @module */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const START_TIMEOUT_MS = 5000;

export class Bindfs implements AsyncDisposable {
  /** Where the directory shows. */
  readonly directory: string;
  readonly #child: ChildProcess;

  private constructor(directory: string, child: ChildProcess) {
    this.directory = directory;
    this.#child = child;
  }

  /** Shows `source`, read-only, in a directory that is made for it. */
  static async start(source: string, directory: string): Promise<Bindfs> {
    mkdirSync(directory);
    const child = spawn('bindfs', ['-f', '-r', source, directory], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const bindfs = new Bindfs(directory, child);
    for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS && child.exitCode === null; waitedMs += 20) {
      if (readFileSync('/proc/mounts', 'utf8').includes(` ${directory} fuse`)) return bindfs;
      await delay(20);
    }
    await bindfs[Symbol.asyncDispose]();
    throw new Error(`bindfs does not mount ${directory}`);
  }

  get pid(): number {
    return this.#child.pid ?? Number.NaN;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    // Lazily: out of the tree whoever still has a file open.
    execFileSync('umount', ['-l', this.directory], { stdio: 'ignore' });
    this.#child.kill('SIGTERM');
    await exited;
  }
}
