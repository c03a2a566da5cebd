/** Rows of a W&B double in every form it sends them, for tests of the cloud source's rows. @module */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HistoryRow } from '../../src/core/index.ts';
import { ShapeRegistry } from '../../src/sources/shape-registry.ts';
import {
  type HistoryKeys,
  keyTypesOf,
  parquetRows,
  rowsOfLines,
  rowsOfObjects,
} from '../../src/sources/wandb-cloud/rows/index.ts';
import { neverAborted, rowObject } from './local-runs.ts';
import { askRun } from './wandb-client.ts';
import type { ExportOptions, JsonObject, Run, WandbServer } from './wandb-server/index.ts';
import { encodeParquet, type ParquetLayout } from './wandb-server/parquet/parquet-file.ts';
import { flattenRow } from './wandb-server/rows/flat-row.ts';
import { KeyStatistics } from './wandb-server/rows/key-statistics.ts';
import { ObjectRows } from './wandb-server/rows/object-rows.ts';

/** Nothing is known of the keys. */
export const noTypes: HistoryKeys = keyTypesOf(null);

/** Keys that hold numbers. */
export function numericKeys(...keys: readonly string[]): HistoryKeys {
  const facts = keys.map((key) => [key, { typeCounts: [{ type: 'number', count: 1 }] }] as const);
  return keyTypesOf({ keys: Object.fromEntries(facts) });
}

/** A row as a plain object: axes, numbers and cells by key. */
export function plainRow(row: HistoryRow): Record<string, unknown> {
  return { _step: row.step, _timestamp: row.timestamp, ...rowObject(row) };
}

export async function allOf<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

/** A folder of parquet files, gone on disposal. */
export class ParquetFolder implements AsyncDisposable {
  readonly #path: string;
  #files = 0;

  private constructor(path: string) {
    this.#path = path;
  }

  static async make(): Promise<ParquetFolder> {
    return new ParquetFolder(await mkdtemp(join(tmpdir(), 'cloud-rows-')));
  }

  async write(
    bytes: Uint8Array,
    name = `${String(this.#files++).padStart(4, '0')}.parquet`,
  ): Promise<string> {
    const path = join(this.#path, name);
    await writeFile(path, bytes);
    return path;
  }

  /** A file as the double exports it, of nested rows. */
  async export(rows: readonly JsonObject[], layout: Partial<ParquetLayout> = {}): Promise<string> {
    return await this.write(exported(rows, layout));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#path, { recursive: true, force: true });
  }
}

/** A parquet file as the double exports it. */
export function exported(rows: readonly JsonObject[], layout: Partial<ParquetLayout> = {}): Uint8Array {
  const block = new ObjectRows();
  block.append(rows.map(flattenRow));
  return encodeParquet([{ block, from: 0, to: rows.length }], {
    codec: 'SNAPPY',
    rowGroupRows: 1000,
    hasStatistics: true,
    jsonKeys: new Set(),
    ...layout,
  });
}

/** What the double's `historyKeys` says of nested rows. */
export function typesOf(rows: readonly JsonObject[]): HistoryKeys {
  const block = new ObjectRows();
  block.append(rows.map(flattenRow));
  const statistics = new KeyStatistics();
  statistics.count([{ block, from: 0, to: rows.length }]);
  return keyTypesOf(statistics.describe());
}

/** Rows read from files, all of them unless told otherwise. */
export async function readFiles(
  paths: readonly string[],
  options: Partial<Parameters<typeof parquetRows>[1]> = {},
): Promise<HistoryRow[]> {
  const registry = new ShapeRegistry();
  const all = { registry, keyTypes: noTypes, afterStep: Number.NEGATIVE_INFINITY, signal: neverAborted };
  return await allOf(parquetRows(paths, { ...all, ...options }));
}

/** A run of the double, read in the three forms in which servers send history. */
export class CloudReader {
  readonly registry = new ShapeRegistry();
  readonly #server: WandbServer;
  readonly #run: Run;
  readonly #folder: ParquetFolder;

  constructor(server: WandbServer, run: Run, folder: ParquetFolder) {
    this.#server = server;
    this.#run = run;
    this.#folder = folder;
  }

  get keys(): HistoryKeys {
    return keyTypesOf(this.#run.history.statistics().describe());
  }

  async lines(): Promise<HistoryRow[]> {
    const answer = await this.#ask<{ history: string[] }>('history(samples: 1000000)');
    return rowsOfLines(answer.history, { registry: this.registry, keyTypes: this.keys });
  }

  /** One spec for each key, as is needed to get rows that lack some. */
  async sampled(): Promise<HistoryRow[]> {
    const keys = this.keys.keys().filter((key) => key !== '_step' && key !== '_timestamp');
    const specs = [[], ...keys.map((key) => [key])].map((wanted) =>
      JSON.stringify({ keys: ['_step', '_timestamp', ...wanted], samples: 1_000_000 }),
    );
    const answer = await this.#ask<{ sampledHistory: Record<string, unknown>[][] }>(
      `sampledHistory(specs: ${JSON.stringify(specs)})`,
    );
    return rowsOfObjects(answer.sampledHistory.flat(), { registry: this.registry, keyTypes: this.keys });
  }

  async exports(options: ExportOptions = {}): Promise<HistoryRow[]> {
    this.#run.exports.clear();
    this.#run.exports.exportHistory(options);
    const files = this.#run.exports.historyFiles;
    const paths = await Promise.all(files.map(({ bytes }) => this.#folder.write(bytes)));
    return await readFiles(paths, { registry: this.registry, keyTypes: this.keys });
  }

  async #ask<T>(fields: string): Promise<T> {
    const { entity, name } = this.#run.project;
    return await askRun<T>(this.#server, `${entity}/${name}/${this.#run.name}`, fields);
  }
}
