/** Memory for blocks that are looked at and let go: a card over many runs would else leave as much garbage as they have history. @module */

/** Memory of so many bytes, good until the work it was given for is done. */
export type Allocate = (bytes: number) => Uint8Array;

/** Pieces of memory, as many as there is work at a time. */
export class BlockMemory {
  readonly #free: Uint8Array[] = [];

  /** Lends memory to some work, which must not ask twice at a time. */
  async lend<T>(work: (allocate: Allocate) => Promise<T>): Promise<T> {
    let memory = this.#free.pop() ?? new Uint8Array();
    try {
      return await work((bytes) => {
        if (memory.length < bytes) memory = Buffer.allocUnsafeSlow(bytes);
        return memory.subarray(0, bytes);
      });
    } finally {
      this.#free.push(memory);
    }
  }
}
