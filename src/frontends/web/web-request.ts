/** One HTTP request as doors see it. What the fast path needs is read from the raw headers, once. @module */

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Shown } from '../../access/index.ts';
import { type Caller, OPERATOR } from '../../namespace/index.ts';

const DASH = 45;

export class WebRequest {
  readonly method: string;
  /** Raw, from its first slash on, with its query. */
  readonly url: string;
  /** The headers of these names; undefined where the request has none. */
  readonly host: string | undefined;
  readonly range: string | undefined;
  /** Whether some header begins with `If-`. */
  readonly isConditional: boolean;
  /** Who asks, and whether it may see figures of the whole program: as the server found, before any door sees the request. */
  caller: Caller = OPERATOR;
  seesMetrics = true;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  #signal: AbortSignal | undefined;

  /** Looks at the list of raw headers, because Node builds the header object only when it is asked for. */
  constructor(req: IncomingMessage, res: ServerResponse) {
    const raw = req.rawHeaders;
    let host: string | undefined;
    let range: string | undefined;
    let isConditional = false;
    for (let index = 0; index < raw.length; index += 2) {
      const name = raw[index] ?? '';
      const value = raw[index + 1] ?? '';
      if (name.length === 4 && name.toLowerCase() === 'host') host ??= value;
      else if (name.length === 5 && name.toLowerCase() === 'range')
        range = range === undefined ? value : `${range}, ${value}`;
      else if (name.charCodeAt(2) === DASH && name.toLowerCase().startsWith('if-')) isConditional = true;
    }
    this.method = req.method ?? '';
    this.url = originForm(req.url ?? '/');
    this.host = host;
    this.range = range;
    this.isConditional = isConditional;
    this.#req = req;
    this.#res = res;
  }

  /** All of them; names in lower case. */
  get headers(): IncomingHttpHeaders {
    return this.#req.headers;
  }

  /** What it shows of whoever sends it. */
  get shown(): Shown {
    const { headers, socket } = this.#req;
    return {
      authorization: headers.authorization,
      peerAddress: socket.remoteAddress,
      header: (name) => {
        const value = headers[name];
        return Array.isArray(value) ? value.join(',') : value;
      },
    };
  }

  /** Address of the client; null when it is gone. */
  get client(): string | null {
    return this.#req.socket.remoteAddress ?? null;
  }

  /** The port that the client reached. */
  get localPort(): number {
    return this.#req.socket.localPort ?? 80;
  }

  /** Aborts when the client goes away. Made when first looked at: answers that are at hand need none. */
  get signal(): AbortSignal {
    this.#signal ??= disconnectSignal(this.#res);
    return this.#signal;
  }
}

/** Proxies may send the whole URL in the request line (RFC 9112 §3.2.2). */
function originForm(url: string): string {
  if (url.startsWith('/')) return url;
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '');
  return path.startsWith('/') ? path : `/${path}`;
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
