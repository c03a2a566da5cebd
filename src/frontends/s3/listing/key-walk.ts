/**
 * Keys of a tree in their order, by a walk that lists directories as their keys are asked for: none that lies before the
 * place where a listing goes on, none that its delimiter rolls up. A directory in which nothing is listed is itself a key,
 * with a slash at its end: the "folder" of S3's own console. TensorBoard ends its reader over a project without runs that
 * is seen from above, and is not there from within. @module
 */

import { isSafeName, LogdirError, mapOrdered } from '../../../core/index.ts';
import type { FileNode, LogdirNode, LogdirTree } from '../../../tree/index.ts';
import { FOLDER } from '../folder.ts';
import { compareKeys } from './key-order.ts';

export interface KeyQuery {
  readonly prefix: string;
  /** '' for none. */
  readonly delimiter: string;
  /** Only what comes after this key or common prefix; '' for everything. */
  readonly after: string;
}

/** A file, an empty directory, or a common prefix: all keys that begin so. */
export type ListedKey =
  | { readonly kind: 'key'; readonly key: string; readonly file: FileNode }
  | { readonly kind: 'prefix'; readonly key: string };

/** Runs' directories that are listed ahead: where logs were not read yet, a listing waits for each. */
const RUNS_AHEAD = 8;

/** @throws LogdirError when the directory that the prefix leads to cannot be listed; trouble further down leaves keys out. */
export async function* walkKeys(
  tree: LogdirTree,
  query: KeyQuery,
  signal: AbortSignal,
): AsyncGenerator<ListedKey> {
  const base = query.prefix.slice(0, query.prefix.lastIndexOf('/') + 1);
  if (base !== '' && !isSafeName(base.slice(0, -1))) return;
  const walk = new KeyWalk(tree, query, signal);
  let last: string | undefined;
  for await (const listed of walk.inside(base)) {
    if (listed.kind === 'prefix' && listed.key === last) continue;
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
type Opened = ListedKey | { readonly kind: 'directory'; readonly entries: readonly Entry[] };

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

  /** What is listed of a directory. `base`: '' or with its slash. */
  async *inside(base: string): AsyncGenerator<ListedKey> {
    yield* this.#below([await this.#openDirectory(base)]);
  }

  async *#below(opened: Iterable<Opened> | AsyncIterable<Opened>): AsyncGenerator<ListedKey> {
    for await (const item of opened) {
      if (item.kind === 'directory') yield* this.#below(this.#open(item.entries));
      else yield item;
    }
  }

  /** Listing a project may cost a request to a server: those are not listed before their turn. */
  async *#open(entries: readonly Entry[]): AsyncGenerator<Opened> {
    if (isInProject(entries[0])) yield* mapOrdered(entries, RUNS_AHEAD, (entry) => this.#openEntry(entry));
    else for (const entry of entries) yield await this.#openEntry(entry);
  }

  async #openEntry({ key, node }: Entry): Promise<Opened> {
    const rolledUp = this.#commonPrefix(key);
    if (rolledUp !== undefined) return this.#isAfter(rolledUp) ? { kind: 'prefix', key: rolledUp } : NOTHING;
    if (node.kind === 'file') return { kind: 'key', key, file: node };
    try {
      return await this.#openDirectory(key);
    } catch (error) {
      // One run in trouble, or gone meanwhile, hides no other.
      if (error instanceof LogdirError && error.code !== 'cancelled') return NOTHING;
      throw error;
    }
  }

  /** Of its entries those that hold something to list, in the order of their keys. */
  async #openDirectory(base: string): Promise<Opened> {
    const nodes = await this.#list(base);
    if (nodes === undefined) return NOTHING;
    if (nodes.length === 0 && base !== '')
      return this.#isListed(base) ? { kind: 'key', key: base, file: FOLDER } : NOTHING;
    const entries = nodes.map((child) => ({
      key: base + child.name + (child.kind === 'directory' ? '/' : ''),
      node: child,
    }));
    const wanted = entries.filter(({ key }) => this.#holdsMore(key));
    return { kind: 'directory', entries: wanted.sort((a, b) => compareKeys(a.key, b.key)) };
  }

  #holdsMore(key: string): boolean {
    const { prefix, after } = this.#query;
    return this.#isListed(key) || (key.startsWith(prefix) && key.endsWith('/') && after.startsWith(key));
  }

  #isListed(key: string): boolean {
    return key.startsWith(this.#query.prefix) && this.#isAfter(key);
  }

  #isAfter(key: string): boolean {
    return compareKeys(key, this.#query.after) > 0;
  }

  #commonPrefix(key: string): string | undefined {
    const { prefix, delimiter } = this.#query;
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    return at < 0 ? undefined : key.slice(0, at + delimiter.length);
  }

  /** Undefined where there is no such directory. */
  async #list(base: string): Promise<readonly LogdirNode[] | undefined> {
    try {
      return await this.#tree.list(base.slice(0, -1), { signal: this.#signal });
    } catch (error) {
      const isNone =
        error instanceof LogdirError && (error.code === 'not-found' || error.code === 'invalid-argument');
      if (isNone) return undefined;
      throw error;
    }
  }
}
