/** `wandb-logdir tensorboard` with a real TensorBoard, asked as its pages ask it. @module */

import { setTimeout as delay } from 'node:timers/promises';
import { temporaryFolder } from './local-runs.ts';
import { type ProgramResult, startProgram } from './program.ts';
import { PYTHON } from './python.ts';

const ADDRESS = /TensorBoard[^\n]* (http:\/\/\S+?)\/?(?=\s)/;

export class TensorboardCommand implements AsyncDisposable {
  readonly url: string;
  readonly result: Promise<ProgramResult>;
  readonly #stop: (signal: NodeJS.Signals) => void;
  readonly #folder: AsyncDisposable;
  readonly #output: () => string;

  private constructor(
    url: string,
    { child, result }: ReturnType<typeof startProgram>,
    folder: AsyncDisposable,
    output: () => string,
  ) {
    this.url = url;
    this.result = result;
    this.#stop = (signal) => void child.kill(signal);
    this.#folder = folder;
    this.#output = output;
  }

  /** Resolves when TensorBoard tells its address. `words`: the command's own. */
  static async start(
    words: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): Promise<TensorboardCommand> {
    const folder = await temporaryFolder();
    const own = ['tensorboard', ...words, '--cache-dir', `${folder.path}/cache`, '--', '--port', '0'];
    const added = { TENSORBOARD: `${PYTHON} -m tensorboard.main`, ...variables };
    const program = startProgram(own, { cwd: folder.path, variables: added });
    let output = '';
    for (const stream of [program.child.stdout, program.child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk;
      });
    }
    const url = await until(() => ADDRESS.exec(output)?.[1]).catch((error: Error) => {
      throw new Error(`${error.message}; the program said:\n${output}`);
    });
    return new TensorboardCommand(url, program, folder, () => output);
  }

  /** What both printed so far. */
  get output(): string {
    return this.#output();
  }

  /** Asks TensorBoard until the list it answers with has a length. */
  async list(path: string, length: number): Promise<readonly string[]> {
    return await until(async () => {
      const answer = await fetch(`${this.url}${path}`).catch(() => undefined);
      const list = answer?.ok ? ((await answer.json()) as string[]) : undefined;
      return list?.length === length ? list : undefined;
    });
  }

  stop(signal: NodeJS.Signals): void {
    this.#stop(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop('SIGTERM');
    await this.result;
    await this.#folder[Symbol.asyncDispose]();
  }
}

async function until<T>(ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let waitedMs = 0; waitedMs < 120_000; waitedMs += 200) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await delay(200);
  }
  throw new Error('no answer in two minutes');
}
