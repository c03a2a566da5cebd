/** A source whose runs are scripts: records are pushed by the test and read in batches of any size. @module */

import { setTimeout as delay } from 'node:timers/promises';
import {
  isSafeName,
  LogdirError,
  type RunKey,
  type RunRecord,
  type RunState,
  runKeyText,
} from '../../src/core/index.ts';
import type {
  Cursor,
  OpenedSavedFile,
  ProjectListing,
  ReadRunOptions,
  RecordBatch,
  RunListing,
  RunSource,
  SavedFile,
  SourceChange,
  SourcePolicy,
} from '../../src/sources/index.ts';

/** A file whose bytes are made when somebody opens it. */
interface ScriptedFile {
  readonly size: number;
  readonly bytes: () => Uint8Array;
}

export class ScriptedSource implements RunSource {
  readonly name = 'script';
  readonly origin: string;
  readonly policy: SourcePolicy;
  readonly #runs = new Map<string, { readonly key: RunKey; records: RunRecord[] }>();
  readonly #listeners = new Set<(change: SourceChange) => void>();
  /** Where every run is, as listed. */
  locations: readonly string[] = ['script'];
  /** Whether no log says whose its run is, as listed. */
  isEntityAssumed = false;
  /** When every run was changed last, as listed. */
  changedAtMs = 0;
  /** Records per batch; tests vary it to show that it does not matter. */
  batchSize = 7;
  /** While set, everything fails with it. */
  failure: LogdirError | null = null;
  /** Of runs without an exit. */
  quietState: RunState = 'running';
  /** Ids of runs that count as crashed while they tell of no exit. */
  readonly crashed = new Set<string>();
  /** Milliseconds before each batch. */
  pauseMs = 0;
  /** Bytes of each run that were damaged. */
  skippedBytes = 0;
  /** Files that every run has saved: content by name. */
  readonly files = new Map<string, string | Uint8Array | ScriptedFile>();
  /** While set, files can't be had. */
  fileFailure: LogdirError | null = null;
  /** Names of files that were opened, and names that `statFiles` was asked for, call by call. */
  readonly opened: string[] = [];
  readonly asked: (readonly string[])[] = [];
  /** Times `read` was called. */
  reads = 0;
  /** Times something failed with `failure`. */
  failures = 0;

  constructor({
    reading = 'eager',
    origin = 'script',
  }: Partial<Pick<SourcePolicy, 'reading'>> & { readonly origin?: string } = {}) {
    this.policy = { listing: 'all', reading };
    this.origin = origin;
  }

  add(key: RunKey, records: readonly RunRecord[] = []): void {
    this.#runs.set(runKeyText(key), { key, records: [...records] });
  }

  remove(key: RunKey): void {
    this.#runs.delete(runKeyText(key));
  }

  push(key: RunKey, ...records: readonly RunRecord[]): void {
    this.#script(key).push(...records);
    for (const listener of this.#listeners) listener({ kind: 'growth', key });
  }

  /** Replaces what a run holds: a source that does not keep its word. */
  rewrite(key: RunKey, records: readonly RunRecord[]): void {
    this.#runs.get(runKeyText(key))!.records = [...records];
  }

  async listProjects(): Promise<readonly ProjectListing[]> {
    return [];
  }

  async listRuns(): Promise<readonly RunListing[]> {
    this.#mayFail();
    return [...this.#runs.values()].map(({ key, records }) => {
      const facts = records.find((record) => record.kind === 'facts');
      return {
        key,
        displayName: facts?.kind === 'facts' ? (facts.facts.displayName ?? null) : null,
        // As servers list it, whose logs are not read before somebody asks.
        group: (this.policy.reading === 'on-demand' && facts?.kind === 'facts' && facts.facts.group) || null,
        jobType: null,
        startTime: facts?.kind === 'facts' ? (facts.facts.startTime ?? null) : null,
        isStartCertain: false,
        state: null,
        modifiedAtMs: this.changedAtMs,
        locations: this.locations,
        ...(this.isEntityAssumed && { isEntityAssumed: true as const }),
      };
    });
  }

  async state({ runId }: RunKey, exitCode: number | null): Promise<RunState> {
    this.#mayFail();
    if (exitCode === null) return this.crashed.has(runId) ? 'crashed' : this.quietState;
    return exitCode === 0 ? 'finished' : 'failed';
  }

  async hasNews(key: RunKey, after: Cursor | null): Promise<boolean> {
    this.#mayFail();
    return Number(after ?? 0) !== this.#script(key).length;
  }

  async *read(key: RunKey, { after, stopAt, signal }: ReadRunOptions): AsyncIterable<RecordBatch> {
    this.reads++;
    const records = this.#script(key);
    const end = stopAt === undefined ? records.length : Number(stopAt);
    if (Number(after ?? 0) > records.length)
      throw new LogdirError('corrupt', 'script is shorter than it was');
    for (let at = Number(after ?? 0); at < end; ) {
      this.#mayFail();
      signal.throwIfAborted();
      const next = Math.min(end, at + this.batchSize);
      const cursor = String(next) as Cursor;
      const skippedBytes = at === 0 ? this.skippedBytes : 0;
      yield { cursor, records: records.slice(at, next), unread: {}, skippedBytes };
      at = next;
      if (this.pauseMs > 0) await delay(this.pauseMs);
      else await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async listFiles(key: RunKey): Promise<readonly SavedFile[]> {
    this.#script(key);
    return [...this.files].map(([name, content]) => ({ name, size: sizeOf(content), mtimeMs: 1.7e12 }));
  }

  async statFiles(key: RunKey, names: readonly string[]): Promise<readonly SavedFile[]> {
    this.asked.push(names);
    if (this.fileFailure !== null) throw this.fileFailure;
    const wanted = new Set(names.filter(isSafeName));
    return (await this.listFiles(key)).filter(({ name }) => wanted.has(name));
  }

  async openFile(key: RunKey, name: string): Promise<OpenedSavedFile> {
    this.opened.push(name);
    if (this.fileFailure !== null) throw this.fileFailure;
    this.#script(key);
    const content = isSafeName(name) ? this.files.get(name) : undefined;
    if (content === undefined) throw new LogdirError('not-found', `no file ${name}`);
    const file = { name, size: sizeOf(content), mtimeMs: 1.7e12 };
    return {
      file,
      read: async function* ({ start, end }) {
        yield bytesOf(content).subarray(start, end);
      },
      [Symbol.asyncDispose]: async () => {},
    };
  }

  watch(onChange: (change: SourceChange) => void): AsyncDisposable {
    this.#listeners.add(onChange);
    return {
      [Symbol.asyncDispose]: async () => {
        this.#listeners.delete(onChange);
      },
    };
  }

  #script(key: RunKey): RunRecord[] {
    const run = this.#runs.get(runKeyText(key));
    if (run === undefined) throw new LogdirError('not-found', `no script for run ${key.runId}`);
    return run.records;
  }

  #mayFail(): void {
    if (this.failure === null) return;
    this.failures++;
    throw this.failure;
  }
}

function sizeOf(content: string | Uint8Array | ScriptedFile): number {
  if (typeof content === 'string') return Buffer.byteLength(content);
  return content instanceof Uint8Array ? content.length : content.size;
}

function bytesOf(content: string | Uint8Array | ScriptedFile): Uint8Array {
  if (typeof content === 'string') return Buffer.from(content);
  return content instanceof Uint8Array ? content : content.bytes();
}
