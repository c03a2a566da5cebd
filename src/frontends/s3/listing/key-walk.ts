/**
 * Keys of a tree in their order, by a walk that lists directories as their keys are asked for: none that lies before the
 * place where a listing goes on, none that its delimiter rolls up. @module
 */

import { LogdirError, mapOrdered } from '../../../core/index.ts';
import type { FileNode, LogdirNode, LogdirTree } from '../../../tree/index.ts';
import { isTreePath } from '../protocol/address.ts';
import { compareKeys } from './key-order.ts';

export interface KeyQuery {
  readonly prefix: string;
  /** '' for none. */
  readonly delimiter: string;
  /** Only what comes after this key or common prefix; '' for everything. */
  readonly after: string;
}

/** `file`: null for a common prefix, that is for all keys that begin so. */
export interface ListedKey {
  readonly key: string;
  readonly file: FileNode | null;
}

/** Runs' directories that are listed ahead: where logs were not read yet, a listing waits for each. */
const RUNS_AHEAD = 8;

/** @throws LogdirError when the directory that the prefix leads to cannot be listed; trouble further down leaves keys out. */
export async function* walkKeys(
  tree: LogdirTree,
  query: KeyQuery,
  signal: AbortSignal,
): AsyncGenerator<ListedKey> {
  const base = query.prefix.slice(0, query.prefix.lastIndexOf('/') + 1);
  if (base !== '' && !isTreePath(base.slice(0, -1))) return;
  const walk = new KeyWalk(tree, query, signal);
  let last: string | undefined;
  for await (const listed of walk.below(await walk.entries(base))) {
    if (listed.file === null && listed.key === last) continue;
    last = listed.key;
    yield listed;
  }
}

/** `key`: of a directory, with its slash. */
interface Entry {
  readonly key: string;
  readonly node: LogdirNode;
}

/** What an entry is in the listing, or what is below it. */
type Opened =
  | ({ readonly kind: 'listed' } & ListedKey)
  | { readonly kind: 'directory'; readonly entries: readonly Entry[] };

const NOTHING: Opened = { kind: 'directory', entries: [] };

/** Whether it is `<entity>/<project>/…`. */
function isInProject(entry: Entry | undefined): boolean {
  return entry !== undefined && entry.key.split('/', 4).length > 3;
}

class KeyWalk {
  readonly #tree: LogdirTree;
  readonly #query: KeyQuery;
  readonly #signal: AbortSignal;

  constructor(tree: LogdirTree, query: KeyQuery, signal: AbortSignal) {
    this.#tree = tree;
    this.#query = query;
    this.#signal = signal;
  }

  /** Entries of a directory that hold something to list, in the order of their keys. `base`: '' or with its slash. */
  async entries(base: string): Promise<readonly Entry[]> {
    const nodes = await this.#list(base);
    const entries = nodes.map((node) => ({
      key: base + node.name + (node.kind === 'directory' ? '/' : ''),
      node,
    }));
    return entries.filter(({ key }) => this.#holdsMore(key)).sort((a, b) => compareKeys(a.key, b.key));
  }

  async *below(entries: readonly Entry[]): AsyncGenerator<ListedKey> {
    for await (const opened of this.#opened(entries)) {
      if (opened.kind === 'listed') yield opened;
      else yield* this.below(opened.entries);
    }
  }

  /** Listing a project may cost a request to a server: those are not listed before their turn. */
  async *#opened(entries: readonly Entry[]): AsyncGenerator<Opened> {
    if (isInProject(entries[0])) yield* mapOrdered(entries, RUNS_AHEAD, (entry) => this.#open(entry));
    else for (const entry of entries) yield await this.#open(entry);
  }

  async #open({ key, node }: Entry): Promise<Opened> {
    const rolledUp = this.#commonPrefix(key);
    if (rolledUp !== undefined)
      return this.#isAfter(rolledUp) ? { kind: 'listed', key: rolledUp, file: null } : NOTHING;
    if (node.kind === 'file') return { kind: 'listed', key, file: node };
    try {
      return { kind: 'directory', entries: await this.entries(key) };
    } catch (error) {
      // One run in trouble, or gone meanwhile, hides no other.
      if (error instanceof LogdirError && error.code !== 'cancelled') return NOTHING;
      throw error;
    }
  }

  #holdsMore(key: string): boolean {
    const { prefix, after } = this.#query;
    return key.startsWith(prefix) && (this.#isAfter(key) || (key.endsWith('/') && after.startsWith(key)));
  }

  #isAfter(key: string): boolean {
    return compareKeys(key, this.#query.after) > 0;
  }

  #commonPrefix(key: string): string | undefined {
    const { prefix, delimiter } = this.#query;
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    return at < 0 ? undefined : key.slice(0, at + delimiter.length);
  }

  /** Nothing where there is no such directory: S3 knows none. */
  async #list(base: string): Promise<readonly LogdirNode[]> {
    try {
      return await this.#tree.list(base.slice(0, -1), { signal: this.#signal });
    } catch (error) {
      const isNone =
        error instanceof LogdirError && (error.code === 'not-found' || error.code === 'invalid-argument');
      if (isNone) return [];
      throw error;
    }
  }
}
