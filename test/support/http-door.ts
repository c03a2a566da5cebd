/** Starts the HTTP door on a free loopback port, and asks it raw questions. @module */

import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { connect } from 'node:net';
import {
  createHttpFrontend,
  type HttpFrontendOptions,
  type HttpServer,
} from '../../src/frontends/http/index.ts';
import { createMetrics, silentLogger } from '../../src/observability/index.ts';
import type { Overview } from '../../src/overview/index.ts';
import type { LogdirTree } from '../../src/tree/index.ts';
import { memoryOverview } from './memory-overview.ts';

export async function serveTree(
  tree: LogdirTree,
  options: Partial<HttpFrontendOptions> = {},
  overview: Overview = memoryOverview(new Map()),
): Promise<HttpServer> {
  const metrics = createMetrics({ processMetrics: false });
  const base = { tree, overview, metrics, logger: silentLogger(), version: '0.0.0', isReady: () => true };
  return createHttpFrontend({ ...base, ...options }).listen({
    host: '127.0.0.1',
    port: 0,
    signal: new AbortController().signal,
  });
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request with the path exactly as given. */
export function ask(server: HttpServer, path: string, options: RequestOptions = {}): Promise<Answer> {
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
export function askRaw(server: HttpServer, text: string): Promise<string> {
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
