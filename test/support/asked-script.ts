/** A Python script of this folder that answers each line it reads by a line: started once, asked often. @module */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { PYTHON } from './python.ts';

interface Waiting {
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

export class AskedScript implements AsyncDisposable {
  readonly #child;
  /** Lines are answered in the order they were asked in. */
  readonly #waiting: Waiting[] = [];
  #complaints = '';

  /** `variables` are added to the environment. */
  constructor(script: string, args: readonly string[], variables: Readonly<Record<string, string>> = {}) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    // A neutral folder: the SDK takes a folder called wandb beside it for its package.
    const options = { cwd: tmpdir(), env: { ...process.env, ...variables } };
    this.#child = spawn(PYTHON, [path, ...args], options);
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#complaints += chunk;
    });
    const lines = createInterface({ input: this.#child.stdout });
    lines.on('line', (line) => this.#waiting.shift()?.resolve(line));
    this.#child.once('close', () => {
      for (const { reject } of this.#waiting) reject(new Error(`${script} ended: ${this.#complaints}`));
    });
    // It may end while a question is on its way: `close` tells.
    this.#child.stdin.on('error', () => undefined);
  }

  /** The answer to a question that JSON can hold. Rejects, with the script's complaints, when it ends instead. */
  ask(question: unknown): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#child.exitCode !== null) return reject(new Error(`it had ended: ${this.#complaints}`));
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${JSON.stringify(question)}\n`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin.end();
    await ended;
  }
}
