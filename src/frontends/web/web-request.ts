/** One HTTP request as doors see it. What the fast path needs is read from the raw headers, once. @module */

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Shown } from '../../access/index.ts';
import { type Caller, NOBODY } from '../../namespace/index.ts';
import { type Forwarded, plainAddress } from './server/trusted-proxies.ts';

const DASH = 45;

/** How a request has reached the server, as far as it matters for what it is answered. */
export interface Approach {
  /** Raw, from its first slash on, with its query; below the server's path prefix. */
  readonly url: string;
  /** What stands before `url` in an address that its sender can ask for again: '' or `/x`. */
  readonly basePath: string;
  /** What a proxy that is believed has told; null where none has. */
  readonly forwarded: Forwarded | null;
}

export class WebRequest implements Shown {
  readonly method: string;
  /** Raw, from its first slash on, with its query; doors never see what stands before it. */
  readonly url: string;
  /** What links to other places of this server begin with: '' or `/x`. */
  readonly basePath: string;
  /** The header of this name, or what a proxy that is believed has told instead; undefined where there is none. */
  readonly host: string | undefined;
  /** The header of this name, whoever has sent it. */
  readonly hostHeader: string | undefined;
  /** The header of this name; undefined where the request has none. */
  readonly range: string | undefined;
  /** Whether some header begins with `If-`. */
  readonly isConditional: boolean;
  /** Who asks, and whether it may see figures of the whole program: as the server found, before any door sees the request. */
  caller: Caller = NOBODY;
  seesMetrics = false;
  /** Whether what it is answered is for its caller alone. */
  isPrivate = true;
  /** Of its body, as its head says: 0 for none, infinite where it does not say. */
  readonly bodyBytes: number;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #forwarded: Forwarded | null;
  #signal: AbortSignal | undefined;

  /** Looks at the list of raw headers, because Node builds the header object only when it is asked for. */
  constructor(req: IncomingMessage, res: ServerResponse, { url, basePath, forwarded }: Approach) {
    const raw = req.rawHeaders;
    let host: string | undefined;
    let range: string | undefined;
    let isConditional = false;
    let bodyBytes = 0;
    for (let index = 0; index < raw.length; index += 2) {
      const name = raw[index] ?? '';
      const value = raw[index + 1] ?? '';
      if (name.length === 4 && name.toLowerCase() === 'host') host ??= value;
      else if (name.length === 5 && name.toLowerCase() === 'range')
        range = range === undefined ? value : `${range}, ${value}`;
      else if (name.charCodeAt(2) === DASH && name.toLowerCase().startsWith('if-')) isConditional = true;
      else if (name.length === 14 && name.toLowerCase() === 'content-length') bodyBytes = Number(value);
      else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding')
        bodyBytes = Number.POSITIVE_INFINITY;
    }
    this.method = req.method ?? '';
    this.url = url;
    this.basePath = basePath;
    this.hostHeader = host;
    this.host = forwarded?.host ?? host;
    this.range = range;
    this.isConditional = isConditional;
    this.bodyBytes = bodyBytes;
    this.#req = req;
    this.#res = res;
    this.#forwarded = forwarded;
  }

  /** All of them; names in lower case. */
  get headers(): IncomingHttpHeaders {
    return this.#req.headers;
  }

  get authorization(): string | undefined {
    return this.#req.headers.authorization;
  }

  header(name: string): string | undefined {
    const value = this.#req.headers[name];
    return Array.isArray(value) ? value.join(',') : value;
  }

  /** The port that the client reached. */
  get localPort(): number {
    return this.#req.socket.localPort ?? 80;
  }

  /** Address of whoever has connected: the client or, behind one, a proxy. '' once it is gone. */
  get peer(): string {
    return plainAddress(this.#req.socket.remoteAddress ?? '');
  }

  /** Address of the client, as far as proxies that are believed tell it. */
  get client(): string {
    return this.#forwarded?.client ?? this.peer;
  }

  /** Whether it came through a proxy that is believed. */
  get isForwarded(): boolean {
    return this.#forwarded !== null;
  }

  /** By which the client asks: its proxy may take TLS away. */
  get protocol(): 'http' | 'https' {
    return this.#forwarded?.protocol ?? (this.isEncrypted ? 'https' : 'http');
  }

  /** Whether the connection to this server has TLS. */
  get isEncrypted(): boolean {
    return 'encrypted' in this.#req.socket;
  }

  /** Aborts when the client goes away. Made when first looked at: answers that are at hand need none. */
  get signal(): AbortSignal {
    this.#signal ??= disconnectSignal(this.#res);
    return this.#signal;
  }
}

/** A signal that aborts when the client goes away before the reply is complete. */
function disconnectSignal(res: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (res.destroyed) controller.abort();
  res.once('close', () => {
    if (!res.writableFinished) controller.abort();
  });
  return controller.signal;
}
