/** A stock TensorBoard on a logdir, watched until it has read everything. @module */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

const STARTED = /TensorBoard [\d.]+ at (http:\/\/\S+?)\/? /;
const LOOK_EVERY_MS = 200;
const TIMEOUT_MS = 900_000;

export type Loader = 'rust' | 'python';

/** What must be there for a logdir to count as read: the last step of one tag in the run read last. */
export interface Everything {
  readonly runs: number;
  readonly tag: string;
  readonly lastStep: number;
}

/** Seconds from the start of TensorBoard until it shows everything. */
export async function readingSeconds(
  python: string,
  logdir: string,
  loader: Loader,
  everything: Everything,
): Promise<number> {
  const startMs = performance.now();
  await using tensorboard = await TensorBoardProcess.start(python, logdir, loader);
  while (!(await tensorboard.shows(everything))) {
    if (performance.now() - startMs > TIMEOUT_MS) throw new Error(`TensorBoard never shows all of ${logdir}`);
    await delay(LOOK_EVERY_MS);
  }
  return (performance.now() - startMs) / 1000;
}

/** Seconds from the start of TensorBoard until the JSON of one card of Time Series holds everything. */
export async function firstCardSeconds(
  python: string,
  logdir: string,
  everything: Everything,
  variables: Readonly<Record<string, string>> = {},
): Promise<number> {
  const startMs = performance.now();
  await using tensorboard = await TensorBoardProcess.start(python, logdir, 'rust', variables);
  while (!(await tensorboard.showsCard(everything))) await delay(LOOK_EVERY_MS);
  return (performance.now() - startMs) / 1000;
}

class TensorBoardProcess implements AsyncDisposable {
  readonly #url: string;
  readonly #child: ChildProcess;
  /** Runs already seen whole: they are not asked about again. */
  readonly #whole = new Set<string>();

  private constructor(url: string, child: ChildProcess) {
    this.#url = url;
    this.#child = child;
  }

  static async start(
    python: string,
    logdir: string,
    loader: Loader,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<TensorBoardProcess> {
    const fast = loader === 'rust' ? 'true' : 'false';
    const words = ['-m', 'tensorboard.main', '--logdir', logdir, '--port', '0', '--load_fast', fast];
    const env = { ...process.env, ...variables };
    const child = spawn(python, words, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    for (;;) {
      const url = STARTED.exec(output)?.[1];
      if (url !== undefined) return new TensorBoardProcess(url, child);
      if (child.exitCode !== null) throw new Error(`TensorBoard did not start:\n${output}`);
      await delay(20);
    }
  }

  async shows({ runs, tag, lastStep }: Everything): Promise<boolean> {
    const found = await this.#ask<string[]>('/data/runs');
    if (found === null || found.length < runs) return false;
    for (const run of found) {
      if (this.#whole.has(run)) continue;
      const query = new URLSearchParams({ run, tag });
      const points = await this.#ask<[number, number, number][]>(`/data/plugin/scalars/scalars?${query}`);
      if (points?.at(-1)?.[1] !== lastStep) return false;
      this.#whole.add(run);
    }
    return true;
  }

  async showsCard({ runs, tag, lastStep }: Everything): Promise<boolean> {
    const body = new FormData();
    body.set('requests', JSON.stringify([{ plugin: 'scalars', tag }]));
    const response = await fetch(`${this.#url}/data/plugin/timeseries/timeSeries`, { method: 'POST', body });
    if (!response.ok) {
      await response.body?.cancel();
      return false;
    }
    const [card] = (await response.json()) as { runToSeries?: Record<string, { step: number }[]> }[];
    const series = Object.values(card?.runToSeries ?? {});
    return series.length === runs && series.every((points) => points.at(-1)?.step === lastStep);
  }

  /** Null while TensorBoard does not know what is asked about. */
  async #ask<T>(path: string): Promise<T | null> {
    const response = await fetch(`${this.#url}${path}`);
    if (!response.ok) {
      await response.body?.cancel();
      return null;
    }
    return (await response.json()) as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const hard = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await exited;
    clearTimeout(hard);
  }
}
