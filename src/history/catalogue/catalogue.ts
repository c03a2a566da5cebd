/** Which runs there are, over all sources. @module */

import { type Clock, type LogdirError, type RunId, runKeyText } from '../../core/index.ts';
import type { Logger } from '../../observability/index.ts';
import { MergedSource, type ProjectListing, type RunListing, type RunSource } from '../../sources/index.ts';
import type { RunLog } from '../log/run-log.ts';
import type { Run } from '../run.ts';
import type { RunStore } from '../store/run-store.ts';
import { type CatalogueEntry, entryOf } from './catalogue-entry.ts';
import { EntryStore } from './entry-store.ts';
import { ListingStore } from './listing-store.ts';
import { type ProjectKey, SourceCatalogue } from './source-catalogue.ts';

export interface CatalogueOptions {
  readonly sources: readonly RunSource[];
  readonly store: RunStore;
  /** Makes the object of a run that was not listed before. */
  readonly createRun: (listing: RunListing, source: RunSource) => Run;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Who lists a run, and as what. */
interface Copies {
  readonly sources: RunSource[];
  readonly listings: RunListing[];
}

export class Catalogue implements AsyncDisposable {
  readonly #sources: readonly SourceCatalogue[];
  readonly #entries: EntryStore;
  readonly #createRun: CatalogueOptions['createRun'];
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** By the origins that are merged: as many as there are combinations of sources. */
  readonly #merged = new Map<string, MergedSource>();
  #runs = new Map<string, Run>();
  #projects: readonly ProjectListing[] = [];
  #version = 0;
  #refreshedAtMs = Number.NEGATIVE_INFINITY;

  constructor({ sources, store, createRun, logger, clock }: CatalogueOptions) {
    const listings = new ListingStore(store, logger);
    this.#sources = sources.map((source) => new SourceCatalogue({ source, store: listings, logger, clock }));
    this.#entries = new EntryStore({ store, logger, clock });
    this.#createRun = createRun;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Grows whenever `runs`, their names or `projects` may have changed. */
  get version(): number {
    return this.#version;
  }

  get sources(): readonly RunSource[] {
    return this.#sources.map(({ source }) => source);
  }

  /**
   * By `Run.id`, in the order of sources, then as each lists them. A run that sources of several origins have is one. A
   * run is the same object for as long as it is listed.
   */
  get runs(): ReadonlyMap<string, Run> {
    return this.#runs;
  }

  /** Projects whose runs are listed when somebody looks at them. */
  get projects(): readonly ProjectListing[] {
    return this.#projects;
  }

  /** Milliseconds since the last complete look; infinite before the first. */
  get ageMs(): number {
    return this.#clock.monotonic() - this.#refreshedAtMs;
  }

  /** Why a source could not be listed when last looked at; null when it could. */
  failure(source: RunSource): LogdirError | null {
    return this.#of(source)?.failure ?? null;
  }

  /** Whether the server of a source does not give what it was asked for, so that nothing of it is shown. */
  isRefused(source: RunSource): boolean {
    return this.#of(source)?.isRefused ?? false;
  }

  /** How many projects a source lists by themselves. */
  projectCount(source: RunSource): number {
    return this.#of(source)?.projects.length ?? 0;
  }

  /** How many runs a source has listed. */
  runCount(source: RunSource): number {
    return [...(this.#of(source)?.listings() ?? [])].length;
  }

  /** Milliseconds since all runs of a project were listed; infinite when some source never listed them. */
  projectAgeMs(project: ProjectKey): number {
    return Math.max(0, ...this.#holding(project).map((source) => source.ageMs(project)));
  }

  /** Whether every source that has a project has listed its runs. */
  isListed(project: ProjectKey): boolean {
    return Number.isFinite(this.projectAgeMs(project));
  }

  /** Milliseconds since runs of a source were listed successfully; infinite when they never were. */
  listedAgoMs(source: RunSource): number {
    return this.#of(source)?.listedAgoMs ?? Number.POSITIVE_INFINITY;
  }

  /**
   * What is kept of the runs of a project that were ever read, by run id: config, summary, keys, state. Opens no log,
   * and is bounded in memory, so it answers questions over thousands of runs.
   */
  async entries({ entity, project }: ProjectKey): Promise<ReadonlyMap<RunId, CatalogueEntry>> {
    const origins = new Set<string>();
    for (const { key, logId } of this.#runs.values()) {
      if (key.entity === entity && key.project === project) origins.add(logId.origin);
    }
    const found = new Map<RunId, CatalogueEntry>();
    for (const origin of origins) {
      const entries = await this.#entries.entries({ entity, project, origin });
      for (const [runId, entry] of entries) found.set(runId as RunId, entry);
    }
    return found;
  }

  /** Keeps what the log of a run says now. */
  record(log: RunLog): void {
    const { key, origin } = log.id;
    if (log.ledger.commits > 0)
      this.#entries.put({ entity: key.entity, project: key.project, origin }, entryOf(log));
  }

  /** Looks at every source again. One that fails keeps the runs it had: an outage is not absence. */
  async refresh({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.refresh(signal)));
    this.#update();
    this.#refreshedAtMs = this.#clock.monotonic();
  }

  /** Looks at one project again, in the sources that list it by itself. */
  async refreshProject(project: ProjectKey, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    await Promise.all(this.#holding(project).map((source) => source.refreshProject(project, signal)));
    this.#update();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#entries[Symbol.asyncDispose]();
  }

  #of(source: RunSource): SourceCatalogue | undefined {
    return this.#sources.find((candidate) => candidate.source === source);
  }

  #holding(project: ProjectKey): readonly SourceCatalogue[] {
    return this.#sources.filter((source) => source.has(project));
  }

  /** Runs as their sources list them now. Known ones go on, with the source they were first seen with: another would yield their history in another order. */
  #update(): void {
    const runs = new Map<string, Run>();
    let isChanged = false;
    for (const [id, { sources, listings }] of this.#copies()) {
      const listing = listings.reduce(mergeListings);
      const known = this.#goesOn(this.#runs.get(id), sources);
      isChanged ||= known === undefined || !hasSameName(known.listing, listing);
      known?.relist(listing);
      const run = known ?? this.#createRun(listing, this.#sourceOf(sources));
      if (known === undefined) this.#logFound(run, sources);
      runs.set(id, run);
    }
    const projects = this.#sources.flatMap((source) => source.projects);
    if (isChanged || runs.size !== this.#runs.size || projects.length !== this.#projects.length)
      this.#version++;
    this.#runs = runs;
    this.#projects = projects;
  }

  /**
   * A known run, unless it holds what a server gave that now refuses it: what other sources have of such a run is another
   * log.
   */
  #goesOn(known: Run | undefined, sources: readonly RunSource[]): Run | undefined {
    if (known === undefined) return undefined;
    const listed = sources.map(({ origin }) => origin);
    const refusing = this.#sources.filter(
      (catalogue) => catalogue.refuses(known.key) && !listed.includes(catalogue.source.origin),
    );
    const isHolding = refusing.some(({ source }) => known.isOf(source.origin));
    return isHolding ? undefined : known;
  }

  #logFound({ id, listing }: Run, sources: readonly RunSource[]): void {
    const fields = { run: id, name: listing.displayName, sources: sources.map(({ name }) => name) };
    this.#logger.debug(fields, 'run found');
  }

  #copies(): Map<string, Copies> {
    const copies = new Map<string, Copies>();
    for (const catalogue of this.#sources) {
      for (const listing of catalogue.listings()) {
        const id = runKeyText(listing.key);
        const known = copies.get(id) ?? { sources: [], listings: [] };
        copies.set(id, known);
        // Of two folders that hold a run, the first counts.
        if (known.sources.some(({ origin }) => origin === catalogue.source.origin)) continue;
        known.sources.push(catalogue.source);
        known.listings.push(listing);
      }
    }
    return copies;
  }

  #sourceOf(sources: readonly RunSource[]): RunSource {
    const [first] = sources;
    if (first !== undefined && sources.length === 1) return first;
    // A folder on this machine is fresher than what was sent from it.
    const freshestFirst = [...sources].sort((a, b) => freshness(a) - freshness(b));
    const id = freshestFirst.map(({ name, origin }) => `${origin} ${name}`).join('\n');
    const merged = this.#merged.get(id) ?? new MergedSource(freshestFirst);
    this.#merged.set(id, merged);
    return merged;
  }
}

/** Two sources' words on one run: what either knows, of two words the newer. */
function mergeListings(a: RunListing, b: RunListing): RunListing {
  const [newer, older] = b.modifiedAtMs > a.modifiedAtMs ? [b, a] : [a, b];
  return {
    ...newer,
    displayName: newer.displayName ?? older.displayName,
    group: newer.group ?? older.group,
    jobType: newer.jobType ?? older.jobType,
    startTime: a.startTime ?? b.startTime,
    // Which of them will say it first is not certain.
    isStartCertain: false,
    state: null,
    locations: [...a.locations, ...b.locations],
  };
}

function hasSameName(a: RunListing, b: RunListing): boolean {
  return a.displayName === b.displayName && a.startTime === b.startTime && a.isWaiting === b.isWaiting;
}

/** Sources that read eagerly are closer to where the run is logged: they come first. */
function freshness({ policy }: RunSource): number {
  return policy.reading === 'eager' ? 0 : 1;
}
