/**
 * One pass over a file, in the pieces that reads ask for. Blocks are made once, in memory that is used again, where
 * single reads would make those at their edges twice. @module
 */

import { type OpenFile, piecesOf } from '../../tree/index.ts';

/** A pass whose reader has paused for longer gives its memory back. */
const IDLE_MS = 5000;

export class SequentialRead {
  /** The file that is passed over, frozen. */
  readonly file: OpenFile;
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #ending = new AbortController();
  readonly #idle: NodeJS.Timeout;
  #rest: Uint8Array = new Uint8Array(0);
  #turn: Promise<unknown> = Promise.resolve();
  #next: number;

  constructor(file: OpenFile, start: number) {
    this.file = file;
    this.#next = start;
    const range = { start, end: file.node.size };
    const { signal } = this.#ending;
    this.#pieces = piecesOf(file.read(range, { signal, transient: true }));
    this.#idle = setTimeout(() => this.close(), IDLE_MS).unref();
  }

  /** Whether a read from there continues this pass. */
  continuesAt(offset: number): boolean {
    return offset === this.#next && !this.#ending.signal.aborted;
  }

  /** Fills `target` with the bytes that follow; reads take turns. Rejects, for good, when the file can't be read. */
  fill(target: Uint8Array): Promise<void> {
    this.#next += target.length;
    this.#idle.refresh();
    const filled = this.#turn.then(() => this.#fill(target));
    // A failure is for the read that met it; those behind it meet it again.
    this.#turn = filled.catch(() => this.close());
    return filled;
  }

  async #fill(target: Uint8Array): Promise<void> {
    this.#ending.signal.throwIfAborted();
    for (let filled = 0; filled < target.length; ) {
      if (this.#rest.length === 0) {
        const { value, done } = await this.#pieces.next();
        if (done) throw new RangeError('a file ended before its size');
        this.#rest = value;
      }
      const part = this.#rest.subarray(0, target.length - filled);
      target.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    if (this.#next >= this.file.node.size) this.close();
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#ending.abort();
    this.#turn = this.#turn.then(() => this.#pieces.return?.()).catch(() => undefined);
  }
}
