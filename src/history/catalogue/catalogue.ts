/** Which runs there are, over all sources. @module */

import { type Clock, type LogdirError, type RunId, type RunKey, runKeyText } from '../../core/index.ts';
import type { Logger } from '../../observability/index.ts';
import {
  MergedSource,
  type ProjectListing,
  RenamedSource,
  type RunListing,
  type RunSource,
} from '../../sources/index.ts';
import type { RunLog } from '../log/run-log.ts';
import type { Run } from '../run.ts';
import type { RunStore } from '../store/run-store.ts';
import { toldFacts } from '../told-facts.ts';
import { type CatalogueEntry, entryOf } from './catalogue-entry.ts';
import { EntryStore } from './entry-store.ts';
import { ListingStore } from './listing-store.ts';
import { RunCopies, type RunCopy } from './run-copies.ts';
import { type ProjectKey, SourceCatalogue } from './source-catalogue.ts';

export interface CatalogueOptions {
  readonly sources: readonly RunSource[];
  readonly store: RunStore;
  /** Makes the object of a run that was not listed before. */
  readonly createRun: (listing: RunListing, source: RunSource) => Run;
  readonly logger: Logger;
  readonly clock: Clock;
  /** See `RunCopies`. */
  readonly assumesOwners: boolean;
}

export class Catalogue implements AsyncDisposable {
  readonly #sources: readonly SourceCatalogue[];
  readonly #entries: EntryStore;
  readonly #listings: ListingStore;
  readonly #createRun: CatalogueOptions['createRun'];
  readonly #clock: Clock;
  readonly #copies: RunCopies;
  readonly #renamed = new Map<RunSource, RenamedSource>();
  readonly #logger: Logger;
  /** By the origins that are merged: as many as there are combinations of sources. */
  readonly #merged = new Map<string, MergedSource>();
  #runs = new Map<string, Run>();
  #projects: readonly ProjectListing[] = [];
  #version = 0;
  #refreshedAtMs = Number.NEGATIVE_INFINITY;

  constructor({ sources, store, createRun, assumesOwners, logger, clock }: CatalogueOptions) {
    this.#listings = new ListingStore(store, logger);
    const kept = { store: this.#listings, logger, clock };
    this.#sources = sources.map((source) => new SourceCatalogue({ source, ...kept }));
    this.#entries = new EntryStore({ store, logger, clock });
    this.#createRun = createRun;
    this.#clock = clock;
    this.#copies = new RunCopies(clock, assumesOwners);
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

  /**
   * Whether a source has, as it was listed last, anything of a project that `isMeant` says yes to, by what it is called here.
   * `isUnowned`: of a run whose log does not say whose it is.
   */
  holdsAny(source: RunSource, isMeant: (project: ProjectKey, isUnowned: boolean) => boolean): boolean {
    const catalogue = this.#of(source);
    if (catalogue === undefined) return false;
    if (catalogue.projects.some((project) => isMeant(project, false))) return true;
    for (const { key, isEntityAssumed = false } of catalogue.listings())
      if (isMeant(this.#copies.nameOf(source, key), isEntityAssumed)) return true;
    return false;
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

  /** The id of a run that a source has under this key. */
  idOf(source: RunSource, key: RunKey): string {
    return runKeyText(this.#copies.nameOf(source, key));
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
    await this.#listCounterparts(signal);
    this.#update();
    this.#refreshedAtMs = this.#clock.monotonic();
  }

  /** Looks at one project again, in the sources that list it by itself. */
  async refreshProject(project: ProjectKey, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    await Promise.all(this.#holding(project).map((source) => source.refreshProject(project, signal)));
    this.#update();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#entries[Symbol.asyncDispose](), this.#listings.idle()]);
  }

  #of(source: RunSource): SourceCatalogue | undefined {
    return this.#sources.find((candidate) => candidate.source === source);
  }

  #holding(project: ProjectKey): readonly SourceCatalogue[] {
    return this.#sources.filter((source) => source.has(project));
  }

  /** Lists, once, the projects of servers whose runs may be those of a folder: which are the same is decided as they show. */
  async #listCounterparts(signal: AbortSignal): Promise<void> {
    const logged = new Set<string>();
    for (const { source, listing } of this.#listed()) {
      if (source.policy.listing === 'all') logged.add(listing.key.project);
    }
    await Promise.all(
      this.#sources.flatMap((source) =>
        source.projects
          .filter((project) => logged.has(project.project) && !Number.isFinite(source.ageMs(project)))
          .map((project) => source.refreshProject(project, signal)),
      ),
    );
  }

  /** Runs as their sources list them now. Known ones go on, with the source they were first seen with: another would yield their history in another order. */
  #update(): void {
    const runs = new Map<string, Run>();
    const projects = this.#sources.flatMap((source) => source.projects);
    const copies = this.#copies.group({
      copies: [...this.#listed()],
      projects,
      isKnown: (id) => this.#runs.get(id)?.listing.isWaiting === undefined && this.#runs.has(id),
    });
    let isChanged = false;
    for (const [id, group] of copies) {
      const listing = group.map((copy) => copy.listing).reduce(mergeListings);
      const sources = group.map(({ source }) => source);
      const known = this.#goesOn(this.#runs.get(id), sources);
      isChanged ||= known === undefined || !hasSameName(known.listing, listing);
      known?.relist(listing);
      const run = known ?? this.#createRun(listing, this.#sourceOf(id, group));
      if (known === undefined) this.#logFound(run, sources);
      runs.set(id, run);
    }
    if (isChanged || runs.size !== this.#runs.size || !isSameList(projects, this.#projects)) this.#version++;
    this.#runs = runs;
    this.#projects = projects;
  }

  *#listed(): Iterable<RunCopy> {
    for (const catalogue of this.#sources)
      for (const listing of catalogue.listings()) yield { source: catalogue.source, listing };
  }

  /**
   * A known run, unless it holds what a server gave that now refuses it: what other sources have of such a run is another
   * log.
   */
  #goesOn(known: Run | undefined, sources: readonly RunSource[]): Run | undefined {
    if (known === undefined) return undefined;
    const isHeldBy = (catalogue: SourceCatalogue) =>
      catalogue.refuses(known.key) &&
      sources.every(({ origin }) => origin !== catalogue.source.origin) &&
      known.isOf(catalogue.source.origin);
    return this.#sources.some(isHeldBy) ? undefined : known;
  }

  #logFound({ id, listing }: Run, sources: readonly RunSource[]): void {
    const fields = { run: id, name: listing.displayName, sources: sources.map(({ name }) => name) };
    this.#logger.debug(fields, 'run found');
  }

  #sourceOf(id: string, copies: readonly RunCopy[]): RunSource {
    const sources = copies.map(({ source }) => this.#asCalled(source, id));
    const [first] = sources;
    if (first !== undefined && sources.length === 1) return first;
    // A folder on this machine is fresher than what was sent from it.
    const freshestFirst = [...sources].sort((a, b) => freshness(a) - freshness(b));
    const isRenamed = sources.some((source) => source instanceof RenamedSource);
    const names = freshestFirst.map(({ name, origin }) => `${origin} ${name}`).join('\n');
    const merged = this.#merged.get(`${isRenamed} ${names}`) ?? new MergedSource(freshestFirst);
    this.#merged.set(`${isRenamed} ${names}`, merged);
    return merged;
  }

  /** The source, or the same by the names of runs here, where it has this one under a key of its own. */
  #asCalled(source: RunSource, id: string): RunSource {
    const ownKeys = this.#copies.ownKeys(source);
    if (!ownKeys.has(id)) return source;
    const renamed = this.#renamed.get(source) ?? new RenamedSource(source, ownKeys);
    this.#renamed.set(source, renamed);
    return renamed;
  }
}

/** Two sources' words on one run: what either knows, of two words the newer. */
function mergeListings(a: RunListing, b: RunListing): RunListing {
  const [newer, older] = b.modifiedAtMs > a.modifiedAtMs ? [b, a] : [a, b];
  return {
    key: newer.key,
    modifiedAtMs: newer.modifiedAtMs,
    displayName: newer.displayName ?? older.displayName,
    group: newer.group ?? older.group,
    jobType: newer.jobType ?? older.jobType,
    ...toldFacts(older),
    ...toldFacts(newer),
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

function isSameList(some: readonly ProjectKey[], others: readonly ProjectKey[]): boolean {
  if (some.length !== others.length) return false;
  return some.every(
    ({ entity, project }, i) => others[i]!.entity === entity && others[i]!.project === project,
  );
}
