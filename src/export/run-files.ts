/** The file that a run is exported as: its event file as the tree has it, or a table. @module */

import { byteRange, type RunState } from '../core/index.ts';
import type { PlacedRun } from '../namespace/index.ts';
import type { Table, Tables } from '../tables/index.ts';
import { type LogdirTree, type OpenFile, piecesOf } from '../tree/index.ts';
import { RecordCount, recordsOfTags } from './event-records.ts';
import type { ExportFormat } from './export-format.ts';
import type { TagChoice } from './tag-choice.ts';

/** What a run becomes, ready to be read. */
export interface RunFile extends AsyncDisposable {
  /** In the folder: the run's path in the tree, and a name. */
  readonly path: string;
  /** See `ExportedFile.version`. */
  readonly version: string;
  /** Bytes; null where only writing tells. */
  readonly size: number | null;
  /** Whether what was written of it stays as it is while it grows. */
  readonly isAppendOnly: boolean;
  /** Its bytes from an offset on, at which a record begins. */
  read(from: number): AsyncIterable<Uint8Array>;
  /** What was read last. */
  counts(): { readonly rows?: number; readonly records?: number };
}

export interface RunFileOptions {
  readonly tree: LogdirTree;
  readonly tables: Tables;
  readonly format: ExportFormat;
  /** Of tags, or of keys for a table; null: all. */
  readonly choice: TagChoice | null;
  readonly signal: AbortSignal;
}

/** Of a run that was read to its end. Null while nothing is known of it but that it is there. @throws LogdirError */
export async function openRunFile(placed: PlacedRun, options: RunFileOptions): Promise<RunFile | null> {
  return options.format === 'tfevents'
    ? await openEventFile(placed.path, options)
    : await openTable(placed, options.format, options);
}

async function openEventFile(
  directory: string,
  { tree, choice, signal }: RunFileOptions,
): Promise<RunFile | null> {
  const nodes = await tree.list(directory, { signal });
  const event = nodes.find((node) => node.kind === 'file' && node.isAppendOnly);
  if (event === undefined) return null;
  const path = `${directory}/${event.name}`;
  const file = await tree.open(path, { freshness: 'complete', signal });
  return new EventRunFile(path, file, choice, signal);
}

class EventRunFile implements RunFile {
  readonly path: string;
  readonly version: string;
  readonly size: number | null;
  readonly isAppendOnly: boolean;
  readonly #file: OpenFile;
  readonly #isChosen: ((tag: string) => boolean) | undefined;
  readonly #signal: AbortSignal;
  #count = new RecordCount();

  constructor(path: string, file: OpenFile, choice: TagChoice | null, signal: AbortSignal) {
    this.path = path;
    this.version = versionOf(file.node.etag, choice);
    this.size = choice === null ? file.node.size : null;
    this.isAppendOnly = choice === null;
    this.#file = file;
    this.#isChosen = choice?.isChosen;
    this.#signal = signal;
  }

  read(from: number): AsyncIterable<Uint8Array> {
    const signal = this.#signal;
    const pieces = piecesOf(this.#file.read(byteRange(from, this.#file.node.size), { signal }));
    this.#count = new RecordCount();
    return this.#count.counted(
      this.#isChosen === undefined ? pieces : recordsOfTags(pieces, this.#isChosen, { signal }),
    );
  }

  counts(): { readonly records: number } {
    return { records: this.#count.records };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }
}

async function openTable(
  { path, run }: PlacedRun,
  format: Exclude<ExportFormat, 'tfevents'>,
  { tables, choice, signal }: RunFileOptions,
): Promise<RunFile> {
  const isChosen = choice === null ? {} : { isChosen: choice.isChosen };
  const chosen = { format, hasRuns: false, ...isChosen };
  const table = await tables.open([{ name: path, run }], chosen, { signal });
  return new TableRunFile(`${path}/history.${format}`, table, choice, signal);
}

class TableRunFile implements RunFile {
  readonly path: string;
  readonly version: string;
  readonly size: number;
  readonly isAppendOnly = false;
  readonly #table: Table;
  readonly #signal: AbortSignal;

  constructor(path: string, table: Table, choice: TagChoice | null, signal: AbortSignal) {
    this.path = path;
    this.version = versionOf(table.facts.fingerprint, choice);
    this.size = table.size;
    this.#table = table;
    this.#signal = signal;
  }

  read(from: number): AsyncIterable<Uint8Array> {
    return this.#table.read(byteRange(from, this.size), { signal: this.#signal });
  }

  counts(): { readonly rows: number } {
    return { rows: this.#table.rows };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function versionOf(etag: string, choice: TagChoice | null): string {
  return choice === null ? etag : `${etag} ${JSON.stringify(choice.patterns)}`;
}

/** What is said of a run in the manifest. */
export interface RunCondition {
  /** Entity, project and id, with slashes. */
  readonly run: string;
  readonly state: RunState;
  readonly isComplete: boolean;
}

export function conditionOf({ run }: PlacedRun): RunCondition {
  const { entity, project, runId } = run.key;
  const isUndamaged = (run.log?.ledger.skippedBytes ?? 0) === 0;
  const isComplete = run.status === 'complete' && run.failure === null && isUndamaged;
  return { run: `${entity}/${project}/${runId}`, state: run.state, isComplete };
}
