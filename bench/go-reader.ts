/** The SDK's Go reader of `.wandb` logs, built of its sources where they are at hand. @module */

import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Workshop } from './workshop.ts';

/** A clone of github.com/wandb/wandb: Go's module proxy need not have the module. */
const SOURCES = 'WANDB_LOGDIR_BENCH_WANDB_SOURCES';
const PACKAGES = ['leveldb', 'service_go_proto'];

export class GoReader {
  readonly #program: string;

  private constructor(program: string) {
    this.#program = program;
  }

  /** Null where no sources are named; built once. @throws MissingTool */
  static build(workshop: Workshop): GoReader | null {
    const sources = process.env[SOURCES];
    const folder = join(workshop.cache, 'read-log-go');
    const program = join(folder, 'readlog');
    if (existsSync(program)) return new GoReader(program);
    if (sources === undefined) {
      console.error(`without the SDK's Go reader: ${SOURCES} names no clone of github.com/wandb/wandb`);
      return null;
    }
    workshop.require('go');
    mkdirSync(folder, { recursive: true });
    cpSync(workshop.peerPath('read_log_go'), folder, { recursive: true });
    for (const name of PACKAGES)
      cpSync(join(sources, 'core', 'pkg', name), join(folder, name), { recursive: true });
    // Stubs of a gRPC service would bring gRPC in.
    const stubs = join(folder, 'service_go_proto');
    for (const name of readdirSync(stubs)) if (name.endsWith('_grpc.pb.go')) rmSync(join(stubs, name));
    execFileSync('go', ['build', '-o', program, '.'], { cwd: folder, stdio: 'inherit' });
    return new GoReader(program);
  }

  /** Reads a log; what it prints is JSON. */
  async read<T>(log: string): Promise<T> {
    const { stdout } = await promisify(execFile)(this.#program, [log]);
    return JSON.parse(stdout) as T;
  }
}
