/** The double of W&B's backend as a process of its own, and its clients, each a process too. @module */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TAGS } from './rows.ts';
import { ServerProcess } from './server-process.ts';
import type { Workshop } from './workshop.ts';

export const DOUBLE_ENTITY = 'acme';
export const METRICS = TAGS.slice(0, 8);
export const DOUBLE_API_KEY = 'b'.repeat(40);

/** Both have the same runs: of `parquet`, every one is exported; of `pages`, none is. */
export const DOUBLE_PROJECTS = ['pages', 'parquet'] as const;
export type DoubleProject = (typeof DOUBLE_PROJECTS)[number];

/** Finished runs, all with the same rows. */
export interface DoubleShape {
  readonly runs: number;
  readonly rows: number;
  /** Before each answer. */
  readonly latencyMs: number;
}

export class WandbDouble implements AsyncDisposable {
  readonly #workshop: Workshop;
  readonly #server: ServerProcess;
  /** Variables by which a client finds it. */
  readonly variables: Readonly<Record<string, string>>;

  private constructor(workshop: Workshop, server: ServerProcess) {
    this.#workshop = workshop;
    this.#server = server;
    this.variables = clientVariables(server.url, workshop.diskFolder());
  }

  static async start(workshop: Workshop, { runs, rows, latencyMs }: DoubleShape): Promise<WandbDouble> {
    const portFile = join(workshop.diskFolder(), 'port');
    const subject = fileURLToPath(new URL('./subjects/wandb-double.js', import.meta.url));
    const words = [subject, portFile, DOUBLE_API_KEY, `${latencyMs}`, `${runs}`, `${rows}`];
    return new WandbDouble(workshop, await ServerProcess.start({ words, portFile }));
  }

  /** Our program reads all event files of a project. */
  async read<T>(project: DoubleProject, cacheDir: string): Promise<T> {
    const words = [`${DOUBLE_ENTITY}/${project}`, cacheDir];
    return await this.#workshop.subject<T>('cloud-read.js', words, this.variables);
  }

  /** A script exports a project. */
  async export<T>(project: DoubleProject): Promise<T> {
    const words = [`${DOUBLE_ENTITY}/${project}`, join(this.#workshop.diskFolder(), 'exported')];
    return await this.#workshop.peer<T>(this.#workshop.sdkPython(), 'export_run.py', words, this.variables);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}

/** Variables for a client, whose home is empty: what it finds there it would not ask for. */
export function clientVariables(url: string, home: string): Readonly<Record<string, string>> {
  const folders = ['HOME', 'WANDB_DIR', 'WANDB_CACHE_DIR', 'WANDB_DATA_DIR', 'WANDB_CONFIG_DIR'];
  const own = Object.fromEntries(folders.map((name) => [name, home]));
  return { ...own, WANDB_BASE_URL: url, WANDB_API_KEY: DOUBLE_API_KEY, WANDB_SILENT: 'true' };
}
