/** History kept in memory: of tests, and of runs whose disk takes no more. @module */

import { LogdirError, runKeyText } from '../../core/index.ts';
import type { Commit, LogHeader } from '../log/commit.ts';
import type { BlockPlace } from '../log/ledger.ts';
import type {
  DocumentOwner,
  Exclusive,
  LogGrowth,
  LogId,
  LogWriter,
  RunStore,
  StoredGeneration,
  StoredLog,
} from './run-store.ts';

export interface MemoryStoreOptions {
  /** Bound on rows and documents, in bytes. Beyond it, appending fails with `exhausted`. */
  readonly maxBytes: number;
}

export class MemoryStore implements RunStore {
  readonly #maxBytes: number;
  readonly #logs = new Map<string, Map<number, MemoryLog>>();
  readonly #documents = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor({ maxBytes }: MemoryStoreOptions) {
    this.#maxBytes = maxBytes;
  }

  async generations(id: LogId): Promise<readonly StoredGeneration[]> {
    const logs = this.#logs.get(logText(id)) ?? new Map<number, MemoryLog>();
    const begun = [...logs.values()].filter((log) => log.hasBegun);
    return begun.map(({ generation }) => ({ generation, isOurs: true }));
  }

  log(id: LogId, generation: number): MemoryLog {
    const text = logText(id);
    const logs = this.#logs.get(text) ?? new Map<number, MemoryLog>();
    this.#logs.set(text, logs);
    const log = logs.get(generation) ?? new MemoryLog(generation, (bytes) => this.#take(bytes));
    logs.set(generation, log);
    return log.reopened();
  }

  async dropBefore(id: LogId, generation: number): Promise<void> {
    const logs = this.#logs.get(logText(id));
    for (const [old, log] of logs ?? []) {
      if (old >= generation) continue;
      this.#bytes -= log.bytes;
      logs?.delete(old);
    }
  }

  async readDocument(owner: DocumentOwner, name: string, from = 0): Promise<Uint8Array | undefined> {
    return this.#documents.get(documentText(owner, name))?.subarray(from);
  }

  async writeDocument(owner: DocumentOwner, name: string, content: Uint8Array): Promise<void> {
    const text = documentText(owner, name);
    this.#take(content.length - (this.#documents.get(text)?.length ?? 0));
    this.#documents.set(text, content.slice());
  }

  async appendDocument(owner: DocumentOwner, name: string, content: Uint8Array): Promise<void> {
    const before = this.#documents.get(documentText(owner, name)) ?? new Uint8Array();
    await this.writeDocument(owner, name, Buffer.concat([before, content]));
  }

  isRefusal(): boolean {
    return false;
  }

  checkBound(): void {}

  async [Symbol.asyncDispose](): Promise<void> {}

  #take(bytes: number): void {
    if (bytes > 0 && this.#bytes + bytes > this.#maxBytes) {
      throw new LogdirError(
        'exhausted',
        'the cache disk takes no more and the memory set aside instead is full; free space in the cache directory and start again',
      );
    }
    this.#bytes += bytes;
  }
}

/** What the openings of one generation share. */
interface Content {
  header: LogHeader | undefined;
  readonly commits: Commit[];
  /** Blocks by their offset among the rows. */
  rows: Map<number, Uint8Array>;
  bytes: number;
  isLocked: boolean;
}

class MemoryLog implements StoredLog {
  readonly generation: number;
  readonly location = 'memory';
  readonly isDurable = false;
  readonly #content: Content;
  readonly #take: (bytes: number) => void;
  #seen = 0;

  constructor(
    generation: number,
    take: (bytes: number) => void,
    content: Content = { header: undefined, commits: [], rows: new Map(), bytes: 0, isLocked: false },
  ) {
    this.generation = generation;
    this.#take = take;
    this.#content = content;
  }

  get hasBegun(): boolean {
    return this.#content.header !== undefined;
  }

  get bytes(): number {
    return this.#content.bytes;
  }

  /** The same content, read from its start. */
  reopened(): MemoryLog {
    return new MemoryLog(this.generation, this.#take, this.#content);
  }

  async readGrowth(): Promise<LogGrowth> {
    const { header, commits } = this.#content;
    const growth: LogGrowth = {
      header: this.#seen === 0 ? header : undefined,
      commits: commits.slice(this.#seen),
      tail: 'clean',
    };
    this.#seen = commits.length;
    return growth;
  }

  async readCommits(): Promise<readonly Commit[]> {
    return this.#content.commits;
  }

  async exclusively<T>(work: (writer: LogWriter) => Promise<T>): Promise<Exclusive<T>> {
    const content = this.#content;
    if (content.isLocked) return { kind: 'busy' };
    content.isLocked = true;
    try {
      return { kind: 'done', value: await work(this.#writer()) };
    } finally {
      content.isLocked = false;
    }
  }

  async readRows(places: readonly BlockPlace[]): Promise<readonly Uint8Array[] | undefined> {
    const rows = places.map((place) => this.#content.rows.get(place.rowsAt));
    return rows.includes(undefined) ? undefined : (rows as Uint8Array[]);
  }

  /** What an eviction leaves. */
  forgetRows(): void {
    this.#content.rows = new Map();
  }

  #writer(): LogWriter {
    const content = this.#content;
    return {
      repair: async () => {},
      begin: async (header) => {
        content.header = header;
      },
      append: async (commit, rows, rowsAt) => {
        const bytes = rows.reduce((sum, block) => sum + block.length, 0);
        this.#take(bytes);
        content.bytes += bytes;
        this.#put(content.rows, rows, rowsAt);
        content.commits.push(commit);
        this.#seen = content.commits.length;
      },
      replaceRows: async (write) => {
        const draft = new Map<number, Uint8Array>();
        let at = 0;
        const isRight = await write({
          append: async (rows) => {
            at = this.#put(draft, rows, at);
          },
        });
        if (isRight) content.rows = draft;
        return isRight;
      },
    };
  }

  #put(target: Map<number, Uint8Array>, rows: readonly Uint8Array[], rowsAt: number): number {
    let at = rowsAt;
    for (const block of rows) {
      target.set(at, block);
      at += block.length;
    }
    return at;
  }
}

function logText({ key, origin }: LogId): string {
  return `${origin} ${runKeyText(key)}`;
}

function documentText(owner: DocumentOwner, name: string): string {
  const of = 'key' in owner ? logText(owner) : JSON.stringify([owner.origin, owner.entity, owner.project]);
  return `${of} ${name}`;
}
