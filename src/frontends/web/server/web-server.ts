/** The HTTP server: finds the door that a URL belongs to, has it answer, and sends what it says. @module */

import type { ServerResponse } from 'node:http';
import { LogdirError, type MaybePromise } from '../../../core/index.ts';
import type { Logger, Metrics } from '../../../observability/index.ts';
import type { LogdirTree } from '../../../tree/index.ts';
import type { Door } from '../door.ts';
import { type HttpFailure, httpFailure } from '../protocol/failure.ts';
import { plainFailure, plainReply } from '../protocol/reply.ts';
import { WebRequest } from '../web-request.ts';
import { createHostCheck } from './host-check.ts';
import { type HttpServer, type ListenOptions, listenOn } from './listening.ts';
import { replyAboutNode } from './node-reply.ts';
import { RequestMetrics } from './request-metrics.ts';
import { send } from './response-body.ts';

export interface WebServerOptions {
  readonly tree: LogdirTree;
  /** Asked in this order whether a URL is theirs. */
  readonly doors: readonly Door[];
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface WebServer {
  /** Starts to answer; see `HttpServer` for how to stop. May be called for several addresses. */
  listen(options: ListenOptions): Promise<HttpServer>;
}

/** The server over a tree. Nothing listens until `listen`. */
export function createWebServer(options: WebServerOptions): WebServer {
  const metrics = new RequestMetrics(options.metrics);
  const handler = new RequestHandler(options.tree, options.logger.child({ room: 'web' }));
  const { doors } = options;
  return {
    listen: (listenOptions) => {
      const isOurHost = createHostCheck(listenOptions.host);
      return listenOn((req, res) => {
        const request = new WebRequest(req, res);
        const door = doors.find((candidate) => candidate.owns(request.url)) ?? NO_DOOR;
        const sent = isOurHost(request.host) ? handler.handle(door, request, res) : refuseHost(res);
        if (typeof sent === 'number') metrics.count(door.name, request.method, res.statusCode, sent);
        else metrics.follow(door.name, request.method, res, sent);
      }, listenOptions);
    },
  };
}

const NO_DOOR: Door = {
  name: 'none',
  owns: () => true,
  answer: ({ url }) => {
    throw new LogdirError('not-found', `nothing is served at ${url}`);
  },
  failure: (_request, failure) => plainFailure(failure),
};

function refuseHost(res: ServerResponse): number {
  const sentence =
    'refused: this server listens on loopback and answers only to loopback names, so that no web page can reach it under a name of its own; use 127.0.0.1 or localhost, have your proxy send such a Host, or bind it to the address of that name (--host)';
  send(res, plainReply(421, sentence));
  return 0;
}

class RequestHandler {
  readonly #tree: LogdirTree;
  readonly #logger: Logger;

  constructor(tree: LogdirTree, logger: Logger) {
    this.#tree = tree;
    this.#logger = logger;
  }

  /** Bytes of a file that were sent; in the same turn if the reply was at hand. Never fails. */
  handle(door: Door, request: WebRequest, res: ServerResponse): MaybePromise<number> {
    try {
      const sent = this.#answer(door, request, res);
      return typeof sent === 'number' ? sent : sent.catch((error) => this.#fail(door, request, res, error));
    } catch (error) {
      return this.#fail(door, request, res, error);
    }
  }

  #answer(door: Door, request: WebRequest, res: ServerResponse): MaybePromise<number> {
    const answer = door.answer(request, this.#tree);
    if (answer instanceof Promise) {
      return answer.then((reply) => {
        send(res, reply);
        return 0;
      });
    }
    if ('kind' in answer) return replyAboutNode({ request, res, tree: this.#tree }, answer);
    send(res, answer);
    return 0;
  }

  /** Replies with a failure or, when the reply has begun, cuts it short so that nobody takes it for whole. */
  #fail(door: Door, request: WebRequest, res: ServerResponse, error: unknown): number {
    const failure = httpFailure(error);
    this.#log(request, failure, error);
    if (res.headersSent || res.destroyed) res.destroy();
    else send(res, door.failure(request, failure));
    return 0;
  }

  #log({ method, url }: WebRequest, { code }: HttpFailure, error: unknown): void {
    const fields = { method, url, code, err: error };
    if (code === 'internal' || code === 'corrupt') this.#logger.error(fields, 'a request failed');
    else this.#logger.debug(fields, 'a request was refused');
  }
}
