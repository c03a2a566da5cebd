/**
 * What a source listed of a project, kept: after a restart the runs are there, also while its server is not. A document
 * of the project: a run a line, as JSON.
 * @module
 */

import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { runKey, TurnBudget } from '../../core/index.ts';
import type { Logger } from '../../observability/index.ts';
import type { RunListing } from '../../sources/index.ts';
import type { DocumentOwner, RunStore } from '../store/run-store.ts';

const DOCUMENT = 'listing.jsonl';
/** Projects whose last checksum is remembered; a forgotten one is written once too often. */
const MAX_CHECKSUMS = 10_000;

type ProjectOwner = Exclude<DocumentOwner, { readonly key: unknown }>;

export class ListingStore {
  readonly #store: RunStore;
  readonly #logger: Logger;
  /** By project: checksum of what was written last. */
  readonly #written = new LRUCache<string, string>({ max: MAX_CHECKSUMS });

  readonly #saving = new Set<Promise<void>>();

  constructor(store: RunStore, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  /** The runs of a project as last kept; none when there are none, or they can't be read. */
  async load(owner: ProjectOwner): Promise<readonly RunListing[]> {
    try {
      const content = await this.#store.readDocument(owner, DOCUMENT);
      const lines = Buffer.from(content ?? [])
        .toString('utf8')
        .split('\n');
      return lines.flatMap((line) => (line === '' ? [] : listingOf(line)));
    } catch (error) {
      this.#logger.debug({ err: error, project: owner.project }, 'the kept list of runs could not be read');
      return [];
    }
  }

  /** Keeps them, whole or not at all. A disk that takes no more is no reason to fail. */
  async save(owner: ProjectOwner, listings: readonly RunListing[]): Promise<void> {
    const saving = this.#save(owner, listings);
    this.#saving.add(saving);
    await saving;
    this.#saving.delete(saving);
  }

  /** Resolves when nothing is being written any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#saving);
  }

  async #save(owner: ProjectOwner, listings: readonly RunListing[]): Promise<void> {
    try {
      const content = Buffer.from(await textOf(listings), 'utf8');
      const checksum = createHash('sha256').update(content).digest('hex');
      const id = JSON.stringify([owner.origin, owner.entity, owner.project]);
      if (this.#written.get(id) === checksum) return;
      await this.#store.writeDocument(owner, DOCUMENT, content);
      this.#written.set(id, checksum);
    } catch (error) {
      this.#logger.debug({ err: error, project: owner.project }, 'the list of runs could not be kept');
    }
  }
}

/** The listing on a line; none where the line is damaged: the others count all the same. */
function listingOf(line: string): RunListing[] {
  const listing = jsonOf(line);
  const { key, modifiedAtMs, locations } = listing;
  if (typeof key?.runId !== 'string' || typeof modifiedAtMs !== 'number' || !Array.isArray(locations))
    return [];
  return [{ ...(listing as RunListing), key: runKey(key.entity, key.project, key.runId) }];
}

function jsonOf(line: string): Partial<RunListing> {
  try {
    return JSON.parse(line) as Partial<RunListing>;
  } catch {
    return {};
  }
}

/** A run a line. Ten thousand runs hold nobody up. */
async function textOf(listings: readonly RunListing[]): Promise<string> {
  const lines: string[] = [];
  const budget = new TurnBudget();
  for (const listing of listings) {
    lines.push(JSON.stringify(listing), '\n');
    await budget.next();
  }
  return lines.join('');
}
