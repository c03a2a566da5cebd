/** A source with one run of made-up rows, as many as wanted: what a very long run costs to log is not measured. @module */

import { type RunKey, type RunState, runKey } from '../src/core/index.ts';
import type { Cursor, RecordBatch, RunListing, RunSource } from '../src/sources/index.ts';
import { REGULAR, rows } from './rows.ts';

const ROWS_PER_BATCH = 4096;

export class SyntheticSource implements RunSource {
  readonly name = 'synthetic';
  readonly #key: RunKey = runKey('team', 'project', 'long');
  readonly #rowCount: number;

  constructor(rowCount: number) {
    this.#rowCount = rowCount;
  }

  async listRuns(): Promise<readonly RunListing[]> {
    const nothing = { displayName: null, group: null, jobType: null, startTime: null };
    return [{ key: this.#key, ...nothing, modifiedAtMs: 0, locations: [] }];
  }

  async state(): Promise<RunState> {
    return 'finished';
  }

  async hasNews(_key: RunKey, after: Cursor | null): Promise<boolean> {
    return Number(after ?? 0) < this.#rowCount;
  }

  /** From the start only: the bench reads it once, into an empty cache. */
  async *read(): AsyncIterable<RecordBatch> {
    const source = rows(REGULAR);
    for (let at = 0; at < this.#rowCount; at += ROWS_PER_BATCH) {
      const records = Array.from({ length: ROWS_PER_BATCH }, () => source.next().value);
      yield { cursor: `${at + ROWS_PER_BATCH}` as Cursor, records, unread: {}, skippedBytes: 0 };
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  watch(): AsyncDisposable {
    return { [Symbol.asyncDispose]: async () => {} };
  }
}
