/**
 * A directory as it was listed, in the form in which it is told to the kernel. Names and their order stay as they are; what
 * is told of them may be brought up to date, and is told from then on. @module
 */

import type { LogdirNode } from '../../tree/index.ts';
import type { Inode, InodeTable } from './inode-table.ts';
import { type Appearance, entryOf } from './node-attributes.ts';
import { type DirectoryItem, EncodedDirectory, type Entry } from './protocol/index.ts';

/** `.` and `..`, which the tree does not list. */
const DOTS = 2;

export interface ListingParts {
  readonly inodes: InodeTable;
  readonly appearance: Appearance;
}

export class PreparedListing {
  readonly #parts: ListingParts;
  readonly #children: Inode[];
  readonly #encoded: EncodedDirectory;
  readonly #entryAt = (index: number): Entry | null => this.#entry(index);
  #nodes: readonly LogdirNode[];

  constructor(directory: Inode, nodes: readonly LogdirNode[], parts: ListingParts) {
    this.#parts = parts;
    this.#nodes = nodes;
    this.#children = nodes.map(({ name }) => parts.inodes.child(directory, name));
    const self: DirectoryItem = { name: '.', kind: 'directory', inode: directory.id };
    const above: DirectoryItem = { ...self, name: '..', inode: directory.parent?.id ?? directory.id };
    const items = nodes.map(({ name, kind }, i) => ({ name, kind, inode: this.#children[i]!.id }));
    this.#encoded = new EncodedDirectory([self, above, ...items]);
  }

  /** Entries, `.` and `..` not counted. */
  get length(): number {
    return this.#nodes.length;
  }

  /** Takes what a later listing tells of the same names; false, and nothing is done, where it has others. */
  update(nodes: readonly LogdirNode[]): boolean {
    const before = this.#nodes;
    if (nodes === before) return true;
    if (nodes.length !== before.length) return false;
    if (nodes.some(({ name, kind }, i) => name !== before[i]!.name || kind !== before[i]!.kind)) return false;
    this.#nodes = nodes;
    for (let i = 0; i < nodes.length; i++) {
      if (!isToldAlike(nodes[i]!, before[i]!)) this.#encoded.refresh(i + DOTS, this.#entryAt);
    }
    return true;
  }

  /** The entries from one on that fit into so many bytes, as READDIR tells them. */
  names(first: number, bytes: number): Uint8Array {
    return this.#encoded.names(first, this.#encoded.endWithin(first, bytes, false));
  }

  /** The same as READDIRPLUS tells them: each is known to the kernel from now on, as if it had been looked up. */
  entries(first: number, bytes: number): Uint8Array {
    const end = this.#encoded.endWithin(first, bytes, true);
    for (let i = Math.max(first, DOTS); i < end; i++) this.#tell(i - DOTS);
    return this.#encoded.entries(first, end, this.#entryAt);
  }

  #tell(index: number): void {
    const child = this.#children[index]!;
    const told = this.#parts.inodes.tellChild(child);
    if (told === child) return;
    this.#children[index] = told;
    if (told.id !== child.id) this.#encoded.renumber(index + DOTS, told.id, this.#entryAt);
  }

  #entry(index: number): Entry | null {
    if (index < DOTS) return null;
    const at = index - DOTS;
    return entryOf(this.#children[at]!.id, this.#nodes[at]!, this.#parts.appearance);
  }
}

/** Whether the kernel is told the same of both. */
function isToldAlike(one: LogdirNode, other: LogdirNode): boolean {
  if (one === other) return true;
  if (one.mtimeMs !== other.mtimeMs) return false;
  if (one.kind !== 'file' || other.kind !== 'file') return one.kind === other.kind;
  return one.size === other.size && one.isAppendOnly === other.isAppendOnly;
}
