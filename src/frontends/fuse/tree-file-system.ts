/** The tree as a filesystem of inodes and handles. @module */

import { LogdirError, type MaybePromise, mapAnswer } from '../../core/index.ts';
import type { Logger } from '../../observability/index.ts';
import { FollowedFile, type LogdirNode, type LogdirTree, type OpenFile } from '../../tree/index.ts';
import { type Call, CallOptions } from './call.ts';
import { FuseError } from './error-number.ts';
import type { DirectoryRange, FuseFileSystem, Opened, ReadBytes } from './file-system.ts';
import { HandleTable } from './handle-table.ts';
import { childPath, type Inode, InodeTable } from './inode-table.ts';
import { KernelFile } from './kernel-file.ts';
import { type Appearance, entryOf, type Ownership, timedAttributes } from './node-attributes.ts';
import type { PreparedListing } from './prepared-listing.ts';
import { PreparedListings } from './prepared-listings.ts';
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
  /** As it was when the reader was at its start. */
  listing: PreparedListing | null;
}

export class TreeFileSystem implements FuseFileSystem {
  readonly #options: TreeFileSystemOptions;
  readonly #appearance: Appearance;
  readonly #inodes = new InodeTable();
  readonly #listings: PreparedListings;
  readonly #buffers = new ReadBuffers();
  readonly #files = new HandleTable<KernelFile>();
  readonly #directories = new HandleTable<OpenDirectory>();
  /** Open files by inode number: asking about one is interest in it. */
  readonly #openByInode = new Map<number, Set<KernelFile>>();

  constructor(options: TreeFileSystemOptions) {
    this.#options = options;
    this.#appearance = { ownership: options.ownership, isPerUser: options.treeOf !== undefined };
    this.#listings = new PreparedListings({ inodes: this.#inodes, appearance: this.#appearance });
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
    return { handle: this.#directories.add({ inode, listing: null }), flags: 0 };
  }

  readDirectory(handle: number, range: DirectoryRange, call: Call): MaybePromise<ReadBytes> {
    const directory = this.#directories.get(handle);
    const { listing } = directory;
    if (range.offset > 0 && listing !== null) return pageOf(listing, range);
    return this.#list(directory.inode, call).then((listed) => {
      directory.listing = listed;
      return pageOf(listed, range);
    });
  }

  async #list(inode: Inode, call: Call): Promise<PreparedListing> {
    // Asked for now: a call that is interrupted tells those who listen by then.
    const { signal } = call;
    const nodes = await this.#treeOf(call)
      .list(inode.path, { signal })
      .catch((error: unknown) => {
        throw staleIfGone(error);
      });
    // The kernel has given up on an interrupted call, and will not forget what it was not told.
    signal.throwIfAborted();
    return this.#listings.prepare(inode, nodes, this.#appearance.isPerUser ? call.uid : 0);
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

function pageOf(listing: PreparedListing, { offset, size, isPlus }: DirectoryRange): ReadBytes {
  return { bytes: isPlus ? listing.entries(offset, size) : listing.names(offset, size) };
}

function staleIfGone(error: unknown): unknown {
  if (!(error instanceof LogdirError) || error.code !== 'not-found') return error;
  return new FuseError(ERRNO.ESTALE, error.message);
}
