/** Where benches work: folders that are kept, folders that are not, the tools at hand, and Python. @module */

import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Compiled benches lie in dist-bench/bench/. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Files in memory: what is written and served from here costs no disk. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
/** The last SDK whose Python package reads `.wandb` logs by itself, and the TensorBoard that reads ours. */
const PEER_PACKAGES = ['wandb==0.28.2', 'tensorboard==2.21.0', 'fsspec', 'requests', 'setuptools<81'];
/** The SDK that scripts which export runs use. */
const SDK_PACKAGES = ['wandb==0.30.0', 'tensorboard==2.21.0', 'setuptools<81'];
const TORCH_PACKAGES = ['torch', 'tensorboard==2.21.0', 'setuptools<81'];

const HOW_TO_INSTALL = {
  nginx: 'apt-get install nginx',
  wrk: 'apt-get install wrk',
  curl: 'apt-get install curl',
  bindfs: 'apt-get install bindfs',
  chrt: 'apt-get install util-linux',
  python3: 'apt-get install python3 python3-venv',
  go: 'apt-get install golang',
} as const;

/** Environment of a process, beside ours. */
type Variables = Readonly<Record<string, string>>;

export type Tool = keyof typeof HOW_TO_INSTALL;

/** A bench can't run here; the message says what to install. */
export class MissingTool extends Error {
  override readonly name = 'MissingTool';
}

export interface WorkshopOptions {
  /** Install and measure PyTorch's writer: several gigabytes. */
  readonly torch: boolean;
  /** Measure what lasts for longer. */
  readonly long: boolean;
}

export class Workshop implements Disposable {
  /** The program as it is installed. */
  readonly program = join(ROOT, 'dist', 'program', 'wandb-logdir.mjs');
  /** What TENSORBOARD_DATA_SERVER_BINARY points at. */
  readonly dataServer = join(ROOT, 'dist', 'program', 'wandb-logdir-data-server.mjs');
  readonly examples = join(ROOT, 'examples', 'wandb');
  /** Kept from run to run. */
  readonly cache = join(ROOT, '.cache', 'bench');
  readonly wantsTorch: boolean;
  readonly isLong: boolean;
  readonly #folders: string[] = [];

  constructor({ torch, long }: WorkshopOptions) {
    this.isLong = long;
    this.wantsTorch = torch;
    mkdirSync(this.cache, { recursive: true });
  }

  /** A folder in memory that goes when the bench is done. */
  memoryFolder(): string {
    return this.#folder(MEMORY);
  }

  /** A folder on disk that goes when the bench is done. */
  diskFolder(): string {
    return this.#folder(this.cache);
  }

  /** @throws MissingTool */
  require(...tools: readonly Tool[]): void {
    const missing = tools.filter((tool) => spawnSync('which', [tool]).status !== 0);
    if (missing.length === 0) return;
    const remedies = missing.map((tool) => `${tool} (${HOW_TO_INSTALL[tool]})`);
    throw new MissingTool(`needs ${remedies.join(', ')}`);
  }

  /** The Python that peers run with, installed on first use. */
  python(): string {
    return this.#venv('venv', PEER_PACKAGES);
  }

  /** A Python with the SDK of today and TensorBoard's writer. */
  sdkPython(): string {
    return this.#venv('sdk', SDK_PACKAGES);
  }

  /** A Python with PyTorch: the one that BENCH_TORCH_PYTHON names, or one of ours; null when not asked for. */
  torchPython(): string | null {
    const named = process.env['BENCH_TORCH_PYTHON'];
    if (named !== undefined) return named;
    return this.wantsTorch ? this.#venv('torch', TORCH_PACKAGES) : null;
  }

  /** Of a script or folder of bench/peers. */
  peerPath(name: string): string {
    return join(ROOT, 'bench', 'peers', name);
  }

  /** Runs a script of bench/peers, with more variables than ours, and reads the JSON it prints. */
  async peer<T>(
    python: string,
    script: string,
    args: readonly string[],
    variables: Variables = {},
  ): Promise<T> {
    const path = this.peerPath(script);
    // A neutral folder: the SDK takes a folder called wandb beside it for its package.
    const { stdout } = await promisify(execFile)(python, [path, ...args], {
      cwd: tmpdir(),
      env: { ...process.env, ...variables },
    });
    return JSON.parse(stdout) as T;
  }

  /** Runs a compiled module of bench/subjects in a process of its own and reads the JSON it prints. */
  async subject<T>(module: string, args: readonly string[], variables: Variables = {}): Promise<T> {
    const path = fileURLToPath(new URL(`./subjects/${module}`, import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [path, ...args], {
      env: { ...process.env, ...variables },
    });
    return JSON.parse(stdout) as T;
  }

  [Symbol.dispose](): void {
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  }

  #folder(parent: string): string {
    const folder = mkdtempSync(join(parent, 'wandb-logdir-bench-'));
    this.#folders.push(folder);
    return folder;
  }

  #venv(name: string, packages: readonly string[]): string {
    const folder = join(this.cache, name);
    const python = join(folder, 'bin', 'python');
    const installed = join(folder, 'installed');
    if (existsSync(installed)) return python;
    this.require('python3');
    console.error(`installing ${packages.join(' ')} into ${folder}`);
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], { stdio: 'inherit' });
    execFileSync('touch', [installed]);
    return python;
  }
}
