/**
 * The HTTP server: finds the door that a URL belongs to, has it answer, and sends what it says. Doors with a URL
 * space of their own come first and need nothing of express; everything else goes through it. @module
 */

import type { RequestListener, ServerResponse } from 'node:http';
import { type Access, EVERYBODY, type Identified, OPEN_ACCESS } from '../../../access/index.ts';
import { errnoOf, type MaybePromise, mapAnswer } from '../../../core/index.ts';
import type { Caller } from '../../../namespace/index.ts';
import { AccessLog, type AccessLogMode, type Logger, type Metrics } from '../../../observability/index.ts';
import type { LogdirTree } from '../../../tree/index.ts';
import type { Door, Reply, RoutedDoor } from '../door.ts';
import { type HttpFailure, httpFailure } from '../protocol/failure.ts';
import { plainReply } from '../protocol/reply.ts';
import type { WebRequest } from '../web-request.ts';
import { logAccess, loggedPath } from './access-log.ts';
import { type AdmissionOptions, type Admit, createAdmission } from './admission.ts';
import { createHostCheck } from './host-check.ts';
import { DEFAULT_SERVING, type HttpServer, type ListenOptions, listenOn } from './listening.ts';
import { replyAboutNode } from './node-reply.ts';
import { RequestMetrics } from './request-metrics.ts';
import { send as sendReply } from './response-body.ts';
import { createRouting, type Fail, type Route } from './routing.ts';
import { TrustedProxies } from './trusted-proxies.ts';

export interface WebServerOptions {
  /** What a caller sees. */
  readonly treeOf: (caller: Caller) => LogdirTree;
  /** Who is let in; default: everybody, as the operator. */
  readonly access?: Access;
  /** Raw URLs that tell nothing of runs, and are answered to everybody. Default: none. */
  readonly isOpen?: (url: string) => boolean;
  /** Asked in this order whether a URL is theirs, but all routed ones after the others. */
  readonly doors: readonly (Door | RoutedDoor)[];
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly accessLog?: () => AccessLogMode;
}

export interface WebServer {
  /** Starts to answer; see `HttpServer` for how to stop. May be called for several addresses. */
  listen(options: ListenOptions): Promise<HttpServer>;
}

/** The server over a tree. Nothing listens until `listen`. */
export function createWebServer(options: WebServerOptions): WebServer {
  const metrics = RequestMetrics.of(options.metrics);
  const logger = options.logger.child({ room: 'web' });
  const accessLog = new AccessLog(logger, options.accessLog);
  const handler = new RequestHandler(options.treeOf, logger);
  const { access = OPEN_ACCESS, isOpen = () => false } = options;
  const doors = options.doors.filter((door) => 'owns' in door);
  const isPrivate = access.mode !== 'off' || doors.some((door) => door.isPrivate);
  const routed = options.doors.filter((door) => 'addRoutes' in door);
  let routing: Promise<Route> | undefined;
  const send = (door: Door | undefined, request: WebRequest, res: ServerResponse, reply: Reply) => {
    sendReply(res, reply, isPrivate);
    metrics.count(door?.name ?? 'none', request.method, res.statusCode, 0);
  };
  const listenerFor = (admit: Admit, route: Route): RequestListener => {
    return (req, res) => {
      const { request, isOutside, reply } = admit(req, res);
      request.isPrivate = isPrivate;
      logAccess(accessLog, request, res);
      const door = doors.find((one) => one.owns(request.url) && (!isOutside || one.isAlsoAtRoot));
      if (reply !== null) return send(door, request, res, reply);
      const answer = (found: Identified) => {
        if (found.kind === 'refused') return send(door, request, res, refusal(found));
        request.caller = found.caller;
        request.seesMetrics = found.seesMetrics;
        if (door === undefined) route(request, req, res, isOutside);
        else countReply(metrics, door, request, res, handler.handle(door, request, res));
      };
      const found = isOpen(request.url) ? EVERYBODY : access.identify(request);
      // In the turn of the request where it is known who asks: what is at hand is then answered at once.
      if (found instanceof Promise) void found.then(answer);
      else answer(found);
    };
  };
  return {
    listen: async (listenOptions) => {
      routing ??= createRouting(routed, { metrics, fail: handler.fail });
      const listener = listenerFor(createAdmission(admissionOptions(listenOptions)), await routing);
      return await listenOn(listener, listenOptions, { logger, metrics: options.metrics });
    },
  };
}

function admissionOptions({ host, serving }: ListenOptions): AdmissionOptions {
  const { pathPrefix, trustedProxies } = { ...DEFAULT_SERVING, ...serving };
  const proxies = trustedProxies.length === 0 ? null : new TrustedProxies(trustedProxies);
  return { pathPrefix, proxies, isOurHost: createHostCheck(host) };
}

/** Browsers ask for a password where Basic is offered (RFC 9110 §11.6.1). */
function refusal({ status, message }: Extract<Identified, { readonly kind: 'refused' }>): Reply {
  const headers = {
    401: ['WWW-Authenticate', 'Basic realm="wandb-logdir", charset="UTF-8", Bearer realm="wandb-logdir"'],
    403: [],
    503: ['Retry-After', '5'],
  }[status];
  return plainReply(status, message, headers);
}

function countReply(
  metrics: RequestMetrics,
  { name }: Door,
  { method }: WebRequest,
  res: ServerResponse,
  sent: MaybePromise<number>,
): void {
  if (typeof sent === 'number') {
    metrics.count(name, method, res.statusCode, sent);
    return;
  }
  metrics.follow(() => name, method, res);
  void sent.then((bytes) => metrics.countBytes(name, bytes));
}

class RequestHandler {
  readonly #treeOf: (caller: Caller) => LogdirTree;
  readonly #logger: Logger;

  constructor(treeOf: (caller: Caller) => LogdirTree, logger: Logger) {
    this.#treeOf = treeOf;
    this.#logger = logger;
  }

  /** Bytes of a file that were sent; in the same turn if the reply was at hand. Never fails. */
  handle(door: Door, request: WebRequest, res: ServerResponse): MaybePromise<number> {
    try {
      const sent = this.#answer(door, request, res);
      return typeof sent === 'number' ? sent : sent.catch((error) => this.fail(door, request, res, error));
    } catch (error) {
      return this.fail(door, request, res, error);
    }
  }

  #answer(door: Door, request: WebRequest, res: ServerResponse): MaybePromise<number> {
    const tree = this.#treeOf(request.caller);
    return mapAnswer(door.answer(request, tree), (answer) => {
      if ('kind' in answer) return replyAboutNode({ request, res, tree: answer.tree ?? tree }, answer);
      sendReply(res, answer, request.isPrivate);
      return 0;
    });
  }

  /** Replies with a failure or, when the reply has begun, cuts it short so that nobody takes it for whole. */
  readonly fail: Fail = (door, request, res, error) => {
    const failure = httpFailure(error);
    this.#log(request, failure, error);
    if (res.headersSent || res.destroyed) res.destroy();
    else sendReply(res, door.failure(request, failure), request.isPrivate);
    return 0;
  };

  #log({ method, url }: WebRequest, { code }: HttpFailure, error: unknown): void {
    const fields = { method, path: loggedPath(url), code, err: error };
    const isOurs = code === 'internal' || code === 'corrupt';
    if (isOurs && !isHangup(error)) this.#logger.error(fields, 'a request failed');
    else this.#logger.debug(fields, 'a request was refused');
  }
}

/** Whether a client has gone before it had its answer. */
function isHangup(error: unknown): boolean {
  const code = errnoOf(error) ?? '';
  return ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'].includes(code);
}
