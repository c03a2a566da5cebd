/** Pieces of the memory of WebAssembly that are lent: what is written there is not copied to be encoded, or to be sent. @module */

export interface MemoryLoan extends Disposable {
  /** The piece from its start, over what is in it; null where it has not so many bytes. */
  take(bytes: number): Uint8Array | null;
}

/** Pieces of one size. The one that was given back last is lent first: its pages are in use. */
export class WasmLoans {
  readonly #memory: ArrayBuffer;
  readonly #pieceBytes: number;
  readonly #free: number[];

  constructor(memory: ArrayBuffer, start: number, pieceBytes: number, count: number) {
    this.#memory = memory;
    this.#pieceBytes = pieceBytes;
    this.#free = Array.from({ length: count }, (_, i) => start + (count - 1 - i) * pieceBytes);
  }

  /** Null where all are lent. */
  lend(): MemoryLoan | null {
    const at = this.#free.pop();
    if (at === undefined) return null;
    return {
      take: (bytes) => (bytes > this.#pieceBytes ? null : new Uint8Array(this.#memory, at, bytes)),
      [Symbol.dispose]: () => void this.#free.push(at),
    };
  }
}
