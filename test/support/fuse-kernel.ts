/** The kernel's side of a FUSE connection, without a kernel: builds requests, collects answers. @module */

import type { FuseTransport, SendOutcome } from '../../src/frontends/fuse/transport/index.ts';

/** An answer: 0 or an error number, and the body. */
export interface FuseAnswer {
  readonly errno: number;
  readonly body: Buffer;
}

const HEADER_BYTES = 40;

export class FuseKernel implements FuseTransport {
  readonly kind = 'epoll';
  /** Notifications: codes and bodies, in order. */
  readonly notifications: { readonly code: number; readonly body: Buffer }[] = [];
  /** Answers to requests that nobody waits for. */
  readonly unwanted: number[] = [];
  readonly #waiting = new Map<number, (answer: FuseAnswer) => void>();
  #deliver: (chunk: Buffer) => void = () => undefined;
  #end: () => void = () => undefined;
  #unique = 2;

  run(onChunk: (chunk: Buffer) => void): Promise<void> {
    this.#deliver = onChunk;
    return new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  send(message: Uint8Array, data: Uint8Array = new Uint8Array(0)): SendOutcome {
    const bytes = Buffer.concat([message, data]);
    if (bytes.readUInt32LE(0) !== bytes.length) throw new Error('the length of an answer is wrong');
    const unique = Number(bytes.readBigUInt64LE(8));
    const code = bytes.readInt32LE(4);
    const body = bytes.subarray(16);
    if (unique === 0) {
      this.notifications.push({ code, body });
      return 'sent';
    }
    const resolve = this.#waiting.get(unique);
    if (resolve === undefined) {
      this.unwanted.push(unique);
      return 'unwanted';
    }
    this.#waiting.delete(unique);
    resolve({ errno: Math.abs(code), body });
    return 'sent';
  }

  /** As after an unmount. */
  close(): void {
    this.#end();
  }

  /** Sends one request and waits for its answer. */
  ask(opcode: number, nodeId: number, body: Uint8Array = new Uint8Array(0)): Promise<FuseAnswer> {
    return this.start(opcode, nodeId, body).answer;
  }

  /** Sends one request; `unique` names it in interrupts. */
  start(opcode: number, nodeId: number, body: Uint8Array = new Uint8Array(0)) {
    const unique = this.#take();
    const answer = this.expect(unique);
    this.#deliver(requestFrame({ opcode, unique, nodeId, body }));
    return { unique, answer };
  }

  /** Sends bytes as they are. */
  deliver(chunk: Buffer): void {
    this.#deliver(chunk);
  }

  /** The answer to a request that was, or will be, delivered. */
  expect(unique: number): Promise<FuseAnswer> {
    return new Promise((resolve) => this.#waiting.set(unique, resolve));
  }

  /** The kernel sends even numbers; an odd one is an interrupt's own. */
  #take(): number {
    this.#unique += 2;
    return this.#unique;
  }
}

export function requestFrame(request: {
  readonly opcode: number;
  readonly unique: number;
  readonly nodeId: number;
  readonly body?: Uint8Array;
}): Buffer {
  const { opcode, unique, nodeId, body = new Uint8Array(0) } = request;
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(HEADER_BYTES + body.length, 0);
  header.writeUInt32LE(opcode, 4);
  header.writeBigUInt64LE(BigInt(unique), 8);
  header.writeBigUInt64LE(BigInt(nodeId), 16);
  return Buffer.concat([header, body]);
}

/** Bodies of requests, as the `fuse_*_in` structures have them. */
export const requestBody = {
  name: (name: string) => Buffer.from(`${name}\0`),
  numbers: (...words: readonly number[]) => {
    const body = Buffer.alloc(8 * words.length);
    words.forEach((word, i) => {
      body.writeBigInt64LE(BigInt(word), 8 * i);
    });
    return body;
  },
  /** `fuse_read_in`: handle, offset, size and what we do not look at. */
  read: (handle: number, offset: number, size: number) => requestBody.numbers(handle, offset, size, 0, 0),
};
