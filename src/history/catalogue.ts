/** Which runs there are, over all sources. @module */

import { type Clock, type RunKey, runKeyText, toLogdirError } from '../core/index.ts';
import type { Logger } from '../observability/index.ts';
import type { RunListing, RunSource } from '../sources/index.ts';

export interface CatalogueRun {
  readonly key: RunKey;
  /** `runKeyText(key)`. */
  readonly id: string;
  readonly listing: RunListing;
  readonly source: RunSource;
}

export class Catalogue {
  readonly #sources: readonly RunSource[];
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #bySource = new Map<RunSource, readonly RunListing[]>();
  #runs = new Map<string, CatalogueRun>();
  #version = 0;
  #refreshedAtMs = Number.NEGATIVE_INFINITY;
  /** Sources the last look at which failed: each outage is told once. */
  readonly #failing = new Set<RunSource>();

  constructor(sources: readonly RunSource[], logger: Logger, clock: Clock) {
    this.#sources = sources;
    this.#logger = logger;
    this.#clock = clock;
  }

  /** Grows whenever `runs` may have changed. */
  get version(): number {
    return this.#version;
  }

  get sources(): readonly RunSource[] {
    return this.#sources;
  }

  /** In the order of sources, then as each lists them. */
  get runs(): ReadonlyMap<string, CatalogueRun> {
    return this.#runs;
  }

  /** Milliseconds since the last complete look; infinite before the first. */
  get ageMs(): number {
    return this.#clock.monotonic() - this.#refreshedAtMs;
  }

  /** Looks at every source again. One that fails keeps the runs it had: an outage is not absence. */
  async refresh({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    await Promise.all(this.#sources.map((source) => this.#refreshSource(source, signal)));
    const runs = new Map<string, CatalogueRun>();
    for (const source of this.#sources) {
      for (const listing of this.#bySource.get(source) ?? []) {
        const id = runKeyText(listing.key);
        if (!runs.has(id)) runs.set(id, { key: listing.key, id, listing, source });
      }
    }
    if (!sameListings(this.#runs, runs)) this.#version++;
    this.#runs = runs;
    this.#refreshedAtMs = this.#clock.monotonic();
  }

  async #refreshSource(source: RunSource, signal: AbortSignal): Promise<void> {
    try {
      this.#bySource.set(source, await source.listRuns({ signal }));
      this.#failing.delete(source);
    } catch (error) {
      if (signal.aborted) throw error;
      const failure = toLogdirError(error, `list runs of ${source.name}`);
      if (!this.#failing.has(source))
        this.#logger.warn({ source: source.name, err: failure }, 'source not readable');
      this.#failing.add(source);
    }
  }
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
