/**
 * The catalogue of runs that were read: config, summary, state and keys of each, for questions over thousands of runs.
 *
 * Entries of a project are a document of it, an entry a line as JSON, the last line of a run counts. Changed entries are
 * appended; when more than half of a document is outdated it is written anew. Projects that are looked at are kept in
 * memory up to a bound.
 * @module
 */

import { LRUCache } from 'lru-cache';
import { type Clock, NEVER_ABORTED, SingleFlight, TurnBudget } from '../../core/index.ts';
import type { Logger } from '../../observability/index.ts';
import type { DocumentOwner, RunStore } from '../store/run-store.ts';
import { type CatalogueEntry, PathPool, parseEntry } from './catalogue-entry.ts';

const DOCUMENT = 'runs.jsonl';
/** Bound on entries kept in memory, as characters of JSON: 10,000 runs of 50 values each take 25 Mi, and in memory twice that. */
const MAX_CHARACTERS = 48 * 1024 * 1024;
/** Changes are written together: a run that is logged all the time changes with every look. */
const WRITE_AFTER_MS = 2000;
/** Outdated lines that are not worth writing a document anew for. */
const SPARE_LINES = 100;

export type ProjectOwner = Exclude<DocumentOwner, { readonly key: unknown }>;

interface ProjectEntries {
  readonly entries: Map<string, CatalogueEntry>;
  readonly paths: PathPool;
  characters: number;
  /** Of its document, outdated ones included. */
  lines: number;
}

export interface EntryStoreOptions {
  readonly store: RunStore;
  readonly logger: Logger;
  readonly clock: Clock;
}

export class EntryStore implements AsyncDisposable {
  readonly #options: EntryStoreOptions;
  readonly #projects = new LRUCache<string, ProjectEntries>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: ({ characters }) => Math.max(1, characters),
  });
  readonly #loading = new SingleFlight<string, ProjectEntries>();
  /** Entries that are not written yet, by project and run. */
  readonly #pending = new Map<
    string,
    { readonly owner: ProjectOwner; readonly entries: Map<string, CatalogueEntry> }
  >();
  #writing: Promise<void> | undefined;
  readonly #ending = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: EntryStoreOptions) {
    this.#options = options;
  }

  /** Entries of a project by run id, as far as its runs were ever read. */
  async entries(owner: ProjectOwner): Promise<ReadonlyMap<string, CatalogueEntry>> {
    return (await this.#load(owner)).entries;
  }

  /** Keeps an entry. It counts at once, and is written a moment later. */
  put(owner: ProjectOwner, entry: CatalogueEntry): void {
    const id = idOf(owner);
    const known = this.#projects.peek(id);
    const before = known?.entries.get(entry.runId);
    if (before?.commits === entry.commits && before.generation === entry.generation) return;
    known?.entries.set(entry.runId, known.paths.shared(entry));
    const pending = this.#pending.get(id) ?? { owner, entries: new Map<string, CatalogueEntry>() };
    this.#pending.set(id, pending);
    pending.entries.set(entry.runId, entry);
    this.#writing ??= this.#writeLater().finally(() => {
      this.#writing = undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#writing;
  }

  async #load(owner: ProjectOwner): Promise<ProjectEntries> {
    const id = idOf(owner);
    const known = this.#projects.get(id);
    if (known !== undefined) return known;
    return await this.#loading.run(id, async () => {
      return await this.#inTurn(async () => {
        const loaded = await this.#read(owner);
        for (const [runId, entry] of this.#pending.get(id)?.entries ?? [])
          loaded.entries.set(runId, loaded.paths.shared(entry));
        this.#projects.set(id, loaded);
        if (isOutdated(loaded)) await this.#writeAnew(owner, loaded);
        return loaded;
      });
    });
  }

  async #read(owner: ProjectOwner): Promise<ProjectEntries> {
    const entries = new Map<string, CatalogueEntry>();
    const paths = new PathPool();
    let characters = 0;
    let lines = 0;
    const content = await this.#options.store.readDocument(owner, DOCUMENT);
    const budget = new TurnBudget();
    for (const line of Buffer.from(content ?? [])
      .toString('utf8')
      .split('\n')) {
      const entry = parseEntry(line);
      if (entry === undefined) continue;
      if (!entries.has(entry.runId)) characters += line.length;
      entries.set(entry.runId, paths.shared(entry));
      lines++;
      await budget.next();
    }
    return { entries, paths, characters, lines };
  }

  /** Writes what has changed, after a while or when the store is disposed of. */
  async #writeLater(): Promise<void> {
    const { clock } = this.#options;
    while (this.#pending.size > 0) {
      await clock.wait(WRITE_AFTER_MS, { signal: this.#ending.signal }).catch(() => undefined); // Ending: write now.
      for (const [id, { owner, entries }] of [...this.#pending]) {
        this.#pending.delete(id);
        await this.#inTurn(() => this.#append(owner, entries));
      }
    }
  }

  async #append(owner: ProjectOwner, entries: ReadonlyMap<string, CatalogueEntry>): Promise<void> {
    const { store, logger } = this.#options;
    const known = this.#projects.peek(idOf(owner));
    for (const [runId, entry] of entries) known?.entries.set(runId, known.paths.shared(entry));
    try {
      const text = [...entries.values()].map((entry) => `${JSON.stringify(entry)}\n`).join('');
      await store.appendDocument(owner, DOCUMENT, Buffer.from(text, 'utf8'));
    } catch (error) {
      logger.debug({ err: error, project: owner.project }, 'the catalogue of runs could not be kept');
    }
    if (known === undefined) return;
    known.lines += entries.size;
    if (isOutdated(known)) await this.#writeAnew(owner, known);
  }

  /** Runs work on documents one after the other: what one reads or writes anew, another must not add to meanwhile. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return await done;
  }

  async #writeAnew(owner: ProjectOwner, known: ProjectEntries): Promise<void> {
    try {
      const lines: string[] = [];
      const budget = new TurnBudget();
      for (const entry of known.entries.values()) {
        lines.push(JSON.stringify(entry), '\n');
        await budget.next(NEVER_ABORTED);
      }
      await this.#options.store.writeDocument(owner, DOCUMENT, Buffer.from(lines.join(''), 'utf8'));
      known.lines = lines.length / 2;
    } catch (error) {
      this.#options.logger.debug(
        { err: error, project: owner.project },
        'the catalogue of runs could not be kept',
      );
    }
  }
}

function isOutdated({ entries, lines }: ProjectEntries): boolean {
  return lines > 2 * entries.size + SPARE_LINES;
}

function idOf({ origin, entity, project }: ProjectOwner): string {
  return JSON.stringify([origin, entity, project]);
}
