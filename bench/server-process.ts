/** A server in a process of its own, and what the system knows of it. @module */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { peakMegabytes, residentMegabytes } from './process-memory.ts';

/** How often the port file is looked for: what readiness is measured by. */
const LOOK_EVERY_MS = 5;
const START_TIMEOUT_MS = 120_000;

export interface StartOptions {
  /** Words after `node`: a module and its arguments. */
  readonly words: readonly string[];
  /** The file the server writes its port to once it answers. */
  readonly portFile: string;
}

export class ServerProcess implements AsyncDisposable {
  readonly url: string;
  /** From the start of the process to the port file. */
  readonly readyMs: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: string, readyMs: number) {
    this.#child = child;
    // Whoever asks it next fails anyway; this says why.
    child.once('exit', (code, reason) => console.error(`the server ended: ${code ?? reason}`));
    this.url = `http://127.0.0.1:${port}`;
    this.readyMs = readyMs;
  }

  /** Resolves when the server answers; rejects when it ends before. */
  static async start({ words, portFile }: StartOptions): Promise<ServerProcess> {
    rmSync(portFile, { force: true });
    const startMs = performance.now();
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] });
    while (!existsSync(portFile)) {
      if (child.exitCode !== null) throw new Error(`${words.join(' ')}: ended with ${child.exitCode}`);
      if (performance.now() - startMs > START_TIMEOUT_MS) throw new Error(`${words.join(' ')}: never ready`);
      await delay(LOOK_EVERY_MS);
    }
    const readyMs = performance.now() - startMs;
    return new ServerProcess(child, readFileSync(portFile, 'utf8').trim(), readyMs);
  }

  get pid(): number {
    return this.#child.pid ?? Number.NaN;
  }

  /** Memory it holds now, in megabytes. Linux only. */
  rssMegabytes(): number {
    return residentMegabytes(this.#child.pid ?? Number.NaN);
  }

  /** The most it ever held. */
  peakRssMegabytes(): number {
    return peakMegabytes(this.#child.pid ?? Number.NaN);
  }

  /** The value of a counter or gauge of /metrics without labels. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return Number(new RegExp(`^wandb_logdir_${name} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.removeAllListeners('exit');
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}

/** The program serving a wandb folder. */
export async function startProgram(
  program: string,
  options: { readonly source: string; readonly cacheDir: string; readonly portFile: string },
): Promise<ServerProcess> {
  const { source, cacheDir, portFile } = options;
  const words = [program, 'serve', source, '--port', '0', '--cache-dir', cacheDir, '--port-file', portFile];
  return await ServerProcess.start({ words, portFile });
}
