/** Memory that is used over and over: for what is needed only until the next of its kind. @module */

import type { Allocate } from '../history/index.ts';
import type { MemoryLoan } from '../tfevents/index.ts';

export interface ReusableMemory extends Disposable {
  /** All of it overlaps what was allocated before. */
  readonly allocate: Allocate;
}

/** `loan` is used for what fits it, and given back in the end: by then nobody may read or write what was allocated. */
export function reusableMemory(loan: MemoryLoan | null): ReusableMemory {
  const plain = reusable();
  return {
    allocate: (bytes) => loan?.take(bytes) ?? plain(bytes),
    [Symbol.dispose]: () => loan?.[Symbol.dispose](),
  };
}

/** The same memory each time, as long as it is large enough: fresh pages cost more than filling them. */
export function reusable(): Allocate {
  let memory = Buffer.allocUnsafeSlow(0);
  return (bytes) => {
    if (memory.length < bytes) memory = Buffer.allocUnsafeSlow(bytes);
    return memory.subarray(0, bytes);
  };
}
