/** What one source has listed: its projects, and the runs of those that somebody has looked at. @module */

import { type Clock, type ErrorCode, type LogdirError, projectId, toLogdirError } from '../../core/index.ts';
import type { Logger } from '../../observability/index.ts';
import type { ListOptions, ProjectListing, RunListing, RunSource } from '../../sources/index.ts';
import type { ListingStore } from './listing-store.ts';

/** A project by its names. */
export type ProjectKey = NonNullable<ListOptions['project']>;

/**
 * What a server answers for what it does not give: it refuses the key, or has no such project, as it says also where the key
 * may not know of one. What was kept of it is not shown then. Anything else is an outage, which says nothing of the runs.
 */
const REFUSALS: readonly ErrorCode[] = ['permission-denied', 'not-found'];

/** How a look at a source ended. */
type Outcome = 'well' | 'refused' | 'failed';

/** All runs that a source has at hand count as one project. */
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
  /** Whether the first look is over. */
  #hasLooked = false;
  /** Projects whose runs the server does not give, and whether it gives none at all. */
  readonly #refused = new Set<string>();
  #isRefused = false;
  /** How many runs and projects the log was told of. */
  #logged = '';
  /** The trouble that the log was told of last, unless the source was readable since. */
  #reported = '';

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

  /** Whether the server, asked for the runs of a project, has said no. */
  refuses(project: ProjectKey): boolean {
    return this.#isRefused || (this.#refused.size > 0 && this.#refused.has(projectId(project)));
  }

  /** The same of any project. */
  get isRefused(): boolean {
    return this.#isRefused || this.#refused.size > 0;
  }

  has(project: ProjectKey): boolean {
    return this.#projects.some((known) => projectId(known) === projectId(project));
  }

  /** Milliseconds since the runs of a project were listed; infinite when they never were. */
  ageMs(project: ProjectKey): number {
    const lookedAtMs = this.#lookedAtMs.get(projectId(project)) ?? Number.NEGATIVE_INFINITY;
    return this.#options.clock.monotonic() - lookedAtMs;
  }

  /** Looks again at what there is. Trouble is noted, not thrown: an outage is not absence. */
  async refresh(signal: AbortSignal): Promise<void> {
    const startedMs = this.#options.clock.monotonic();
    await this.#look(signal);
    this.#hasLooked = true;
    this.#log(startedMs);
  }

  async #look(signal: AbortSignal): Promise<void> {
    const outcome = await this.#noting(signal, async () => {
      if (this.source.policy.listing === 'per-project')
        this.#adopt(await this.source.listProjects({ signal }));
      else {
        this.#runs.set(EVERYTHING, await this.source.listRuns({ signal }));
        this.#reported = '';
      }
    });
    if (outcome === 'refused') this.#adopt([]);
    // An outage does not lift a refusal.
    if (outcome !== 'failed') this.#isRefused = outcome === 'refused';
    // A source that is one project is looked into at once; one of many projects when somebody opens them.
    const [only] = this.#projects;
    if (only !== undefined && this.#projects.length === 1) await this.refreshProject(only, signal);
  }

  /** Looks at one project. */
  async refreshProject(project: ProjectKey, signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#options;
    const id = projectId(project);
    const owner = { ...project, origin: this.source.origin };
    const outcome = await this.#noting(signal, async () => {
      const listings = await this.source.listRuns({ signal, project });
      this.#runs.set(id, listings);
      this.#reported = '';
      void store.save(owner, listings);
    });
    if (outcome === 'refused') this.#runs.set(id, []);
    // Nor does an outage lift a refusal.
    else if (outcome === 'failed' && !this.#runs.has(id)) this.#runs.set(id, await store.load(owner));
    if (outcome === 'refused') this.#refused.add(id);
    else if (outcome === 'well') this.#refused.delete(id);
    this.#lookedAtMs.set(id, clock.monotonic());
  }

  /** Takes in which projects there are; what was known of others is forgotten. */
  #adopt(projects: readonly ProjectListing[]): void {
    this.#projects = projects;
    const ids = new Set(projects.map(projectId));
    for (const known of [this.#runs, this.#lookedAtMs, this.#refused]) {
      for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    }
  }

  /** Says at debug what a look found, where that is another number than before: polls look every few seconds. */
  #log(startedMs: number): void {
    const { logger, clock } = this.#options;
    const runs = [...this.#runs.values()].reduce((sum, { length }) => sum + length, 0);
    const projects = this.#projects.length;
    const fields = { source: this.source.name, runs, projects };
    const isNews = this.#logged !== JSON.stringify(fields);
    this.#logged = JSON.stringify(fields);
    const ms = Math.round(clock.monotonic() - startedMs);
    if (isNews) logger.debug({ ...fields, ms }, 'source listed');
  }

  /** Keeps what a look fails with. */
  async #noting(signal: AbortSignal, look: () => Promise<void>): Promise<Outcome> {
    try {
      await look();
      this.#failure = null;
      this.#listedAtMs = this.#options.clock.monotonic();
      return 'well';
    } catch (error) {
      if (signal.aborted) throw error;
      const failure = toLogdirError(error, `list runs of ${this.source.name}`);
      this.#report(failure);
      this.#failure = failure;
      const isRefusal = REFUSALS.includes(failure.code) && this.source.policy.listing === 'per-project';
      return isRefusal ? 'refused' : 'failed';
    }
  }

  /** Each trouble is reported once; that of a first look by whoever starts the program, who has to say what to do. */
  #report(failure: LogdirError): void {
    const isNews = this.#reported !== failure.message;
    this.#reported = failure.message;
    const level = this.#hasLooked && isNews ? 'warn' : 'debug';
    this.#options.logger[level]({ source: this.source.name, err: failure }, 'source not readable');
  }
}
