/** What one source has listed: its projects, and the runs of those that somebody has looked at. @module */

import { type Clock, type LogdirError, toLogdirError } from '../core/index.ts';
import type { Logger } from '../observability/index.ts';
import type { ListOptions, ProjectListing, RunListing, RunSource } from '../sources/index.ts';
import type { ListingStore } from './listing-store.ts';

type Place = NonNullable<ListOptions['project']>;

/** All runs that a source has at hand count as one place. */
const EVERYTHING = '';

export interface SourceCatalogueOptions {
  readonly source: RunSource;
  readonly store: ListingStore;
  readonly logger: Logger;
  readonly clock: Clock;
}

export class SourceCatalogue {
  readonly source: RunSource;
  readonly #options: SourceCatalogueOptions;
  readonly #runs = new Map<string, readonly RunListing[]>();
  readonly #lookedAtMs = new Map<string, number>();
  #projects: readonly ProjectListing[] = [];
  #listedAtMs = Number.NEGATIVE_INFINITY;
  #failure: LogdirError | null = null;

  constructor(options: SourceCatalogueOptions) {
    this.source = options.source;
    this.#options = options;
  }

  get projects(): readonly ProjectListing[] {
    return this.#projects;
  }

  /** Every run listed so far. */
  *listings(): Iterable<RunListing> {
    for (const runs of this.#runs.values()) yield* runs;
  }

  /** Milliseconds since a look last went well. */
  get listedAgoMs(): number {
    return this.#options.clock.monotonic() - this.#listedAtMs;
  }

  /** What the last look met with; null when it went well. */
  get failure(): LogdirError | null {
    return this.#failure;
  }

  has(place: Place): boolean {
    return this.#projects.some(({ entity, project }) => entity === place.entity && project === place.project);
  }

  /** Milliseconds since the runs of a project were listed; infinite when they never were. */
  ageMs(place: Place): number {
    const lookedAtMs = this.#lookedAtMs.get(placeId(place)) ?? Number.NEGATIVE_INFINITY;
    return this.#options.clock.monotonic() - lookedAtMs;
  }

  /** Looks again at what there is. Trouble is noted, not thrown: an outage is not absence. */
  async refresh(signal: AbortSignal): Promise<void> {
    await this.#noting(signal, async () => {
      if (this.source.policy.listing === 'per-project')
        this.#projects = await this.source.listProjects({ signal });
      else this.#runs.set(EVERYTHING, await this.source.listRuns({ signal }));
    });
    // A source that is one project is looked into at once; one of many projects when somebody opens them.
    const [only] = this.#projects;
    if (only !== undefined && this.#projects.length === 1) await this.refreshProject(only, signal);
  }

  /** Looks at one project. */
  async refreshProject(place: Place, signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#options;
    const id = placeId(place);
    const wentWell = await this.#noting(signal, async () => {
      const listings = await this.source.listRuns({ signal, project: place });
      this.#runs.set(id, listings);
      void store.save(this.source.origin, place, listings);
    });
    if (!wentWell && !this.#runs.has(id)) this.#runs.set(id, await store.load(this.source.origin, place));
    this.#lookedAtMs.set(id, clock.monotonic());
  }

  async #noting(signal: AbortSignal, look: () => Promise<void>): Promise<boolean> {
    try {
      await look();
      this.#failure = null;
      this.#listedAtMs = this.#options.clock.monotonic();
      return true;
    } catch (error) {
      if (signal.aborted) throw error;
      const failure = toLogdirError(error, `list runs of ${this.source.name}`);
      // Each outage is told once.
      if (this.#failure === null)
        this.#options.logger.warn({ source: this.source.name, err: failure }, 'source not readable');
      this.#failure = failure;
      return false;
    }
  }
}

function placeId({ entity, project }: Place): string {
  return JSON.stringify([entity, project]);
}
