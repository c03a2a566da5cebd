/** A data server started as TensorBoard starts it, and asked as TensorBoard asks it. @module */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { DATA_PROVIDER_CODECS, type ReadScalarsResponse } from '../src/protobuf/index.ts';

const LOOK_EVERY_MS = 5;
const START_TIMEOUT_MS = 60_000;

export interface DataServerOptions {
  /** Program and its first words. */
  readonly command: readonly [string, ...string[]];
  readonly logdir: string;
  readonly portFile: string;
  readonly variables?: Readonly<Record<string, string>>;
}

export class DataServerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #client: Client;
  /** Where it answers. */
  readonly address: string;
  /** When the process was started, by `performance.now()`. */
  readonly startedMs: number;

  private constructor(child: ChildProcess, port: number, startedMs: number) {
    this.#child = child;
    this.startedMs = startedMs;
    const options = { 'grpc.max_receive_message_length': 256 * 1024 * 1024 };
    this.address = `127.0.0.1:${port}`;
    this.#client = new Client(this.address, credentials.createInsecure(), options);
  }

  static async start({
    command,
    logdir,
    portFile,
    variables,
  }: DataServerOptions): Promise<DataServerProcess> {
    rmSync(portFile, { force: true });
    const [program, ...words] = command;
    const flags = ['--logdir', logdir, '--port', '0', '--port-file', portFile, '--reload', '5'];
    const startedMs = performance.now();
    const env = { ...process.env, ...variables };
    const child = spawn(program, [...words, ...flags], { stdio: ['ignore', 'ignore', 'inherit'], env });
    while (!existsSync(portFile)) {
      if (child.exitCode !== null) throw new Error(`${program}: ended with ${child.exitCode}`);
      if (performance.now() - startedMs > START_TIMEOUT_MS) throw new Error(`${program}: never ready`);
      await delay(LOOK_EVERY_MS);
    }
    return new DataServerProcess(child, Number(readFileSync(portFile, 'utf8')), startedMs);
  }

  /** One tag of all runs. */
  async readScalars(tag: string, numPoints: number): Promise<ReadScalarsResponse> {
    const { request, response } = DATA_PROVIDER_CODECS.ReadScalars;
    const message = {
      pluginFilter: { pluginName: 'scalars' },
      runTagFilter: { tags: { names: [tag] } },
      downsample: { numPoints },
    };
    return await new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        '/tensorboard.data.TensorBoardDataProvider/ReadScalars',
        () => Buffer.from(request.encode(message)),
        (bytes: Buffer) => response.decode(bytes),
        {},
        (error, answer) => (error === null ? resolve(answer!) : reject(error)),
      );
    });
  }

  /** Milliseconds from the start of the process until one tag of so many runs is there to its last step. */
  async untilComplete(tag: string, runs: number, lastStep: number): Promise<number> {
    return await this.#until(tag, runs, (step) => step === lastStep);
  }

  /** Milliseconds from the start of the process until so many runs have points of a tag. */
  async untilShown(tag: string, runs: number): Promise<number> {
    return await this.#until(tag, runs, (step) => step !== undefined);
  }

  async #until(tag: string, runs: number, isEnough: (last: number | undefined) => boolean): Promise<number> {
    for (;;) {
      const { runs: found = [] } = await this.readScalars(tag, 100).catch(() => ({ runs: [] }));
      const enough = found.filter(({ tags }) => isEnough(lastOf(tags?.[0]?.data?.step)));
      if (enough.length === runs) return performance.now() - this.startedMs;
      await delay(LOOK_EVERY_MS);
    }
  }

  /** Processor time so far, of all its threads, in milliseconds. Linux only, in steps of ten. */
  cpuMs(): number {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    // utime and stime, in clock ticks of 10 ms (proc_pid_stat(5)).
    return 10 * (Number(fields[11]) + Number(fields[12]));
  }

  /** The most memory it ever held, in megabytes. Linux only. */
  peakRssMegabytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close();
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}

function lastOf(steps: ArrayLike<number> | undefined): number | undefined {
  return steps?.[steps.length - 1];
}
