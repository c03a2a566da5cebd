/** The tree as a filesystem of inodes and handles. @module */

import { LogdirError } from '../../core/index.ts';
import type { LogdirNode, LogdirTree, OpenFile } from '../../filesystem/index.ts';
import type { Logger } from '../../observability/index.ts';
import { FuseError } from './error-number.ts';
import type { Call, DirectoryEntry, FuseFileSystem, Opened, ReadBytes, Soon } from './file-system.ts';
import { HandleTable } from './handle-table.ts';
import { childPath, type Inode, InodeTable } from './inode-table.ts';
import { entryOf, type Ownership, timedAttributes } from './node-attributes.ts';
import { OpenedFile } from './opened-file.ts';
import { type Entry, ERRNO, type Forget, OPEN_FLAG, type TimedAttributes } from './protocol/index.ts';
import { ReadBuffers } from './read-buffers.ts';

export interface TreeFileSystemOptions {
  readonly tree: LogdirTree;
  readonly ownership: Ownership;
  readonly logger: Logger;
  /** How long a read waits for bytes that must be fetched again. */
  readonly readPatienceMs: number;
}

interface OpenDirectory {
  readonly inode: Inode;
  entries: readonly DirectoryEntry[] | null;
}

export class TreeFileSystem implements FuseFileSystem {
  readonly #options: TreeFileSystemOptions;
  readonly #inodes = new InodeTable();
  readonly #buffers = new ReadBuffers();
  readonly #files = new HandleTable<OpenedFile>();
  readonly #directories = new HandleTable<OpenDirectory>();
  /** Open files by inode number: asking about one is interest in it. */
  readonly #openByInode = new Map<number, Set<OpenedFile>>();

  constructor(options: TreeFileSystemOptions) {
    this.#options = options;
  }

  /** The inode number of a path if the kernel knows it. */
  inodeOf(path: string): number | undefined {
    return this.#inodes.known(path)?.id;
  }

  /** Nodes and handles held for the kernel. */
  get held(): { readonly inodes: number; readonly files: number; readonly directories: number } {
    return { inodes: this.#inodes.size, files: this.#files.size, directories: this.#directories.size };
  }

  lookup(parentId: number, name: string, call: Call): Soon<Entry> {
    const parent = this.#inodes.get(parentId);
    const path = childPath(parent, name);
    const node = this.#options.tree.statCached(path);
    if (node !== undefined) return this.#tell(parent, name, node);
    return this.#lookUp(parent, name, path, call);
  }

  async #lookUp(parent: Inode, name: string, path: string, { signal }: Call): Promise<Entry> {
    const node = await this.#options.tree.stat(path, { signal, eagerness: 'glance' });
    // The kernel has given up on an interrupted lookup, and will not forget what it was not told.
    signal.throwIfAborted();
    return this.#tell(parent, name, node);
  }

  #tell(parent: Inode, name: string, node: LogdirNode): Entry {
    return entryOf(this.#inodes.tell(parent, name).id, node, this.#options.ownership);
  }

  forget(forgets: readonly Forget[]): void {
    for (const forget of forgets) this.#inodes.forget(forget);
  }

  attributes(nodeId: number, handle: number | null, call: Call): Soon<TimedAttributes> {
    const inode = this.#inode(nodeId);
    const file = handle === null ? undefined : this.#files.find(handle);
    const node = file?.isFrozen ? file.node : this.#nodeAtHand(inode);
    if (node !== undefined) return timedAttributes(nodeId, node, this.#options.ownership);
    return this.#askAttributes(inode, call);
  }

  /** What can be said without waiting. A file somebody has open is looked at afresh, unless that was a moment ago. */
  #nodeAtHand({ id, path }: Inode): LogdirNode | undefined {
    const { tree } = this.#options;
    return this.#openByInode.has(id) ? tree.openCached(path)?.node : tree.statCached(path);
  }

  async #askAttributes(inode: Inode, { signal }: Call): Promise<TimedAttributes> {
    const { tree, ownership } = this.#options;
    const opened = this.#openByInode.get(inode.id);
    const eagerness = opened === undefined ? 'glance' : 'interest';
    const node = await tree.stat(inode.path, { signal, eagerness }).catch((error: unknown) => {
      const [file] = opened ?? [];
      if (file === undefined) throw staleIfGone(error);
      return file.node;
    });
    return timedAttributes(inode.id, node, ownership);
  }

  open(nodeId: number, call: Call): Soon<Opened> {
    const inode = this.#inode(nodeId);
    const file = this.#options.tree.openCached(inode.path);
    return file === undefined ? this.#openLater(inode, call) : this.#opened(inode, file);
  }

  async #openLater(inode: Inode, { signal }: Call): Promise<Opened> {
    const { tree } = this.#options;
    const file = await tree.open(inode.path, { signal, eagerness: 'interest' }).catch((error: unknown) => {
      throw staleIfGone(error);
    });
    signal.throwIfAborted();
    return this.#opened(inode, file);
  }

  #opened(inode: Inode, file: OpenFile): Opened {
    const { tree, logger, readPatienceMs } = this.#options;
    const parts = { inode, file, tree, logger, buffers: this.#buffers };
    const opened = new OpenedFile({ ...parts, patienceMs: readPatienceMs });
    const files = this.#openByInode.get(inode.id) ?? new Set();
    this.#openByInode.set(inode.id, files.add(opened));
    const caching = opened.isCached ? OPEN_FLAG.keepCache : OPEN_FLAG.directIo;
    return { handle: this.#files.add(opened), flags: caching | OPEN_FLAG.noFlush };
  }

  read(handle: number, offset: number, size: number, call: Call): Soon<ReadBytes> {
    return this.#files.get(handle).read({ start: offset, end: offset + size }, call);
  }

  seek(handle: number, offset: number, whence: number): number {
    return this.#files.get(handle).seek(offset, whence);
  }

  release(handle: number): void {
    const file = this.#files.take(handle);
    const files = this.#openByInode.get(file.inode.id);
    files?.delete(file);
    if (files?.size === 0) this.#openByInode.delete(file.inode.id);
    file.close();
  }

  openDirectory(nodeId: number): Opened {
    const inode = this.#inode(nodeId);
    return { handle: this.#directories.add({ inode, entries: null }), flags: 0 };
  }

  readDirectory(handle: number, offset: number, call: Call): Soon<readonly DirectoryEntry[]> {
    const directory = this.#directories.get(handle);
    const { entries } = directory;
    return offset > 0 && entries !== null ? entries : this.#list(directory, call);
  }

  async #list(directory: OpenDirectory, { signal }: Call): Promise<readonly DirectoryEntry[]> {
    const { inode } = directory;
    const nodes = await this.#options.tree.list(inode.path, { signal }).catch((error: unknown) => {
      throw staleIfGone(error);
    });
    const self = { item: { name: '.', kind: 'directory', inode: inode.id }, entry: () => null } as const;
    const parentId = inode.parent?.id ?? inode.id;
    const above = { item: { name: '..', kind: 'directory', inode: parentId }, entry: () => null } as const;
    const entries = nodes.map((node) => ({
      item: { name: node.name, kind: node.kind, inode: this.#inodes.idOf(inode, node.name) },
      entry: () => this.#tell(inode, node.name, node),
    }));
    directory.entries = [self, above, ...entries];
    return directory.entries;
  }

  releaseDirectory(handle: number): void {
    this.#directories.take(handle);
  }

  /** A node the kernel knows. @throws FuseError ESTALE, upon which the kernel looks the name up again. */
  #inode(nodeId: number): Inode {
    try {
      return this.#inodes.get(nodeId);
    } catch (error) {
      throw staleIfGone(error);
    }
  }
}

function staleIfGone(error: unknown): unknown {
  if (!(error instanceof LogdirError) || error.code !== 'not-found') return error;
  return new FuseError(ERRNO.ESTALE, error.message);
}
