/** A log in memory: one generation of a run's history, however often it is opened. @module */

import type { Commit, LogHeader } from '../log/commit.ts';
import type { BlockPlace } from '../log/ledger.ts';
import type { Exclusive, LogGrowth, LogWriter, StoredLog } from './run-store.ts';

/** What logs ask of the store they are in. */
export interface Memory {
  /** @throws LogdirError `exhausted` */
  take(bytes: number, content: Content): void;
  use(content: Content): void;
}

export function forgetRows(content: Content): void {
  content.rows = new Map();
  content.bytes = 0;
}

/** What the openings of one generation share. */
export interface Content {
  header: LogHeader | undefined;
  readonly commits: Commit[];
  /** Blocks by their offset among the rows. */
  rows: Map<number, Uint8Array>;
  /** Of the rows. */
  bytes: number;
  isLocked: boolean;
}

export class MemoryLog implements StoredLog {
  readonly generation: number;
  readonly location = 'memory';
  readonly isDurable = false;
  readonly #content: Content;
  readonly #memory: Memory;
  #seen = 0;

  constructor(
    generation: number,
    memory: Memory,
    content: Content = { header: undefined, commits: [], rows: new Map(), bytes: 0, isLocked: false },
  ) {
    this.generation = generation;
    this.#memory = memory;
    this.#content = content;
  }

  get hasBegun(): boolean {
    return this.#content.header !== undefined;
  }

  /** The same content, read from its start. */
  reopened(): MemoryLog {
    return new MemoryLog(this.generation, this.#memory, this.#content);
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
    this.#memory.use(this.#content);
    const rows = places.map((place) => this.#content.rows.get(place.rowsAt));
    return rows.includes(undefined) ? undefined : (rows as Uint8Array[]);
  }

  /** What an eviction leaves. */
  forgetRows(): void {
    this.release();
  }

  /** Gives its memory back. */
  release(): void {
    const content = this.#content;
    this.#memory.take(-content.bytes, content);
    forgetRows(content);
    this.#memory.use(content);
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
        this.#memory.take(bytes, content);
        content.bytes += bytes;
        this.#memory.use(content);
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
        if (!isRight) return false;
        this.#memory.take(at - content.bytes, content);
        content.rows = draft;
        content.bytes = at;
        this.#memory.use(content);
        return true;
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
