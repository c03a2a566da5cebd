/** Inode numbers of the paths the kernel knows. @module */

import { hash } from 'node:crypto';
import { LogdirError } from '../../core/index.ts';
import type { Forget } from './protocol/index.ts';

/** `FUSE_ROOT_ID`. */
const ROOT_ID = 1;
/** Hexadecimal digits of a hash taken as a number: 52 bits, exact as a double. */
const NUMBER_DIGITS = 13;

export interface Inode {
  readonly id: number;
  /** Path in the tree; '' is the root. */
  readonly path: string;
  readonly parent: Inode | null;
}

interface Known extends Inode {
  /** Times the kernel was told of it and has not forgotten it yet. */
  lookups: number;
}

/**
 * A number is made from its path alone, so a path has the same number for as long as its run lives, in every mount
 * and after every restart. Nodes are kept from their first lookup until the kernel forgets them.
 */
export class InodeTable {
  readonly root: Inode = { id: ROOT_ID, path: '', parent: null };
  readonly #byId = new Map<number, Known>();
  readonly #byPath = new Map<string, Known>();

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
    return path === '' ? this.root : this.#byPath.get(path);
  }

  /** The number that a name has, without making it known. */
  idOf(parent: Inode, name: string): number {
    const path = childPath(parent, name);
    return this.known(path)?.id ?? this.#freeId(path);
  }

  /** The node of a name that the kernel is being told of: counts as one lookup. */
  tell(parent: Inode, name: string): Inode {
    const path = childPath(parent, name);
    let inode = this.#byPath.get(path);
    if (inode === undefined) {
      inode = { id: this.#freeId(path), path, parent, lookups: 0 };
      this.#byId.set(inode.id, inode);
      this.#byPath.set(path, inode);
    }
    inode.lookups++;
    return inode;
  }

  forget({ nodeId, count }: Forget): void {
    const inode = this.#byId.get(nodeId);
    if (inode === undefined) return;
    inode.lookups -= count;
    if (inode.lookups > 0) return;
    this.#byId.delete(nodeId);
    this.#byPath.delete(inode.path);
  }

  /** Two paths of one hash are all but impossible; the later one takes the next number. */
  #freeId(path: string): number {
    let id = Number.parseInt(hash('sha1', path).slice(0, NUMBER_DIGITS), 16);
    while (id <= ROOT_ID || this.#byId.has(id)) id++;
    return id;
  }
}

export function childPath(parent: Inode, name: string): string {
  return parent.path === '' ? name : `${parent.path}/${name}`;
}
