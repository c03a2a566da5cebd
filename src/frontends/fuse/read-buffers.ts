/** Memory that answers to reads are put together in, used over and over: fresh pages cost more than filling them. @module */

/** The most that a read asks for: MAX_PAGES of 4 KiB. */
const BUFFER_BYTES = 1024 * 1024;
/** Kept when nobody uses them; two reads of one program are under way at a time, seldom more. */
const MAX_SPARE = 4;

export class ReadBuffers {
  readonly #spare: Buffer[] = [];

  take(bytes: number): Buffer {
    if (bytes > BUFFER_BYTES) return Buffer.allocUnsafeSlow(bytes);
    return (this.#spare.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES)).subarray(0, bytes);
  }

  /** Gives back what `take` gave. */
  give(buffer: Buffer): void {
    if (buffer.buffer.byteLength !== BUFFER_BYTES || this.#spare.length >= MAX_SPARE) return;
    this.#spare.push(Buffer.from(buffer.buffer));
  }
}
