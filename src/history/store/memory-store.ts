/** History kept in memory: of tests, of runs whose disk takes no more, and of what is computed from other runs. @module */

import { LogdirError, runKeyText } from '../../core/index.ts';
import { type Content, forgetRows, type Memory, MemoryLog } from './memory-log.ts';
import type { DocumentOwner, LogId, RunStore, StoredGeneration } from './run-store.ts';

export interface MemoryStoreOptions {
  /** Bound on rows and documents, in bytes. */
  readonly maxBytes: number;
  /**
   * Beyond the bound. `refuse`: appending fails with `exhausted`. `evict`: rows of the log used longest ago are forgotten, as
   * their source gives them again; one log in use may pass the bound. Default: `refuse`.
   */
  readonly whenFull?: 'refuse' | 'evict';
}

export class MemoryStore implements RunStore {
  readonly #maxBytes: number;
  readonly #evicts: boolean;
  readonly #logs = new Map<string, Map<number, MemoryLog>>();
  readonly #documents = new Map<string, Uint8Array>();
  /** Contents that have rows, those used longest ago first. */
  readonly #inUse = new Set<Content>();
  readonly #memory: Memory = {
    take: (bytes, content) => this.#take(bytes, content),
    use: (content) => this.#use(content),
  };
  #bytes = 0;

  constructor({ maxBytes, whenFull = 'refuse' }: MemoryStoreOptions) {
    this.#maxBytes = maxBytes;
    this.#evicts = whenFull === 'evict';
  }

  /** Of rows and documents. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Forgets all of a run's history. Who has its log open goes on with what that has. */
  forget(id: LogId): void {
    for (const log of this.#logs.get(logText(id))?.values() ?? []) log.release();
    this.#logs.delete(logText(id));
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
    const log = logs.get(generation) ?? new MemoryLog(generation, this.#memory);
    logs.set(generation, log);
    return log.reopened();
  }

  async dropBefore(id: LogId, generation: number): Promise<void> {
    const logs = this.#logs.get(logText(id));
    for (const [old, log] of logs ?? []) {
      if (old >= generation) continue;
      log.release();
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

  #use(content: Content): void {
    this.#inUse.delete(content);
    if (content.bytes > 0) this.#inUse.add(content);
  }

  /** Counts bytes, negative ones where some are given back. `by`: whose rows they are, which stay. */
  #take(bytes: number, by?: Content): void {
    for (const content of this.#evicts ? this.#inUse : []) {
      if (this.#bytes + bytes <= this.#maxBytes) break;
      if (content === by) continue;
      this.#bytes -= content.bytes;
      forgetRows(content);
      this.#inUse.delete(content);
    }
    if (bytes > 0 && !this.#evicts && this.#bytes + bytes > this.#maxBytes) {
      throw new LogdirError(
        'exhausted',
        'the cache disk takes no more and the memory set aside instead is full; free space in the cache directory and start again',
      );
    }
    this.#bytes += bytes;
  }
}

function logText({ key, origin }: LogId): string {
  return `${origin} ${runKeyText(key)}`;
}

function documentText(owner: DocumentOwner, name: string): string {
  const of = 'key' in owner ? logText(owner) : JSON.stringify([owner.origin, owner.entity, owner.project]);
  return `${of} ${name}`;
}
