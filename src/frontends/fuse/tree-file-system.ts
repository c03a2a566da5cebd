/** The tree as a filesystem of inodes and handles. @module */

import { LogdirError, type MaybePromise, mapAnswer } from '../../core/index.ts';
import type { Logger } from '../../observability/index.ts';
import { FollowedFile, type LogdirNode, type LogdirTree, type OpenFile } from '../../tree/index.ts';
import { type Call, CallOptions } from './call.ts';
import { FuseError } from './error-number.ts';
import type { DirectoryEntry, FuseFileSystem, Opened, ReadBytes } from './file-system.ts';
import { HandleTable } from './handle-table.ts';
import { childPath, type Inode, InodeTable } from './inode-table.ts';
import { KernelFile } from './kernel-file.ts';
import { type Appearance, entryOf, type Ownership, timedAttributes } from './node-attributes.ts';
import { type Entry, ERRNO, type Forget, OPEN_FLAG, type TimedAttributes } from './protocol/index.ts';
import { ReadBuffers } from './read-buffers.ts';

export interface TreeFileSystemOptions {
  readonly tree: LogdirTree;
  /** What a user sees, where not all see the same; absent: `tree`. */
  readonly treeOf?: (uid: number) => LogdirTree;
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
  readonly #appearance: Appearance;
  readonly #inodes = new InodeTable();
  readonly #buffers = new ReadBuffers();
  readonly #files = new HandleTable<KernelFile>();
  readonly #directories = new HandleTable<OpenDirectory>();
  /** Open files by inode number: asking about one is interest in it. */
  readonly #openByInode = new Map<number, Set<KernelFile>>();

  constructor(options: TreeFileSystemOptions) {
    this.#options = options;
    this.#appearance = { ownership: options.ownership, isPerUser: options.treeOf !== undefined };
  }

  #treeOf({ uid }: Call): LogdirTree {
    return this.#options.treeOf?.(uid) ?? this.#options.tree;
  }

  /** The inode number of a path if the kernel knows it. */
  inodeOf(path: string): number | undefined {
    return this.#inodes.known(path)?.id;
  }

  /** Nodes and handles held for the kernel. */
  get held(): { readonly inodes: number; readonly files: number; readonly directories: number } {
    return { inodes: this.#inodes.size, files: this.#files.size, directories: this.#directories.size };
  }

  lookup(parentId: number, name: string, call: Call): MaybePromise<Entry> {
    const parent = this.#inodes.get(parentId);
    const node = this.#treeOf(call).stat(childPath(parent, name), new CallOptions(call, 'cached'));
    if (!(node instanceof Promise)) return this.#tell(parent, name, node);
    return node.then((found) => {
      // The kernel has given up on an interrupted lookup, and will not forget what it was not told.
      call.signal.throwIfAborted();
      return this.#tell(parent, name, found);
    });
  }

  #tell(parent: Inode, name: string, node: LogdirNode): Entry {
    return entryOf(this.#inodes.tell(parent, name).id, node, this.#appearance);
  }

  forget(forgets: readonly Forget[]): void {
    for (const forget of forgets) this.#inodes.forget(forget);
  }

  attributes(nodeId: number, handle: number | null, call: Call): MaybePromise<TimedAttributes> {
    const inode = this.#inode(nodeId);
    const file = handle === null ? undefined : this.#files.find(handle)?.file;
    const node = file?.isFrozen ? file.node : this.#statOpen(inode, call);
    return mapAnswer(node, (told) => timedAttributes(nodeId, told, this.#appearance));
  }

  /** A file somebody has open is brought up to date; when that fails, it is as it was. */
  #statOpen({ id, path }: Inode, call: Call): MaybePromise<LogdirNode> {
    const [opened] = this.#openByInode.get(id) ?? [];
    const freshness = opened === undefined ? 'cached' : 'refresh';
    const node = this.#treeOf(call).stat(path, new CallOptions(call, freshness));
    if (!(node instanceof Promise)) return node;
    return node.catch((error: unknown) => {
      // Somebody else's open file says nothing to one who may not see it.
      if (opened === undefined || this.#appearance.isPerUser) throw staleIfGone(error);
      return opened.file.node;
    });
  }

  open(nodeId: number, call: Call): MaybePromise<Opened> {
    const inode = this.#inode(nodeId);
    const file = this.#treeOf(call).open(inode.path, new CallOptions(call, 'refresh'));
    return file instanceof Promise ? this.#openLater(inode, file, call) : this.#opened(inode, file, call);
  }

  async #openLater(inode: Inode, opening: Promise<OpenFile>, call: Call): Promise<Opened> {
    // Asked for now: a call that is interrupted tells those who listen by then.
    const { signal } = call;
    const file = await opening.catch((error: unknown) => {
      throw staleIfGone(error);
    });
    signal.throwIfAborted();
    return this.#opened(inode, file, call);
  }

  #opened(inode: Inode, file: OpenFile, call: Call): Opened {
    const { logger, readPatienceMs } = this.#options;
    const tree = this.#treeOf(call);
    const followed = new FollowedFile(file, { tree, path: inode.path, retryForMs: readPatienceMs });
    const opened = new KernelFile({ inode, file: followed, logger, buffers: this.#buffers });
    const files = this.#openByInode.get(inode.id) ?? new Set();
    this.#openByInode.set(inode.id, files.add(opened));
    const caching = opened.isCached ? OPEN_FLAG.keepCache : OPEN_FLAG.directIo;
    return { handle: this.#files.add(opened), flags: caching | OPEN_FLAG.noFlush };
  }

  read(handle: number, offset: number, size: number, call: Call): MaybePromise<ReadBytes> {
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

  readDirectory(handle: number, offset: number, call: Call): MaybePromise<readonly DirectoryEntry[]> {
    const directory = this.#directories.get(handle);
    const { entries } = directory;
    return offset > 0 && entries !== null ? entries : this.#list(directory, call);
  }

  async #list(directory: OpenDirectory, call: Call): Promise<readonly DirectoryEntry[]> {
    const { inode } = directory;
    const { signal } = call;
    const tree = this.#treeOf(call);
    const nodes = await tree.list(inode.path, { signal }).catch((error: unknown) => {
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
