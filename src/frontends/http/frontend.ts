/** The HTTP door: which URL is answered by which route. @module */

import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { LogdirError } from '../../core/index.ts';
import { assetRoutes } from './assets.ts';
import { ALLOW_READING, type HttpDoor, type HttpFrontendOptions } from './door.ts';
import { replyError } from './error-reply.ts';
import { HOME_ROUTE, homeRoute } from './home-route.ts';
import { createHostCheck, type HostCheck } from './host-check.ts';
import { createHotRoute } from './hot-route.ts';
import { answerLogdir } from './logdir-route.ts';
import { probeRoutes } from './probe-route.ts';
import { PROJECT_ROUTE, projectRoute } from './project-route.ts';
import { replyPlain } from './reply.ts';
import { observeRequests } from './request-observer.ts';
import { RequestTally } from './request-tally.ts';
import { type HttpServer, type ListenOptions, listenOn } from './server.ts';
import { TodayTree } from './today-tree.ts';
import { answerWebHdfs } from './webhdfs-route.ts';

export interface HttpFrontend {
  /** Starts to answer; see `HttpServer` for how to stop. */
  listen(options: ListenOptions): Promise<HttpServer>;
}

const WEBHDFS = '/webhdfs/v1';

/** The door over a tree and its overview. Nothing listens until `listen`. */
export function createHttpFrontend(options: HttpFrontendOptions): HttpFrontend {
  const basePath = (options.basePath ?? '').replace(/\/+$/, '');
  const logger = options.logger.child({ room: 'http' });
  const tree = new TodayTree(options.tree);
  const door: HttpDoor = { ...options, tree, basePath, logger, tally: new RequestTally(options.metrics) };
  return {
    listen: (listenOptions) => {
      const isOurHost = createHostCheck(listenOptions.host);
      const hot = createHotRoute({
        tree: door.tree,
        tally: door.tally,
        isOurHost,
        logdirPrefix: `${basePath}/logdir/`,
        webHdfsPrefix: `${WEBHDFS}/`,
      });
      const app = createApp(door, isOurHost);
      return listenOn((req, res) => {
        toOriginForm(req);
        if (!hot(req, res)) app(req, res);
      }, listenOptions);
    },
  };
}

/** Proxies may send the whole URL in the request line (RFC 9112 §3.2.2); routes know its path alone. */
function toOriginForm(req: IncomingMessage): void {
  const url = req.url ?? '/';
  if (url.startsWith('/')) return;
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '');
  req.url = path.startsWith('/') ? path : `/${path}`;
}

function createApp(door: HttpDoor, isOurHost: HostCheck): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(observeRequests(door));
  app.use(refuseForeignHosts(isOurHost));
  app.use(WEBHDFS, (req, res) => {
    const [path, query] = splitUrl(req, WEBHDFS);
    return answerWebHdfs(door, req, res, path, query);
  });
  const logdir = `${door.basePath}/logdir`;
  app.use(logdir, (req, res) => answerLogdir(door, req, res, splitUrl(req, logdir)[0]));
  app.use(refuseWriting);
  app.get(`${door.basePath}${HOME_ROUTE}`, homeRoute(door));
  app.get(`${door.basePath}${PROJECT_ROUTE}`, projectRoute(door));
  assetRoutes(app, door);
  probeRoutes(app, door);
  app.use((req) => {
    throw new LogdirError('not-found', `nothing is served at ${req.path}: start at ${door.basePath}/`);
  });
  app.use(errorHandler(door));
  return app;
}

/** The undecoded path after the prefix and its slash, and the query. */
function splitUrl(req: { readonly originalUrl: string }, prefix: string): readonly [string, string] {
  const rest = req.originalUrl.slice(prefix.length);
  const question = rest.indexOf('?');
  const path = question < 0 ? rest : rest.slice(0, question);
  return [path.startsWith('/') ? path.slice(1) : path, question < 0 ? '' : rest.slice(question + 1)];
}

function refuseForeignHosts(isOurHost: HostCheck): RequestHandler {
  return (req, res: ServerResponse, next) => {
    if (isOurHost(req.headers.host)) return next();
    const sentence =
      'refused: this server listens on loopback and answers only to loopback names, so that no web page can reach it under a name of its own; use 127.0.0.1 or localhost, have your proxy send such a Host, or bind it to the address of that name (--host)';
    replyPlain(res, 421, sentence);
  };
}

const refuseWriting: RequestHandler = (req, res, next) => {
  if (req.method === 'GET' || req.method === 'HEAD') return next();
  replyPlain(res, 405, 'nothing here can be written: use GET or HEAD', ALLOW_READING);
};

function errorHandler(door: HttpDoor): ErrorRequestHandler {
  // Four parameters are how express knows an error handler.
  return (error: unknown, req, res, _next) => replyError(door, req, res, error);
}
