/** Consecutive stretches of a log in memory, the next one being read while the present one is decoded. @module */

import { MIN_WINDOW_BYTES } from './framing.ts';

/** One read; a page-cached one takes about 0.1 ms. */
const READ_BYTES = 512 * 1024;
/** Room before each read for what is left of the window before it. */
const HEADROOM_BYTES = MIN_WINDOW_BYTES;
export const WINDOW_BYTES = HEADROOM_BYTES + READ_BYTES;

/** What of an open file its log is read by. */
export interface LogFile {
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
}

interface PendingRead {
  readonly buffer: Uint8Array;
  readonly offset: number;
  readonly bytesRead: Promise<number>;
}

/**
 * Reads ahead by one stretch. Windows handed out keep their content until `releasePassed`, because records
 * decoded from them may still be pointed at. At most one read is under way; disposal waits for it.
 */
export class LogWindows implements AsyncDisposable {
  /** File offset after the last byte that was read. */
  end = 0;

  readonly #file: LogFile;
  readonly #allocate: () => Uint8Array;
  readonly #free: Uint8Array[] = [];
  #passed: Uint8Array[] = [];
  #buffer: Uint8Array | null = null;
  #window: Uint8Array = new Uint8Array(0);
  #pending: PendingRead | null = null;

  /** `allocate` gives room of `WINDOW_BYTES`, for as long as the windows live. */
  constructor(file: LogFile, allocate: () => Uint8Array = () => new Uint8Array(WINDOW_BYTES)) {
    this.#file = file;
    this.#allocate = allocate;
  }

  /**
   * The bytes from `position` on: what is left of the present window, and the next stretch. Null at the end of
   * the file. @throws system errors of reading.
   */
  async advance(position: number): Promise<Uint8Array | null> {
    const left = this.#buffer === null ? 0 : Math.max(0, this.end - position);
    const wanted = position + left;
    if (this.#pending?.offset !== wanted) {
      await this.#settle();
      this.#pending = this.#read(wanted);
    }
    const { buffer, bytesRead } = this.#pending;
    const length = await bytesRead;
    this.#pending = null;
    if (length === 0) {
      this.#free.push(buffer);
      return null;
    }
    buffer.set(this.#window.subarray(this.#window.length - left), HEADROOM_BYTES - left);
    if (this.#buffer !== null) this.#passed.push(this.#buffer);
    this.#buffer = buffer;
    this.#window = buffer.subarray(HEADROOM_BYTES - left, HEADROOM_BYTES + length);
    this.end = wanted + length;
    // A short read is the end of the file, for now.
    if (length === READ_BYTES) this.#pending = this.#read(this.end);
    return this.#window;
  }

  /** Says that nothing points into earlier windows any more. */
  releasePassed(): void {
    this.#free.push(...this.#passed);
    this.#passed = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#settle();
  }

  #read(offset: number): PendingRead {
    const buffer = this.#free.pop() ?? this.#allocate();
    const bytesRead = this.#file
      .read(buffer, HEADROOM_BYTES, READ_BYTES, offset)
      .then((result) => result.bytesRead);
    // Whoever awaits it is told; until then a failure must not count as unhandled.
    bytesRead.catch(() => undefined);
    return { buffer, offset, bytesRead };
  }

  /** Waits for a read nobody wants any more, so that its buffer and the file are free. */
  async #settle(): Promise<void> {
    if (this.#pending === null) return;
    const { buffer, bytesRead } = this.#pending;
    this.#pending = null;
    await bytesRead.catch(() => undefined);
    this.#free.push(buffer);
  }
}
