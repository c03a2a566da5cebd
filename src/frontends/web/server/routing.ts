/**
 * Doors of single addresses, told apart by express. It finds the route and its parameters, and nothing else of it
 * reaches a client: replies and failures are written by the same code as those of every other door. @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express, NextFunction, Request, RequestHandler, Response } from 'express';
import { LogdirError } from '../../../core/index.ts';
import type { Reply, RoutedDoor } from '../door.ts';
import { compressedReply } from '../protocol/compression.ts';
import { refuseWriting } from '../protocol/failure.ts';
import { plainFailure } from '../protocol/reply.ts';
import { rawPathOf } from '../protocol/url-path.ts';
import type { WebRequest } from '../web-request.ts';
import type { RequestMetrics } from './request-metrics.ts';
import { send } from './response-body.ts';

/** Whose request it is: for the metrics, and for the words of a failure. */
type Speaker = Pick<RoutedDoor, 'name' | 'failure'>;

/** Replies with a failure in the words of a door, and so sends no bytes of a file. Never throws. */
export type Fail = (door: Speaker, request: WebRequest, res: ServerResponse, error: unknown) => 0;

/** What accompanies a request through express. */
interface RoutedLocals {
  readonly request: WebRequest;
  /** The door that sees the request; before the first and after the last, the last one. */
  door: Speaker;
}

type RoutedResponse = Response<unknown, { [Key in keyof RoutedLocals]: RoutedLocals[Key] }>;

const NO_DOOR: Speaker = { name: 'none', failure: (_request, failure) => plainFailure(failure) };

/** A route's handler for express: a pure function of the request and of the route's parameters, decoded. */
export function answering<Parameters>(
  answer: (request: WebRequest, parameters: Parameters) => Reply | Promise<Reply>,
): RequestHandler<Parameters> {
  // What this rejects with, express hands on as an error.
  return async (req, res) => {
    const { request } = (res as RoutedResponse).locals;
    const reply = await compressedReply(request, await answer(request, req.params));
    const pinned = mayPinTls(request) ? { ...reply, headers: [...reply.headers, ...PIN_TLS] } : reply;
    send(res, pinned, request.isPrivate);
  };
}

/** Browsers then ask by TLS alone, for a year (RFC 6797). */
const PIN_TLS = ['Strict-Transport-Security', 'max-age=31536000'];

/**
 * Only where TLS ends here, and on its usual port: the rule holds for all ports of a host, and would shut browsers out of
 * a TensorBoard without TLS beside a server that has it.
 */
function mayPinTls({ isEncrypted, hostHeader = ':' }: WebRequest): boolean {
  return isEncrypted && !hostHeader.includes(':');
}

export interface RoutingOptions {
  readonly metrics: RequestMetrics;
  readonly fail: Fail;
}

/** Answers a request; `isOutside`: one that is not below the path prefix. */
export type Route = (
  request: WebRequest,
  req: IncomingMessage,
  res: ServerResponse,
  isOutside: boolean,
) => void;

/** Routes requests to the doors, in their order; what none of them has is 404. */
export async function createRouting(
  doors: readonly RoutedDoor[],
  { metrics, fail }: RoutingOptions,
): Promise<Route> {
  const app = await createApp(doors);
  const atRoot = await createApp(doors.filter(({ isAlsoAtRoot }) => isAlsoAtRoot));
  const lastDoor = doors.at(-1) ?? NO_DOOR;
  return (request, req, res, isOutside) => {
    const locals: RoutedLocals = { request, door: isOutside ? NO_DOOR : lastDoor };
    metrics.follow(() => locals.door.name, request.method, res);
    req.url = request.url;
    // In place of express's own last handler, which writes HTML that quotes the error.
    const done: NextFunction = (error?: unknown) => {
      fail(locals.door, request, res, routingError(error ?? nothingAt(request, isOutside)));
    };
    Object.assign(res, { locals });
    (isOutside ? atRoot : app)(req as Request, res as Response, done);
  };
}

/** Express is loaded here: it takes a tenth of a second, which commands without a server need not wait for. */
async function createApp(doors: readonly RoutedDoor[]): Promise<Express> {
  const { default: express } = await import('express');
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use((_req, res: RoutedResponse, next) => {
    // Before the routers, which would answer OPTIONS by themselves.
    refuseWriting(res.locals.request.method);
    next();
  });
  for (const door of doors) {
    const router = express.Router({ caseSensitive: true });
    door.addRoutes(router);
    app.use(speakingAs(door), router);
  }
  return app;
}

function speakingAs(door: RoutedDoor): RequestHandler {
  return (_req, res, next) => {
    (res as RoutedResponse).locals.door = door;
    next();
  };
}

function nothingAt({ url, basePath }: WebRequest, isOutside: boolean): LogdirError {
  const advice = isOutside ? `: everything is below ${basePath}/` : '';
  return new LogdirError('not-found', `nothing is served at ${rawPathOf(url)}${advice}`);
}

/** Express's own error about a parameter in the terms of the failure table; everything else as it is. */
function routingError(error: unknown): unknown {
  if (!(error instanceof URIError && 'status' in error && error.status === 400)) return error;
  const message = 'malformed percent-encoding in the address: encode names as UTF-8, and % as %25';
  return new LogdirError('invalid-argument', message, { cause: error });
}
