/**
 * Requests through the event loop: libuv watches the descriptor as if it were a pipe. No thread waits, and the
 * process may end at any time. Node has no public way to watch a descriptor that is no socket; `pipe_wrap` is what
 * net.Socket itself uses. Where it is not to be had (`--permission`, a future Node), `ThreadTransport` serves. @module
 */

import { Socket } from 'node:net';
import { type FuseTransport, REQUEST_BUFFER_BYTES, type SendOutcome, send } from './transport.ts';
import { WakefulLoop } from './wakeful-loop.ts';

/** The part of Node's internal pipe that is used here. */
interface PipeHandle {
  /** Takes the descriptor over; an errno on failure, 0 on success. */
  open(descriptor: number): number;
}
interface PipeWrap {
  readonly Pipe: new (type: number) => PipeHandle;
  readonly constants: { readonly SOCKET: number };
}

export class EpollTransport implements FuseTransport {
  readonly kind = 'epoll';
  readonly #descriptor: number;
  readonly #socket: Socket;
  readonly #loop = new WakefulLoop();
  #onChunk: (chunk: Buffer) => void = () => undefined;

  private constructor(descriptor: number, handle: PipeHandle) {
    this.#descriptor = descriptor;
    const onread = {
      buffer: Buffer.allocUnsafeSlow(REQUEST_BUFFER_BYTES),
      callback: (bytes: number, buffer: Uint8Array) => {
        this.#loop.requestArrived();
        this.#onChunk((buffer as Buffer).subarray(0, bytes));
        return true;
      },
    };
    // Node's types know handles of listening sockets only.
    const options = { handle, onread, readable: true, writable: false };
    this.#socket = new Socket(options as ConstructorParameters<typeof Socket>[0]);
  }

  /** Null where this Node does not allow it; the descriptor is untouched then. */
  static open(descriptor: number): EpollTransport | null {
    const wrap = pipeWrap();
    if (wrap === null) return null;
    const handle = new wrap.Pipe(wrap.constants.SOCKET);
    return handle.open(descriptor) === 0 ? new EpollTransport(descriptor, handle) : null;
  }

  run(onChunk: (chunk: Buffer) => void): Promise<void> {
    this.#onChunk = onChunk;
    return new Promise((resolve) => {
      // ENODEV is how the kernel says that the tree was unmounted; `close` follows whatever the error.
      this.#socket.on('error', () => undefined).on('close', () => resolve());
      this.#socket.resume();
    });
  }

  send(message: Uint8Array, data?: Uint8Array): SendOutcome {
    // The descriptor is closed the moment the socket is destroyed; its number may be another file's by now.
    if (this.#socket.destroyed) return 'ended';
    const outcome = send(this.#descriptor, message, data);
    if (data === undefined) this.#loop.answered();
    return outcome;
  }

  close(): void {
    this.#socket.destroy();
  }
}

function pipeWrap(): PipeWrap | null {
  const { binding } = process as unknown as { readonly binding?: (name: string) => unknown };
  try {
    return binding?.call(process, 'pipe_wrap') as PipeWrap;
  } catch {
    return null;
  }
}
