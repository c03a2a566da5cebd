/** Local wandb folders and their source, for tests. @module */

import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type HistoryRow, type RunKey, type RunRecord, singly } from '../../src/core/index.ts';
import { createMetrics, silentLogger } from '../../src/observability/index.ts';
import {
  type Cursor,
  createWandbLocalSource,
  type RecordBatch,
  type RunSource,
  type WandbLocalOptions,
} from '../../src/sources/index.ts';
import { MovingClock } from './moving-clock.ts';

/** For reads that nobody cancels. */
export const neverAborted: AbortSignal = new AbortController().signal;

/** A folder that is removed on disposal. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
  /** Writes a file below it, with its directories; returns its path. */
  write(name: string, bytes: Uint8Array): Promise<string>;
}

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'wandb-logdir-'));
  return {
    path,
    write: async (name, bytes) => {
      const file = join(path, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
      return file;
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** The `.wandb` log at a location a source names: the log itself, or the run directory that holds it. */
export async function logIn(location: string): Promise<string> {
  if (location.endsWith('.wandb')) return location;
  const names = await readdir(location);
  return join(location, names.find((name) => name.endsWith('.wandb'))!);
}

export function localSource(path: string, options: Partial<WandbLocalOptions> = {}): RunSource {
  const metrics = createMetrics({ processMetrics: false });
  return createWandbLocalSource({ path, logger: silentLogger(), metrics, watch: 'off', ...options });
}

/** What reading a run from a cursor comes to. */
export interface ReadResult {
  readonly batches: readonly RecordBatch[];
  readonly records: readonly RunRecord[];
  readonly rows: readonly HistoryRow[];
  readonly cursor: Cursor | null;
  readonly skippedBytes: number;
}

export async function readAll(
  source: RunSource,
  key: RunKey,
  { after = null, stopAt }: { readonly after?: Cursor | null; readonly stopAt?: Cursor } = {},
): Promise<ReadResult> {
  const batches: RecordBatch[] = [];
  const range = stopAt === undefined ? { after } : { after, stopAt };
  for await (const batch of source.read(key, { ...range, signal: neverAborted })) batches.push(batch);
  const records = batches.flatMap((batch) => [...singly(batch.records)]);
  return {
    batches,
    records,
    rows: records.filter((record) => record.kind === 'history'),
    cursor: batches.at(-1)?.cursor ?? after,
    skippedBytes: batches.reduce((sum, batch) => sum + batch.skippedBytes, 0),
  };
}

/** Writes one log, reads it through a source of its own, long after the run. */
export async function readLog(bytes: Uint8Array): Promise<ReadResult> {
  await using folder = await temporaryFolder();
  await folder.write('wandb/run-20240101_000000-abc/run-abc.wandb', bytes);
  const source = localSource(folder.path, { clock: new MovingClock(Date.now() + 3_600_000) });
  const [listing] = await source.listRuns({ signal: neverAborted });
  return await readAll(source, listing!.key);
}

/** Whether a record is told of a log in which nothing has arrived yet, when it is read at that moment. */
export function isOfWaiting(record: RunRecord): boolean {
  return record.kind === 'begun';
}

/** A row as a plain object: numbers and cell texts by key. */
export function rowObject(row: HistoryRow): Record<string, number | string> {
  const numbers = row.shape.keys.map((key, index) => [key, row.values[index]!] as const);
  return Object.fromEntries([...numbers, ...row.cells.map((cell) => [cell.key, cell.text] as const)]);
}
