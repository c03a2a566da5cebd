/** The tree in the terms of this door: files at hand are asked for by methods of their own. @module */

import { type ByteRange, NEVER_ABORTED } from '../../core/index.ts';
import {
  type FileNode,
  type Freshness,
  type LogdirNode,
  type LogdirTree,
  piecesOf,
  type ReadOptions,
  type OpenFile as TreeFile,
} from '../../tree/index.ts';

export type Eagerness = 'glance' | 'interest' | 'complete';

interface OpenOptions {
  readonly signal: AbortSignal;
  readonly eagerness: Eagerness;
}

export interface OpenFile extends AsyncDisposable {
  readonly node: FileNode;
  peek(range: ByteRange): Uint8Array | undefined;
  read(range: ByteRange, options: ReadOptions): AsyncIterable<Uint8Array>;
}

const FRESHNESS: Readonly<Record<Eagerness, Freshness>> = {
  glance: 'cached',
  interest: 'refresh',
  complete: 'complete',
};
const AT_HAND = { signal: NEVER_ABORTED, freshness: 'refresh' } as const;

export class TodayTree {
  readonly #tree: LogdirTree;

  constructor(tree: LogdirTree) {
    this.#tree = tree;
  }

  async stat(path: string, { signal, eagerness }: OpenOptions): Promise<LogdirNode> {
    return await this.#tree.stat(path, { signal, freshness: FRESHNESS[eagerness] });
  }

  async list(path: string, options: { readonly signal: AbortSignal }): Promise<readonly LogdirNode[]> {
    return await this.#tree.list(path, options);
  }

  async open(path: string, { signal, eagerness }: OpenOptions): Promise<OpenFile> {
    return fileOf(await this.#tree.open(path, { signal, freshness: FRESHNESS[eagerness] }));
  }

  /** An event file that is answered at once. What is begun for one that is not is there for the route that follows. */
  openCached(path: string): OpenFile | undefined {
    if (!path.includes('.tfevents.') || path.includes('/@files/')) return undefined;
    const file = this.#tree.open(path, AT_HAND);
    if (!(file instanceof Promise)) return fileOf(file);
    file.then((opened) => opened[Symbol.asyncDispose]()).catch(() => undefined);
    return undefined;
  }
}

function fileOf(file: TreeFile): OpenFile {
  return {
    node: file.node,
    peek: (range) => {
      const bytes = file.read(range, AT_HAND);
      return bytes instanceof Uint8Array ? bytes : undefined;
    },
    read: (range, options) => piecesOf(file.read(range, options)),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}
