/** A real TensorBoard on a logdir, asked through the HTTP endpoints its own pages use. @module */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { PYTHON } from './python.ts';

/** `[wall time, step, value]`; values beyond JSON stand as the words NaN, Infinity, -Infinity. */
export type ScalarPoint = readonly [wallTime: number, step: number, value: number | string];

/** Python's words for them. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['nan', 'NaN'],
  ['inf', 'Infinity'],
  ['-inf', '-Infinity'],
]);

/** A text as HTML. */
export interface ShownText {
  readonly wall_time: number;
  readonly step: number;
  readonly text: string;
}

const STARTED = /TensorBoard [\d.]+ at (http:\/\/\S+?)\/? /;

export interface StartOptions {
  /** Files it may have open; its Rust loader keeps one open for each run. */
  readonly maxFiles?: number;
  /** Added to the environment. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The Python it is installed for. */
  readonly python?: string;
}

export class TensorBoard implements AsyncDisposable {
  readonly url: string;
  readonly #process: ChildProcess | null;
  readonly #output: () => string;

  private constructor(url: string, child: ChildProcess | null, output: () => string) {
    this.url = url;
    this.#process = child;
    this.#output = output;
  }

  /** Starts on a free port and resolves when it answers; it may not have read anything by then. */
  static async start(
    logdir: string,
    args: readonly string[] = [],
    options: StartOptions = {},
  ): Promise<TensorBoard> {
    return await TensorBoard.#start(['--logdir', logdir, '--reload_interval', '1', ...args], options);
  }

  /** One that has no logdir and asks a data server at an address. */
  static async asking(
    address: string,
    args: readonly string[] = [],
    options: StartOptions = {},
  ): Promise<TensorBoard> {
    return await TensorBoard.#start(['--grpc_data_provider', address, ...args], options);
  }

  /** One that somebody else started and stops. */
  static at(url: string): TensorBoard {
    return new TensorBoard(url, null, () => '');
  }

  static async #start(
    args: readonly string[],
    { maxFiles, variables, python = PYTHON }: StartOptions,
  ): Promise<TensorBoard> {
    const words = ['-m', 'tensorboard.main', '--port', '0', ...args];
    const limit = maxFiles === undefined ? '' : `ulimit -n ${maxFiles} && `;
    const shell = ['-c', `${limit}exec "$@"`, 'sh', python, ...words];
    const env = { ...process.env, ...variables };
    const child = spawn('sh', shell, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let output = '';
    const keep = (text: Buffer) => {
      output += text;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    for (let waitedMs = 0; waitedMs < 120_000; waitedMs += 50) {
      const url = STARTED.exec(output)?.[1];
      if (url !== undefined) return new TensorBoard(url, child, () => output);
      if (child.exitCode !== null) break;
      await delay(50);
    }
    child.kill('SIGKILL');
    throw new Error(`TensorBoard did not start:\n${output}`);
  }

  /** What it printed so far. */
  get output(): string {
    return this.#output();
  }

  /** Whether its Rust loader is at work: a program of its own. Linux alone. */
  get hasDataServer(): boolean {
    const pid = this.#process?.pid;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    const programs = children.filter(Boolean).map((child) => readlinkSync(`/proc/${child}/exe`));
    return programs.some((program) => program.includes('tensorboard_data_server'));
  }

  /** Where it says its data comes from, and through what. */
  async environment(): Promise<{ readonly location: string; readonly provider: string }> {
    const { data_location, debug } = await this.get<{
      data_location: string;
      debug: { data_provider: string };
    }>('/data/environment');
    return { location: data_location, provider: debug.data_provider };
  }

  async get<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
    return (await (await this.#fetch(path, query)).json()) as T;
  }

  /** Asks with a JSON body, as the HParams dashboard does. */
  async post<T>(path: string, question: object): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(question) };
    return (await answerOf(await fetch(`${this.url}${path}`, init), path, question).json()) as T;
  }

  async #fetch(path: string, query: Readonly<Record<string, string>>): Promise<Response> {
    return answerOf(await fetch(`${this.url}${path}?${new URLSearchParams(query)}`), path, query);
  }

  async runs(): Promise<string[]> {
    return (await this.get<string[]>('/data/runs')).toSorted();
  }

  /** Scalar tags by run, sorted. */
  async scalarTags(): Promise<Record<string, string[]>> {
    const tags = await this.get<Record<string, Record<string, unknown>>>('/data/plugin/scalars/tags');
    return Object.fromEntries(Object.entries(tags).map(([run, of]) => [run, Object.keys(of).toSorted()]));
  }

  /** Text tags by run, sorted. */
  async textTags(): Promise<Record<string, string[]>> {
    const tags = await this.get<Record<string, string[]>>('/data/plugin/text/tags');
    return Object.fromEntries(Object.entries(tags).map(([run, of]) => [run, of.toSorted()]));
  }

  /** As CSV, which TensorBoard writes many times faster than its JSON. */
  async scalars(run: string, tag: string): Promise<ScalarPoint[]> {
    const response = await this.#fetch('/data/plugin/scalars/scalars', { run, tag, format: 'csv' });
    const [, ...lines] = (await response.text()).trimEnd().split('\r\n');
    return lines.map((line) => {
      const [wallTime = '', step = '', value = ''] = line.split(',');
      return [Number(wallTime), Number(step), WORDS.get(value) ?? Number(value)];
    });
  }

  async texts(run: string, tag: string): Promise<ShownText[]> {
    return await this.get('/data/plugin/text/text', { run, tag });
  }

  /**
   * Asks until the answer satisfies, and gives it; rejects with the last answer after `timeoutMs`. Large answers
   * cost TensorBoard seconds of the one interpreter that also reads: ask for them rarely.
   */
  async until<T>(
    ask: () => Promise<T>,
    satisfies: (answer: T) => boolean,
    { timeoutMs = 120_000, everyMs = 250 } = {},
  ): Promise<T> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const answer = await ask().catch((error: unknown) => error as Error);
      if (!(answer instanceof Error) && satisfies(answer)) return answer;
      if (Date.now() > end) {
        const last = answer instanceof Error ? answer.message : JSON.stringify(answer)?.slice(0, 2000);
        throw new Error(`TensorBoard never answered as expected; last: ${last}\n${this.output.slice(-2000)}`);
      }
      await delay(everyMs);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#process;
    if (child === null || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const hard = setTimeout(() => child.kill('SIGKILL'), 5000);
    await exited;
    clearTimeout(hard);
  }
}

function answerOf(response: Response, path: string, question: object): Response {
  if (!response.ok) throw new Error(`${path} ${JSON.stringify(question)}: HTTP ${response.status}`);
  return response;
}
