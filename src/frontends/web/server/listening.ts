/** The listening socket: how it opens, within which bounds, and how it closes without losing a response. @module */

import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { bracketed, errnoOf, isLoopback, LogdirError, toLogdirError } from '../../../core/index.ts';
import type { Logger, Metrics } from '../../../observability/index.ts';
import { MAX_HEADERS } from './admission.ts';
import { Certificate, type TlsFiles } from './certificate.ts';
import { Connections } from './connections.ts';
import { publicHosts } from './public-hosts.ts';

/** Readers that poll every few seconds keep their connection; a shorter wait would race their next request. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
/** Of all headers of a request together, as Node has it: names and queries of a great many runs fit. */
const MAX_HEADER_BYTES = 16_384;
/** For the head of a request. Clients send it in one packet. */
const HEADERS_TIMEOUT_MS = 15_000;
/** For a request with its body, which nobody needs. */
const REQUEST_TIMEOUT_MS = 20_000;
/** How often both are looked at. */
const TIMEOUT_CHECK_MS = 2_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Between two complaints about clients that were turned away. */
const FULL_LOG_INTERVAL_MS = 60_000;

/** What a server for others needs beyond an address. The defaults are for one that only its own machine reaches. */
export interface ServingOptions {
  /** Null: no encryption. */
  readonly tls: TlsFiles | null;
  /** What stands before every URL: '' or a path such as `/x`. Doors that say so are at the root as well. */
  readonly pathPrefix: string;
  /** Addresses and CIDR ranges of proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[];
  /** More are closed at once. */
  readonly maxConnections: number;
  /** A response is dropped when its client has taken nothing of it for so long. */
  readonly stallTimeoutMs: number;
  /** Responses under way get this long when the server closes. */
  readonly drainTimeoutMs: number;
}

export const DEFAULT_SERVING: ServingOptions = {
  tls: null,
  pathPrefix: '',
  trustedProxies: [],
  maxConnections: 4096,
  stallTimeoutMs: 60_000,
  drainTimeoutMs: 20_000,
};

/** A server that answers. Disposing stops accepting, lets answers under way finish, then cuts off the rest. */
export interface HttpServer extends AsyncDisposable {
  /** Where to reach it from this machine, with the path prefix, without a final slash. */
  readonly url: string;
  readonly port: number;
  /** Whether it listens on more than loopback. */
  readonly isPublic: boolean;
  /** Where other machines reach it, likeliest first; as `url`. */
  readonly publicUrls: readonly string[];
  /** Reads the certificate again. @throws LogdirError for a bad one; the one before stays in use. */
  reload(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** The flag by which people choose the port; default: `--port`. */
  readonly portFlag?: string;
  /** Aborting closes the server as disposing does. */
  readonly signal: AbortSignal;
  readonly serving?: Partial<ServingOptions>;
}

interface ListenParts {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * @throws LogdirError `unavailable` for a taken port, `permission-denied`, `invalid-argument` for a bad host or
 *   certificate.
 */
export async function listenOn(
  listener: RequestListener,
  { host, port, portFlag = '--port', signal, serving }: ListenOptions,
  parts: ListenParts,
): Promise<HttpServer> {
  signal.throwIfAborted();
  const options = { ...DEFAULT_SERVING, ...serving };
  const certificate = options.tls === null ? null : await Certificate.load(options.tls, parts.logger);
  const connections = new Connections(() => count(parts.metrics, 'stalled'));
  const server = createBoundedServer(connections.guard(listener), options, certificate, parts);
  server.on('connection', () => connections.accepted());
  server.on(certificate === null ? 'connection' : 'secureConnection', (socket: Socket) => {
    connections.add(socket);
  });
  await started(server, host, port, portFlag);
  const close = once(async () => {
    certificate?.[Symbol.dispose]();
    const { responses } = connections;
    if (responses > 0) parts.logger.info({ responses }, 'closing, once what is under way has been answered');
    await connections.close(server, options.drainTimeoutMs);
  });
  signal.addEventListener('abort', () => void close(), { once: true });
  const bound = server.address() as AddressInfo;
  const urlOf = (name: string) =>
    `${certificate === null ? 'http' : 'https'}://${name}:${bound.port}${options.pathPrefix}`;
  return {
    port: bound.port,
    url: urlOf(reachableHost(host, bound)),
    isPublic: !isLoopback(bound.address),
    publicUrls: publicHosts(bound.address).map((name) => urlOf(bracketed(name))),
    reload: async () => await certificate?.reload(),
    [Symbol.asyncDispose]: close,
  };
}

function createBoundedServer(
  listener: RequestListener,
  { maxConnections, stallTimeoutMs }: ServingOptions,
  certificate: Certificate | null,
  { logger, metrics }: ListenParts,
): Server | TlsServer {
  const bounds: ServerOptions = {
    noDelay: true,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  };
  const server =
    certificate === null
      ? createServer(bounds, listener)
      : createTlsServer(
          { ...bounds, ...certificate.options, handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
          listener,
        );
  if ('setSecureContext' in server) certificate?.follow((renewed) => server.setSecureContext(renewed));
  // One more than is accepted, so that who sends too many is told.
  server.maxHeadersCount = MAX_HEADERS + 1;
  server.timeout = stallTimeoutMs;
  server.maxConnections = maxConnections;
  // Whoever asks first whether to send a body is answered, and never told to go on.
  server.on('checkContinue', listener);
  server.on('drop', fullReport(maxConnections, logger, metrics));
  return server;
}

function fullReport(maxConnections: number, logger: Logger, metrics: Metrics): () => void {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    count(metrics, 'limit');
    if (performance.now() - toldAtMs < FULL_LOG_INTERVAL_MS) return;
    toldAtMs = performance.now();
    logger.warn({ maxConnections }, 'all connections are taken: new ones are closed (--max-connections)');
  };
}

function count(metrics: Metrics, reason: 'limit' | 'stalled'): void {
  metrics.increment('http_dropped_connections_total', { reason });
}

function once(act: () => Promise<void>): () => Promise<void> {
  let acting: Promise<void> | undefined;
  return () => {
    acting ??= act();
    return acting;
  };
}

function started(server: Server, host: string, port: number, portFlag: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, `${host}:${port}`, portFlag)));
    server.listen({ host, port }, resolve);
  });
}

function listenError(error: Error, place: string, portFlag: string): LogdirError {
  switch (errnoOf(error)) {
    case 'EADDRINUSE':
      return new LogdirError(
        'unavailable',
        `cannot listen on ${place}: another process listens there; stop it, or choose another port (${portFlag} 0 takes any free one)`,
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

/** A server bound to every address is reached through loopback; IPv6 goes in brackets. */
function reachableHost(host: string, { address, family }: AddressInfo): string {
  if (address === '::' || address === '0.0.0.0') return '127.0.0.1';
  return family === 'IPv6' ? `[${address}]` : host === '' ? address : host;
}
