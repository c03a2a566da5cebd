/**
 * The connections of one server, and the responses under way on them: bounds on both, readers that have stopped reading,
 * and the end, at which no response is lost. @module
 */

import type { RequestListener, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { plainReply } from '../protocol/reply.ts';
import { send } from './response-body.ts';

/** Requests that wait behind another on one connection may each hold a piece of a file. No browser sends any. */
const MAX_WAITING = 32;
/** How often connections are looked at while the server closes. */
const LOOK_MS = 25;
/**
 * A connection is ended once nothing has come or gone for so many looks: a client that has just read a response may have
 * sent its next request already, and would not know whether it was heard. Where requests go on coming the clients are
 * busy, and take longer. Counted and not timed, as a busy process looks at the clock before it reads what has come.
 */
const QUIET_LOOKS: { readonly busy: number; readonly otherwise: number } = { busy: 80, otherwise: 10 };

/**
 * Node accepts one connection in a turn of its event loop, and the system resets those that wait for it when the server
 * stops listening. So it goes on until no more have come for so many looks, but no longer than this.
 */
const ACCEPT = { quietLooks: 4, maxMs: 5000 } as const;

/** A connection while the server closes. */
interface Quiet {
  /** That have passed, both ways. */
  readonly bytes: number;
  /** Since when they are as many. */
  readonly looks: number;
}

export class Connections {
  /** Called when a response is dropped because its client has stopped reading. */
  readonly #onStalled: () => void;
  /** Responses that were not whole in the turn of their request, by connection. */
  readonly #underWay = new Map<Socket, Set<ServerResponse>>();
  /** Those that requests come by. */
  readonly #sockets = new Set<Socket>();
  #accepted = 0;
  #isClosing = false;
  #quietLooks = QUIET_LOOKS.otherwise;

  constructor(onStalled: () => void) {
    this.#onStalled = onStalled;
  }

  /** A connection was accepted; requests come by it once it has its encryption. */
  accepted(): void {
    this.#accepted++;
  }

  add(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      const unheard = this.#underWay.get(socket) ?? NONE;
      this.#underWay.delete(socket);
      // Node tells the first of them alone; those that wait behind it would keep what they hold for good.
      for (const res of unheard) res.destroy().emit('close');
    });
  }

  /** The listener, within the bounds of its connection. */
  guard(listener: RequestListener): RequestListener {
    return (req, res) => {
      if (this.#isClosing) {
        res.shouldKeepAlive = false;
        this.#quietLooks = QUIET_LOOKS.busy;
      }
      const { size } = this.#underWay.get(req.socket) ?? NONE;
      if (size >= MAX_WAITING) return refuseWaiting(res);
      listener(req, res);
      // A response without a socket waits behind another.
      if (!res.writableEnded || res.socket === null) this.#follow(req.socket, res);
    };
  }

  #follow(socket: Socket, res: ServerResponse): void {
    if (socket.destroyed) return;
    const underWay = this.#underWay.get(socket) ?? new Set();
    this.#underWay.set(socket, underWay.add(res));
    res.once('close', () => underWay.delete(res));
    // Emitted when nothing has passed for as long as the server's `timeout`; one that still waits for its bytes may.
    res.on('timeout', () => {
      if (socket.writableLength === 0) return;
      this.#onStalled();
      socket.destroy();
    });
  }

  /**
   * Stops accepting, once none wait for it. Responses under way end whole, and their connections with them, or are cut off
   * after `graceMs`.
   */
  async close(server: NetServer, graceMs: number): Promise<void> {
    await this.#acceptWaiting(Math.min(ACCEPT.maxMs, graceMs));
    this.#isClosing = true;
    for (const responses of this.#underWay.values())
      for (const res of responses) if (!res.headersSent) res.shouldKeepAlive = false;
    const quiet = new Map<Socket, Quiet>();
    const looking = setInterval(() => this.#endQuiet(quiet), LOOK_MS);
    await new Promise<void>((resolve) => {
      // http's own would cut off idle connections at once, and with them requests that were just sent.
      NetServer.prototype.close.call(server, () => resolve());
      // Then nobody is waited for any more, nor one whose encryption is still being agreed on.
      setTimeout(resolve, graceMs).unref();
    });
    clearInterval(looking);
    for (const socket of this.#sockets) socket.destroy();
    // Ends the timer by which Node looks for requests that take too long.
    server.close();
  }

  async #acceptWaiting(maxMs: number): Promise<void> {
    const endMs = performance.now() + maxMs;
    let known = this.#accepted;
    for (let looks = 0; looks < ACCEPT.quietLooks && performance.now() < endMs; looks++) {
      await delay(LOOK_MS);
      if (this.#accepted !== known) looks = 0;
      known = this.#accepted;
    }
  }

  /** Responses under way, for whoever waits for them. */
  get responses(): number {
    let count = 0;
    for (const { size } of this.#underWay.values()) count += size;
    return count;
  }

  /** Ends connections by which nothing has come or gone for a while. */
  #endQuiet(quiet: Map<Socket, Quiet>): void {
    for (const socket of this.#sockets) {
      const bytes = socket.bytesRead + socket.bytesWritten;
      const before = quiet.get(socket);
      const isBusy = socket.writableLength > 0 || (this.#underWay.get(socket)?.size ?? 0) > 0;
      const looks = isBusy || before?.bytes !== bytes ? 0 : before.looks + 1;
      if (looks < this.#quietLooks) quiet.set(socket, { bytes, looks });
      else socket.destroy();
    }
  }
}

const NONE: ReadonlySet<ServerResponse> = new Set();

function refuseWaiting(res: ServerResponse): void {
  res.shouldKeepAlive = false;
  const sentence = `refused: ${MAX_WAITING} requests wait on this connection; read their responses first`;
  send(res, plainReply(503, sentence, ['Retry-After', '1']), false);
}
