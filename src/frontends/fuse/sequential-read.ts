/**
 * One pass over a file, in the pieces that reads ask for. Blocks are made once, in memory that is used again, where
 * single reads would make those at their edges twice; and what will be asked for next is made before it is, while the program
 * takes in what it was given. @module
 */

import { type OpenFile, piecesOf } from '../../tree/index.ts';
import type { ReadBuffers } from './read-buffers.ts';

/** A pass whose reader has paused for longer gives its memory back. */
const IDLE_MS = 5000;

export class SequentialRead {
  /** The file that is passed over, frozen. */
  readonly file: OpenFile;
  readonly #buffers: ReadBuffers;
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #ending = new AbortController();
  readonly #idle: NodeJS.Timeout;
  #rest: Uint8Array = new Uint8Array(0);
  /** What follows, made before it is asked for. */
  #ahead: Buffer | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** Reads that wait for their bytes. */
  #waiting = 0;
  /** Where the read after the last that was asked for begins, and the one after the last that has its bytes. */
  #next: number;
  #given: number;

  constructor(file: OpenFile, start: number, buffers: ReadBuffers) {
    this.file = file;
    this.#buffers = buffers;
    this.#next = start;
    this.#given = start;
    const range = { start, end: file.node.size };
    const { signal } = this.#ending;
    this.#pieces = piecesOf(file.read(range, { signal, transient: true }));
    this.#idle = setTimeout(() => this.close(), IDLE_MS).unref();
  }

  /** Whether a read from there continues this pass. */
  continuesAt(offset: number): boolean {
    return offset === this.#next && !this.#ending.signal.aborted;
  }

  /** The bytes that follow, in a buffer to be given back; reads take turns. Rejects, for good, when the file can't be read. */
  read(length: number): Promise<Buffer> {
    this.#next += length;
    this.#waiting++;
    this.#idle.refresh();
    const taken = this.#turn.then(() => this.#take(length)).finally(() => this.#waiting--);
    // A failure is for the read that met it; those behind it meet it again.
    this.#turn = taken.catch(() => this.close());
    return taken;
  }

  /** Makes as much as was asked for last, unless somebody waits for it already. Called when that was sent. */
  readAhead(length: number): void {
    const next = Math.min(length, this.file.node.size - this.#next);
    if (next <= 0 || this.#waiting > 0 || this.#ending.signal.aborted) return;
    const made = this.#turn.then(async () => {
      this.#ahead ??= await this.#make(next);
    });
    this.#turn = made.catch(() => this.close());
  }

  async #take(length: number): Promise<Buffer> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead !== undefined && ahead.length !== length) {
      this.#rest = Buffer.concat([ahead, this.#rest]);
      this.#buffers.give(ahead);
    }
    const bytes = ahead?.length === length ? ahead : await this.#make(length);
    this.#given += length;
    if (this.#given >= this.file.node.size) this.close();
    return bytes;
  }

  async #make(length: number): Promise<Buffer> {
    const bytes = this.#buffers.take(length);
    try {
      await this.#fill(bytes);
      return bytes;
    } catch (error) {
      this.#buffers.give(bytes);
      throw error;
    }
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
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#ending.abort();
    this.#turn = this.#turn.then(() => this.#giveBack()).catch(() => undefined);
  }

  async #giveBack(): Promise<void> {
    if (this.#ahead !== undefined) this.#buffers.give(this.#ahead);
    this.#ahead = undefined;
    await this.#pieces.return?.();
  }
}
