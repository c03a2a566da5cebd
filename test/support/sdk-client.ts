/** The real SDK as a client of the W&B double: logs runs to it, reads them back, and tells what was logged. @module */

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { AskedScript } from './asked-script.ts';
import { type TemporaryFolder, temporaryFolder } from './local-runs.ts';
import { runPython } from './python.ts';
import { sdkVariables } from './sdk-variables.ts';
import type { JsonObject, JsonValue, WandbServer } from './wandb-server/index.ts';
import { flattenRow } from './wandb-server/rows/flat-row.ts';
import { parseLenient } from './wandb-server/rows/lenient-json.ts';

/** What the public API gives of a run. */
export interface ReadRun {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly group: string | null;
  readonly jobType: string | null;
  readonly tags: readonly string[];
  readonly notes: string | null;
  readonly config: JsonObject;
  readonly summary: JsonObject;
  readonly lastStep: number;
  /** By scan_history: every row. */
  readonly rows: readonly JsonObject[];
  /** By history: sampled. */
  readonly history: readonly JsonObject[];
  readonly system: readonly JsonObject[];
  readonly files: Readonly<Record<string, number>>;
  readonly artifacts: readonly string[];
}

/** A run as its script logged it. */
export interface LoggedRun {
  readonly facts: JsonObject;
  /** By step: flat keys; later calls of a step over earlier ones. */
  readonly rows: ReadonlyMap<number, JsonObject>;
}

export class SdkClient implements AsyncDisposable {
  readonly #server: WandbServer;
  readonly #folder: TemporaryFolder;
  /** Importing the SDK takes seconds: one process reads whatever is asked for. */
  #reader: AskedScript | undefined;

  private constructor(server: WandbServer, folder: TemporaryFolder) {
    this.#server = server;
    this.#folder = folder;
  }

  static async create(server: WandbServer): Promise<SdkClient> {
    return new SdkClient(server, await temporaryFolder());
  }

  /** A folder of the client's own, for downloads. */
  folder(name: string): string {
    return join(this.#folder.path, name);
  }

  /** Logs runs online with make-runs.py. */
  async log(...words: readonly string[]): Promise<void> {
    const places = ['--online', '--out', this.folder('runs'), '--truth', this.folder('truth')];
    await runPython('make-runs.py', [...words, ...places], sdkVariables(this.#server, this.#folder.path));
  }

  /** Asks the public API a question of read-runs.py. */
  async ask(...question: readonly string[]): Promise<JsonValue> {
    this.#reader ??= new AskedScript('read-runs.py', [], sdkVariables(this.#server, this.#folder.path));
    const reply = parseLenient(await this.#reader.ask(question)) as JsonObject;
    if ('failure' in reply) throw new Error(`${question.join(' ')}: ${reply['failure']}`);
    return reply['answer'] as JsonValue;
  }

  /** Files that a run's script left on this machine, by name. */
  async localFiles(runId: string): Promise<ReadonlyMap<string, Buffer>> {
    const runs = join(this.folder('runs'), 'wandb');
    const folder = (await readdir(runs)).find((name) => name.endsWith(`-${runId}`)) ?? '';
    const root = join(runs, folder, 'files');
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return new Map(
      await Promise.all(files.map(async (path) => [relative(root, path), await readFile(path)] as const)),
    );
  }

  async readRun(path: string): Promise<ReadRun> {
    return (await this.ask('run', path)) as unknown as ReadRun;
  }

  /** What was logged, by run id. */
  async truth(): Promise<ReadonlyMap<string, LoggedRun>> {
    const lines = new Map<string, readonly JsonObject[]>();
    for (const name of await readdir(this.folder('truth'))) {
      const text = await readFile(join(this.folder('truth'), name), 'utf8');
      const parsed = text
        .trimEnd()
        .split('\n')
        .map((line) => parseLenient(line) as JsonObject);
      lines.set(name.replace(/\.jsonl$/, ''), parsed);
    }
    return new Map(
      [...lines].map(([id, own]) => [id, { facts: own[0] ?? {}, rows: loggedRows(own, lines) }]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader?.[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

type Lines = readonly JsonObject[];

/** Rows of a run's truth, whose lines may refer to those of other runs. */
function loggedRows(lines: Lines, others: ReadonlyMap<string, Lines>): Map<number, JsonObject> {
  let rows = new Map<number, JsonObject>();
  for (const [index, { kind, id, step, values }] of lines.entries()) {
    if (kind === 'kept')
      rows = keptRows(lines.slice(0, index), others, { id: String(id), step: Number(step) });
    if (kind !== 'row') continue;
    const flat = flattenRow(plainFloats(values as JsonObject) as JsonObject);
    // The SDK takes an empty key and does not send it.
    const { '': _, ...sent } = flat;
    rows.set(Number(step), { ...rows.get(Number(step)), ...sent });
  }
  return rows;
}

/** Rows up to a step: the run's own earlier ones, or all of its parent's. */
function keptRows(earlier: Lines, others: ReadonlyMap<string, Lines>, kept: { id: string; step: number }) {
  const isOwn = earlier[0]?.['id'] === kept.id;
  const rows = loggedRows(isOwn ? earlier : (others.get(kept.id) ?? []), others);
  return new Map([...rows].filter(([step]) => step <= kept.step));
}

/** `{"float": "NaN"}` becomes the word. */
function plainFloats(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item) => plainFloats(item as JsonValue));
  if (typeof value !== 'object' || value === null) return value;
  const object = value as JsonObject;
  if (typeof object['float'] === 'string') return object['float'];
  if (typeof object['media'] === 'string') return { _type: object['media'] };
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, plainFloats(item)]));
}

/**
 * A row of the public API as it was logged: without what the SDK adds, without what is null, structs of
 * `_type_…` members told apart. Media are their `_type` alone.
 */
export function asLogged(row: JsonObject): JsonObject {
  const members = Object.entries(row).filter(
    ([key]) => !['_step', '_timestamp', '_runtime', '_wandb'].includes(key),
  );
  const values = members.map(([key, value]) => [key, collapsed(value)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== null));
}

function collapsed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item) => collapsed(item as JsonValue));
  if (typeof value !== 'object' || value === null) return value;
  const object = value as JsonObject;
  if (typeof object['_type'] === 'string') return { _type: object['_type'] };
  const held = Object.entries(object).filter(([, item]) => item !== null);
  if (held.length === 0) return null;
  if (Object.keys(object).every((key) => key.startsWith('_type_'))) return collapsed(held[0]![1]);
  return Object.fromEntries(held.map(([key, item]) => [key, collapsed(item)]));
}
