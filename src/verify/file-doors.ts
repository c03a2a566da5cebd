/** Event files through the doors that give files: read whole, as a program beside this one would. @module */

import { open } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { byteRange, LogdirError } from '../core/index.ts';
import { type LogdirTree, piecesOf } from '../tree/index.ts';

/** Asked for at a time over HTTP, and from a mount: no multiple of a page, so that pieces are cut anywhere. */
const PIECE_BYTES = 1_000_003;

/** A file frozen at the size it had when opened. */
export interface DoorFile extends AsyncDisposable {
  readonly size: number;
  /** From its start; once more each time. A piece is good until the next is asked for. */
  read(): AsyncIterable<Uint8Array>;
}

export interface FileDoor extends AsyncDisposable {
  /** `path`: in the tree. @throws LogdirError */
  open(path: string, options: { readonly signal: AbortSignal }): Promise<DoorFile>;
}

/** No door: the tree that all of them serve. */
export function treeDoor(tree: LogdirTree): FileDoor {
  return {
    async open(path, { signal }) {
      const file = await tree.open(path, { freshness: 'cached', signal });
      const { size } = file.node;
      return {
        size,
        read: () => piecesOf(file.read(byteRange(0, size), { signal, transient: true })),
        [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
      };
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** A server, range by range. `url`: its address, without a slash at its end. */
export function httpDoor(url: string): FileDoor {
  // One of its own: the global one asks a proxy where the environment says so.
  const agent = new Agent({ keepAlive: true });
  return {
    async open(path, { signal }) {
      const address = `${url}/logdir/${path.split('/').map(encodeURIComponent).join('/')}`;
      const ask = (method: string, headers = {}) => answer(address, { method, headers, agent, signal });
      const head = await ask('HEAD');
      head.resume();
      const size = Number(head.headers['content-length']);
      return {
        size,
        read: () => readRanges(size, (range) => ask('GET', { range })),
        async [Symbol.asyncDispose]() {},
      };
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
    },
  };
}

/** A mounted directory. One call at a time: those that wait for the mount hold threads that answer it. */
export function mountDoor(directory: string): FileDoor {
  return {
    async open(path) {
      const file = await open(join(directory, path));
      const { size } = await file.stat();
      return {
        size,
        async *read() {
          const memory = Buffer.allocUnsafe(PIECE_BYTES);
          for (let at = 0; at < size; ) {
            const { bytesRead } = await file.read(memory, 0, Math.min(PIECE_BYTES, size - at), at);
            if (bytesRead === 0) throw shortOf(size, at);
            yield memory.subarray(0, bytesRead);
            at += bytesRead;
          }
        },
        [Symbol.asyncDispose]: () => file.close(),
      };
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function* readRanges(
  size: number,
  ask: (range: string) => Promise<IncomingMessage>,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; at += PIECE_BYTES) {
    const end = Math.min(at + PIECE_BYTES, size);
    const response = await ask(`bytes=${at}-${end - 1}`);
    const range = response.headers['content-range'] ?? '';
    if (response.statusCode !== 206 || !range.startsWith(`bytes ${at}-${end - 1}/`)) {
      response.resume();
      throw new LogdirError(
        'corrupt',
        `bytes ${at} to ${end} were answered by ${response.statusCode} ${range}`,
      );
    }
    let received = 0;
    for await (const piece of response as AsyncIterable<Buffer>) {
      received += piece.length;
      yield piece;
    }
    if (received !== end - at) throw shortOf(end, at + received);
  }
}

async function answer(
  address: string,
  options: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly agent: Agent;
    readonly signal: AbortSignal;
  },
): Promise<IncomingMessage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(address, options, resolve).once('error', reject).end();
  });
  const { statusCode = 0 } = response;
  if (statusCode < 300) return response;
  response.resume();
  const code = statusCode === 404 ? 'not-found' : 'unavailable';
  throw new LogdirError(code, `${options.method} ${address} was answered by ${statusCode}`);
}

function shortOf(expected: number, found: number): LogdirError {
  return new LogdirError(
    'corrupt',
    `the file ended after ${found} bytes, of ${expected} it was said to have`,
  );
}
