/** Inode numbers of the paths the kernel knows. @module */

import { LogdirError } from '../../core/index.ts';
import { pathNumber } from './path-number.ts';
import type { Forget } from './protocol/index.ts';

/** `FUSE_ROOT_ID`. */
const ROOT_ID = 1;

/** A node of the tree, with the number that it has for the kernel. */
export class Inode {
  readonly id: number;
  /** Path in the tree; '' is the root. */
  readonly path: string;
  readonly parent: Inode | null;
  /** Times the kernel was told of it and has not forgotten it yet. The table's own. */
  lookups = 0;

  constructor(id: number, path: string, parent: Inode | null) {
    this.id = id;
    this.path = path;
    this.parent = parent;
  }
}

/**
 * A number is made from its path alone, so a path has the same number for as long as its run lives, in every mount
 * and after every restart. Nodes are kept from their first lookup until the kernel forgets them.
 */
export class InodeTable {
  readonly root = new Inode(ROOT_ID, '', null);
  /** One table is all there is: the number of a path leads to its node, without a table of paths that costs as much again. */
  readonly #byId = new Map<number, Inode>();
  /** Nodes whose numbers are not those of their paths, as another node had them. All but always empty. */
  readonly #displaced = new Map<string, Inode>();
  readonly #numberOf: (path: string) => number;

  constructor(numberOf = pathNumber) {
    this.#numberOf = numberOf;
  }

  /** Nodes kept now, the root not counted. */
  get size(): number {
    return this.#byId.size;
  }

  /** @throws LogdirError `not-found` for a number the kernel was never told, or has forgotten. */
  get(id: number): Inode {
    const inode = id === ROOT_ID ? this.root : this.#byId.get(id);
    if (inode === undefined) throw new LogdirError('not-found', `no inode ${id}`);
    return inode;
  }

  /** The node of a path if the kernel knows it. */
  known(path: string): Inode | undefined {
    return path === '' ? this.root : this.#find(path, this.#numberOf(path));
  }

  /** The node of a name and its number, without making it known. */
  child(parent: Inode, name: string): Inode {
    const path = childPath(parent, name);
    const number = this.#numberOf(path);
    return this.#find(path, number) ?? new Inode(this.#freeId(number), path, parent);
  }

  /** The node of a name that the kernel is being told of: counts as one lookup. */
  tell(parent: Inode, name: string): Inode {
    return this.tellChild(this.child(parent, name));
  }

  /**
   * The same for a node that `child` gave. What is told may be another node, of the same path or of another number: whoever
   * keeps the node keeps that one from then on.
   */
  tellChild(child: Inode): Inode {
    if (child.lookups > 0) {
      child.lookups++;
      return child;
    }
    const { id, path, parent } = child;
    const holder = this.#byId.get(id);
    if (holder === undefined && this.#displaced.size === 0) return this.#add(child);
    const number = this.#numberOf(path);
    const known = this.#find(path, number);
    if (known !== undefined) return this.tellChild(known);
    return this.#add(holder === undefined ? child : new Inode(this.#freeId(number), path, parent));
  }

  forget({ nodeId, count }: Forget): void {
    const inode = this.#byId.get(nodeId);
    if (inode === undefined) return;
    inode.lookups -= count;
    if (inode.lookups > 0) return;
    inode.lookups = 0;
    this.#byId.delete(nodeId);
    if (this.#displaced.size > 0) this.#displaced.delete(inode.path);
  }

  #find(path: string, number: number): Inode | undefined {
    const inode = this.#byId.get(number);
    if (inode?.path === path) return inode;
    return this.#displaced.size === 0 ? undefined : this.#displaced.get(path);
  }

  #add(inode: Inode): Inode {
    inode.lookups = 1;
    this.#byId.set(inode.id, inode);
    if (inode.id !== this.#numberOf(inode.path)) this.#displaced.set(inode.path, inode);
    return inode;
  }

  /** Two paths of one number are all but impossible; the later one takes the next. */
  #freeId(number: number): number {
    let id = number;
    while (id <= ROOT_ID || this.#byId.has(id)) id++;
    return id;
  }
}

export function childPath(parent: Inode, name: string): string {
  return parent.path === '' ? name : `${parent.path}/${name}`;
}
