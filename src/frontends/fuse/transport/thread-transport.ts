/**
 * Requests through libuv's thread pool, by nothing but public API: one thread waits in `read`. Slower, and the
 * process cannot end while it waits: whoever ends it unmounts first. @module
 */

import { close, read } from 'node:fs';
import { errnoOf } from '../../../core/index.ts';
import { type FuseTransport, REQUEST_BUFFER_BYTES, type SendOutcome, send } from './transport.ts';

/** The kernel's words for "ask again". */
const PASSING = new Set(['EINTR', 'EAGAIN', 'ENOENT']);

export class ThreadTransport implements FuseTransport {
  readonly kind = 'thread';
  readonly #descriptor: number;
  #isClosed = false;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  async run(onChunk: (chunk: Buffer) => void): Promise<void> {
    const buffer = Buffer.allocUnsafeSlow(REQUEST_BUFFER_BYTES);
    while (!this.#isClosed) {
      const bytes = await this.#read(buffer);
      if (bytes === null) break;
      if (bytes > 0) onChunk(buffer.subarray(0, bytes));
    }
    this.close();
  }

  send(message: Uint8Array, data?: Uint8Array): SendOutcome {
    return this.#isClosed ? 'ended' : send(this.#descriptor, message, data);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    close(this.#descriptor, () => undefined);
  }

  /** Bytes read, 0 to ask again, null at the end. */
  #read(buffer: Buffer): Promise<number | null> {
    return new Promise((resolve) => {
      read(this.#descriptor, buffer, 0, buffer.length, null, (error, bytes) => {
        if (error === null) resolve(bytes);
        else resolve(PASSING.has(errnoOf(error) ?? '') ? 0 : null);
      });
    });
  }
}
