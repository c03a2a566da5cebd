/** Which runs there are, over all sources. @module */

import { type Clock, type LogdirError, type RunKey, runKeyText } from '../core/index.ts';
import type { Logger } from '../observability/index.ts';
import {
  type ListOptions,
  MergedSource,
  type ProjectListing,
  type RunListing,
  type RunSource,
} from '../sources/index.ts';
import { ListingStore } from './listing-store.ts';
import { SourceCatalogue } from './source-catalogue.ts';

export interface CatalogueRun {
  readonly key: RunKey;
  /** `runKeyText(key)`. */
  readonly id: string;
  readonly listing: RunListing;
  readonly source: RunSource;
}

export interface CatalogueOptions {
  readonly sources: readonly RunSource[];
  readonly cacheDir: string;
  readonly logger: Logger;
  readonly clock: Clock;
}

type Place = NonNullable<ListOptions['project']>;

/** Who tells of a run, and what each of them lists. */
interface Copies {
  readonly sources: RunSource[];
  readonly listings: RunListing[];
}

export class Catalogue {
  readonly #sources: readonly SourceCatalogue[];
  readonly #clock: Clock;
  /** By the origins that are merged. */
  readonly #merged = new Map<string, MergedSource>();
  /** By run: the source it was first seen with. Another would tell its history in another order. */
  readonly #chosen = new Map<string, RunSource>();
  #runs = new Map<string, CatalogueRun>();
  #projects: readonly ProjectListing[] = [];
  #version = 0;
  #refreshedAtMs = Number.NEGATIVE_INFINITY;

  constructor({ sources, cacheDir, logger, clock }: CatalogueOptions) {
    const store = new ListingStore(cacheDir, logger);
    this.#sources = sources.map((source) => new SourceCatalogue({ source, store, logger, clock }));
    this.#clock = clock;
  }

  /** Grows whenever `runs` or `projects` may have changed. */
  get version(): number {
    return this.#version;
  }

  get sources(): readonly RunSource[] {
    return this.#sources.map(({ source }) => source);
  }

  /** In the order of sources, then as each lists them. A run that sources of several origins have is one. */
  get runs(): ReadonlyMap<string, CatalogueRun> {
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

  /** How many projects a source lists by themselves. */
  projectCount(source: RunSource): number {
    return this.#of(source)?.projects.length ?? 0;
  }

  /** How many runs a source has listed. */
  runCount(source: RunSource): number {
    return [...(this.#of(source)?.listings() ?? [])].length;
  }

  /** Milliseconds since all runs of a project were listed; infinite when some source never listed them. */
  projectAgeMs(place: Place): number {
    return Math.max(0, ...this.#holding(place).map((source) => source.ageMs(place)));
  }

  /** Whether every source that has a project has listed its runs. */
  isListed(place: Place): boolean {
    return Number.isFinite(this.projectAgeMs(place));
  }

  /** Milliseconds since runs of a source were listed successfully; infinite when they never were. */
  listedAgoMs(source: RunSource): number {
    return this.#of(source)?.listedAgoMs ?? Number.POSITIVE_INFINITY;
  }

  /** Looks at every source again. One that fails keeps the runs it had: an outage is not absence. */
  async refresh({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.refresh(signal)));
    this.#draw();
    this.#refreshedAtMs = this.#clock.monotonic();
  }

  /** Looks at one project again, in the sources that list it by itself. */
  async refreshProject(place: Place, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    await Promise.all(this.#holding(place).map((source) => source.refreshProject(place, signal)));
    this.#draw();
  }

  #of(source: RunSource): SourceCatalogue | undefined {
    return this.#sources.find((candidate) => candidate.source === source);
  }

  #holding(place: Place): readonly SourceCatalogue[] {
    return this.#sources.filter((source) => source.has(place));
  }

  #draw(): void {
    const runs = new Map<string, CatalogueRun>();
    for (const [id, { sources, listings }] of this.#copies()) {
      const source = this.#chosen.get(id) ?? this.#sourceOf(sources);
      this.#chosen.set(id, source);
      const listing = listings.reduce(mergeListings);
      runs.set(id, { key: listing.key, id, listing, source });
    }
    const projects = this.#sources.flatMap((source) => source.projects);
    if (!sameListings(this.#runs, runs) || projects.length !== this.#projects.length) this.#version++;
    this.#runs = runs;
    this.#projects = projects;
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

function sameListings(a: ReadonlyMap<string, CatalogueRun>, b: ReadonlyMap<string, CatalogueRun>): boolean {
  if (a.size !== b.size) return false;
  for (const [id, run] of b) {
    const before = a.get(id)?.listing;
    if (before === undefined) return false;
    if (before.displayName !== run.listing.displayName || before.startTime !== run.listing.startTime)
      return false;
  }
  return true;
}

/** Sources that read eagerly are closer to where the run is logged: they come first. */
function freshness({ policy }: RunSource): number {
  return policy.reading === 'eager' ? 0 : 1;
}
