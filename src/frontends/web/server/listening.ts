/** The listening socket: how it opens, and how it closes without cutting off who is being served. @module */

import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bracketed, errnoOf, isLoopback, LogdirError, toLogdirError } from '../../../core/index.ts';
import { publicHosts } from './public-hosts.ts';

/** Readers that poll every few seconds keep their connection; a shorter wait would race their next request. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
/** Answers under way get this long when the server closes. */
const CLOSE_GRACE_MS = 3_000;
/** How often connections that fell idle are looked for meanwhile. */
const IDLE_SWEEP_MS = 25;

/** A server that answers. Disposing stops accepting, lets answers under way finish, then cuts off the rest. */
export interface HttpServer extends AsyncDisposable {
  /** Where to reach it from this machine, without a final slash. */
  readonly url: string;
  readonly port: number;
  /** Whether it listens on more than loopback. */
  readonly isPublic: boolean;
  /** Where other machines reach it, likeliest first, without a final slash. */
  readonly publicUrls: readonly string[];
}

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Aborting closes the server as disposing does. */
  readonly signal: AbortSignal;
}

/** @throws LogdirError `unavailable` for a taken port, `permission-denied`, `invalid-argument` for a bad host. */
export async function listenOn(
  listener: RequestListener,
  { host, port, signal }: ListenOptions,
): Promise<HttpServer> {
  signal.throwIfAborted();
  const server = createServer({ noDelay: true, keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS }, listener);
  await started(server, host, port);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeGently(server);
    return closing;
  };
  signal.addEventListener('abort', () => void close(), { once: true });
  const bound = server.address() as AddressInfo;
  return {
    port: bound.port,
    url: `http://${reachableHost(host, bound)}:${bound.port}`,
    isPublic: !isLoopback(bound.address),
    publicUrls: publicHosts(bound.address).map((name) => `http://${bracketed(name)}:${bound.port}`),
    [Symbol.asyncDispose]: close,
  };
}

function started(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, host, port)));
    server.listen({ host, port }, resolve);
  });
}

function listenError(error: Error, host: string, port: number): LogdirError {
  const place = `${host}:${port}`;
  switch (errnoOf(error)) {
    case 'EADDRINUSE':
      return new LogdirError(
        'unavailable',
        `cannot listen on ${place}: another process listens there; stop it, or choose another port (--port 0 takes any free one)`,
        { cause: error },
      );
    case 'EACCES':
      return new LogdirError(
        'permission-denied',
        `cannot listen on ${place}: the system does not allow it; choose a port above 1023`,
        { cause: error },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new LogdirError(
        'invalid-argument',
        `cannot listen on ${place}: this machine has no such address; choose --host 127.0.0.1, or 0.0.0.0 for all`,
        { cause: error },
      );
    default:
      return toLogdirError(error, `cannot listen on ${place}`);
  }
}

async function closeGently(server: Server): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  const cutOff = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(sweep);
  clearTimeout(cutOff);
}

/** A server bound to every address is reached through loopback; IPv6 goes in brackets. */
function reachableHost(host: string, { address, family }: AddressInfo): string {
  if (address === '::' || address === '0.0.0.0') return '127.0.0.1';
  return family === 'IPv6' ? `[${address}]` : host === '' ? address : host;
}
