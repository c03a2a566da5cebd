/** Listings that are prepared already when a directory is looked at again. @module */

import { LRUCache } from 'lru-cache';
import type { LogdirNode } from '../../tree/index.ts';
import type { Inode } from './inode-table.ts';
import { type ListingParts, PreparedListing } from './prepared-listing.ts';

/** Shorter ones are made in less time than they take to be found, and there are as many as there are runs. */
const MIN_ENTRIES = 64;
/** Entries of all listings that are kept: some 200 bytes of pages each, and as many of names and numbers. */
const MAX_ENTRIES = 100_000;

export class PreparedListings {
  readonly #parts: ListingParts;
  readonly #kept = new LRUCache<string, PreparedListing>({
    maxSize: MAX_ENTRIES,
    sizeCalculation: ({ length }) => length,
  });

  constructor(parts: ListingParts) {
    this.#parts = parts;
  }

  /** The listing of a directory of which the tree says this now. `uid`: of the user who sees that. */
  prepare(directory: Inode, nodes: readonly LogdirNode[], uid: number): PreparedListing {
    if (nodes.length < MIN_ENTRIES) return new PreparedListing(directory, nodes, this.#parts);
    const key = `${uid} ${directory.path}`;
    const kept = this.#kept.get(key);
    if (kept?.update(nodes) === true) return kept;
    const listing = new PreparedListing(directory, nodes, this.#parts);
    this.#kept.set(key, listing);
    return listing;
  }
}
