/**
 * A source with one run of made-up rows, as many as wanted, and other runs that are only listed: what very long runs
 * and large projects cost to log is not measured. @module
 */

import { LogdirError, type RunKey, type RunState, runKey } from '../src/core/index.ts';
import type {
  Cursor,
  ProjectListing,
  RecordBatch,
  RunListing,
  RunSource,
  SourcePolicy,
} from '../src/sources/index.ts';
import { REGULAR, rows } from './rows.ts';

const ROWS_PER_BATCH = 4096;

export const LONG_RUN: RunKey = runKey('team', 'project', 'long');
const MANY = 'many';

export class SyntheticSource implements RunSource {
  readonly name = 'synthetic';
  readonly origin = 'synthetic';
  readonly policy: SourcePolicy;
  readonly #rowCount: number;
  readonly #runCount: number;
  readonly #state: RunState;

  /** `runCount`: runs of the project `many`, without any rows. */
  constructor(
    rowCount: number,
    runCount = 0,
    state: RunState = 'finished',
    reading: SourcePolicy['reading'] = 'eager',
  ) {
    this.policy = { listing: 'all', reading };
    this.#rowCount = rowCount;
    this.#runCount = runCount;
    this.#state = state;
  }

  async listProjects(): Promise<readonly ProjectListing[]> {
    return [];
  }

  async listRuns(): Promise<readonly RunListing[]> {
    const nothing = {
      ...{ displayName: null, group: null, jobType: null, startTime: null },
      ...{ isStartCertain: false, state: null },
    };
    const listed = (key: RunKey) => ({ key, ...nothing, modifiedAtMs: 0, locations: [] });
    const many = Array.from({ length: this.#runCount }, (_, i) => listed(runKey('team', MANY, `run-${i}`)));
    return [listed(LONG_RUN), ...many];
  }

  async state(): Promise<RunState> {
    return this.#state;
  }

  async hasNews(key: RunKey, after: Cursor | null): Promise<boolean> {
    return key.project !== MANY && Number(after ?? 0) < this.#rowCount;
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

  async listFiles(): Promise<readonly []> {
    return [];
  }

  async statFiles(): Promise<readonly []> {
    return [];
  }

  async openFile(_: RunKey, name: string): Promise<never> {
    throw new LogdirError('not-found', `no file ${name}`);
  }

  watch(): AsyncDisposable {
    return { [Symbol.asyncDispose]: async () => {} };
  }
}
