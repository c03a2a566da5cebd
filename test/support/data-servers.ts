/** Data servers started as TensorBoard starts them, and asked with its own stubs. @module */

import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { AskedScript } from './asked-script.ts';
import { PYTHON } from './python.ts';

const START_TIMEOUT_MS = 30_000;

/** A message, or gRPC's word for why there is none. */
export type Reply = { readonly answer: Answer } | { readonly refused: string };

/** The shape that all answers about series have, as protobuf's JSON has it. */
export interface Answer {
  readonly runs?: readonly { readonly runName: string; readonly tags?: readonly TagAnswer[] }[];
}

export interface TagAnswer {
  readonly tagName: string;
  readonly metadata?: {
    readonly maxStep?: string;
    readonly maxWallTime?: number;
    readonly summaryMetadata?: unknown;
  };
  readonly data?: PointsAnswer;
}

/** Points side by side; int64 as digits, NaN and infinities as words. */
export interface PointsAnswer {
  readonly step: readonly string[];
  readonly wallTime: readonly number[];
  readonly value: readonly unknown[];
}

export interface DataServer extends AsyncDisposable {
  ask(call: string, message: object): Promise<Reply>;
  /** @throws Error when it is refused. */
  answer<T = Answer>(call: string, message: object): Promise<T>;
}

/** TensorBoard's own, of the Python that tests use. */
export async function ownDataServer(): Promise<string> {
  const code = 'import tensorboard_data_server as server; print(server.server_binary())';
  return (await promisify(execFile)(PYTHON, ['-c', code])).stdout.trim();
}

/** `folder`: for its port file and its cache. */
export async function startDataServer(program: string, logdir: string, folder: string): Promise<DataServer> {
  const portFile = join(folder, `port-${Math.random().toString(36).slice(2)}`);
  const words = [
    '--logdir',
    logdir,
    '--port',
    '0',
    '--port-file',
    portFile,
    '--reload',
    '1',
    '--die-after-stdin',
  ];
  const env = { ...process.env, WANDB_LOGDIR_CACHE_DIR: join(folder, 'cache') };
  const server = spawn(program, words, { env });
  const complaints = collected(server);
  const port = await portIn(portFile).catch((cause: unknown) => {
    server.kill('SIGKILL');
    throw new Error(`${program} did not start: ${complaints()}`, { cause });
  });
  const stubs = new AskedScript('ask-data-server.py', [`localhost:${port}`]);
  const ask = async (call: string, message: object) => JSON.parse(await stubs.ask([call, message])) as Reply;
  return {
    ask,
    answer: async <T>(call: string, message: object) => {
      const reply = await ask(call, message);
      if ('answer' in reply) return reply.answer as T;
      throw new Error(`${call} ${JSON.stringify(message)}: ${reply.refused}; ${complaints()}`);
    },
    async [Symbol.asyncDispose]() {
      const ended = server.exitCode ?? once(server, 'exit');
      server.stdin.end();
      await Promise.all([ended, stubs[Symbol.asyncDispose]()]);
    },
  };
}

async function portIn(file: string): Promise<number> {
  for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS; waitedMs += 50) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.endsWith('\n')) return Number(text);
    await delay(50);
  }
  throw new Error(`no port in ${file}`);
}

function collected({ stderr }: ChildProcessWithoutNullStreams): () => string {
  let text = '';
  stderr.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  return () => text;
}
