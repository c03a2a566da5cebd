/** A source of one run whose records, and whose saved files, are made up; it counts which files are opened. @module */

import { LogdirError, type RunKey, type RunRecord, type RunState } from '../src/core/index.ts';
import type {
  Cursor,
  OpenedSavedFile,
  ReadRunOptions,
  RecordBatch,
  RunListing,
  RunSource,
  SavedFile,
} from '../src/sources/index.ts';

const RECORDS_PER_BATCH = 4096;

/** What was saved with the run. Content is made when a file is opened. */
export interface MadeUpFiles {
  list(): readonly SavedFile[];
  find(name: string): SavedFile | undefined;
  open(name: string): Promise<OpenedSavedFile | null>;
}

export class OneRunSource implements RunSource {
  readonly name = 'made up';
  readonly origin = 'made up';
  readonly policy = { listing: 'all', reading: 'eager' } as const;
  readonly #key: RunKey;
  readonly #count: number;
  #records: readonly RunRecord[];
  readonly #files: MadeUpFiles | null;
  /** Files opened so far. */
  opened = 0;

  constructor(key: RunKey, records: readonly RunRecord[], files: MadeUpFiles | null = null) {
    this.#key = key;
    this.#records = records;
    this.#count = records.length;
    this.#files = files;
  }

  /** Frees what was read and is cached by now, so that the collector need not walk it while something is measured. */
  forget(): void {
    this.#records = [];
  }

  async listProjects(): Promise<readonly []> {
    return [];
  }

  async listRuns(): Promise<readonly RunListing[]> {
    const nothing = {
      ...{ displayName: null, group: null, jobType: null, startTime: null },
      ...{ isStartCertain: false, state: null },
    };
    return [{ key: this.#key, ...nothing, modifiedAtMs: 0, locations: [] }];
  }

  async state(): Promise<RunState> {
    return 'finished';
  }

  async hasNews(_: RunKey, after: Cursor | null): Promise<boolean> {
    return Number(after ?? 0) < this.#count;
  }

  async *read(_: RunKey, { after }: ReadRunOptions): AsyncIterable<RecordBatch> {
    for (let at = Number(after ?? 0); at < this.#records.length; ) {
      const end = Math.min(this.#records.length, at + RECORDS_PER_BATCH);
      const records = this.#records.slice(at, end);
      yield { cursor: `${end}` as Cursor, records, unread: {}, skippedBytes: 0 };
      at = end;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async listFiles(): Promise<readonly SavedFile[]> {
    return this.#files?.list() ?? [];
  }

  async statFiles(_: RunKey, names: readonly string[]): Promise<readonly SavedFile[]> {
    return names.flatMap((name) => this.#files?.find(name) ?? []);
  }

  async openFile(_: RunKey, name: string): Promise<OpenedSavedFile> {
    this.opened++;
    const opened = await this.#files?.open(name);
    if (opened === undefined || opened === null) throw new LogdirError('not-found', `no file ${name}`);
    return opened;
  }

  watch(): AsyncDisposable {
    return { [Symbol.asyncDispose]: async () => {} };
  }
}
