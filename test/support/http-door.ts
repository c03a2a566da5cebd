/** Starts the HTTP door on a free loopback port, and asks it raw questions. @module */

import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { connect } from 'node:net';
import type { Access } from '../../src/access/index.ts';
import { systemClock } from '../../src/core/index.ts';
import { createFiles } from '../../src/frontends/files/index.ts';
import { createPages, type GrpcPort } from '../../src/frontends/pages/index.ts';
import {
  createProbes,
  createWebServer,
  type HttpServer,
  type ServingOptions,
  type WebServer,
} from '../../src/frontends/web/index.ts';
import { createWebHdfs } from '../../src/frontends/webhdfs/index.ts';
import { createMetrics, type Logger, type Metrics, silentLogger } from '../../src/observability/index.ts';
import type { Overview } from '../../src/overview/index.ts';
import type { LogdirTree } from '../../src/tree/index.ts';
import { memoryOverview } from './memory-overview.ts';

export interface ServedOptions {
  readonly overview?: Overview;
  readonly metrics?: Metrics;
  readonly version?: string;
  readonly isReady?: () => boolean;
  /** For `serveTree`. */
  readonly serving?: Partial<ServingOptions>;
  /** For `serveTree`. Default: loopback. */
  readonly host?: string;
  readonly logger?: Logger;
  readonly grpc?: GrpcPort;
  readonly ownSources?: readonly string[];
  /** Default: everybody sees everything. */
  readonly access?: Access;
}

/** A server with every door over a tree. */
export function webServer(tree: LogdirTree, options: ServedOptions = {}): WebServer {
  const { overview = memoryOverview(new Map()), version = '0.0.0' } = options;
  const { metrics = createMetrics({ processMetrics: false }), isReady = () => true } = options;
  const { grpc = null, ownSources = [], logger = silentLogger() } = options;
  const doors = [
    createWebHdfs(),
    createFiles(version),
    createProbes({ metrics, isReady }),
    createPages({ version, overviewOf: () => overview, grpc: () => grpc, ownSources, clock: systemClock }),
  ];
  const { access } = options;
  return createWebServer({ treeOf: () => tree, doors, logger, metrics, ...(access && { access }) });
}

/** The same, on a free port. */
export function serveTree(tree: LogdirTree, options: ServedOptions = {}): Promise<HttpServer> {
  const { signal } = new AbortController();
  const { serving = {}, host = '127.0.0.1' } = options;
  return webServer(tree, options).listen({ host, port: 0, signal, serving });
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request with the path exactly as given. */
export function ask(
  server: Pick<HttpServer, 'port'>,
  path: string,
  options: RequestOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port: server.port, path, agent: false, ...options }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks) }),
      );
    });
    req.on('error', reject);
    req.end();
  });
}

/** Sends bytes as they are and returns everything that comes back until the server closes. */
export function askRaw(server: Pick<HttpServer, 'port'>, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
