/** Numbers for what the kernel has open. @module */

import { FuseError } from './error-number.ts';
import { ERRNO } from './protocol/index.ts';

export class HandleTable<T> {
  readonly #open = new Map<number, T>();
  #next = 1;

  get size(): number {
    return this.#open.size;
  }

  add(value: T): number {
    const handle = this.#next++;
    this.#open.set(handle, value);
    return handle;
  }

  find(handle: number): T | undefined {
    return this.#open.get(handle);
  }

  /** @throws FuseError EBADF for a number that is not open. */
  get(handle: number): T {
    const value = this.#open.get(handle);
    if (value === undefined) throw new FuseError(ERRNO.EBADF, `no open handle ${handle}`);
    return value;
  }

  /** The same, and closes it. */
  take(handle: number): T {
    const value = this.get(handle);
    this.#open.delete(handle);
    return value;
  }
}
