/** Tells a client what went wrong: a page for browsers, a sentence for everybody else. @module */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LogdirError } from '../../core/index.ts';
import { ALLOW_READING, type HttpDoor } from './door.ts';
import { HTTP_STATUS, publicError } from './error-status.ts';
import { html } from './html.ts';
import { page } from './page-layout.ts';
import { replyPage, replyPlain } from './reply.ts';

/** Seconds after which asking again makes sense: upstream budgets refill about that fast. */
const RETRY_AFTER_SECONDS = '5';

/** Answers with an error, or, when the answer has begun, cuts it short so that nobody takes it for whole. */
export function replyError(door: HttpDoor, req: IncomingMessage, res: ServerResponse, error: unknown): void {
  const failure = publicError(error);
  logFailure(door, req, failure, error);
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  const status = HTTP_STATUS[failure.code];
  const headers = extraHeaders(status);
  if (wantsPage(req)) replyPage(res, status, errorPage(door, status, failure.message), headers);
  else replyPlain(res, status, failure.message, headers);
}

/** Browsers name HTML outright; curl, wget and fsspec take anything. */
export function wantsPage(req: IncomingMessage): boolean {
  return req.headers.accept?.includes('text/html') === true;
}

function extraHeaders(status: number): readonly string[] {
  if (status === 405) return ALLOW_READING;
  return status === 503 ? ['Retry-After', RETRY_AFTER_SECONDS] : [];
}

function logFailure({ logger }: HttpDoor, req: IncomingMessage, failure: LogdirError, error: unknown): void {
  const fields = { method: req.method, url: req.url, code: failure.code, err: error };
  if (failure.code === 'internal' || failure.code === 'corrupt') logger.error(fields, 'a request failed');
  else logger.debug(fields, 'a request was refused');
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'That address cannot be read',
  404: 'Nothing here',
  405: 'Read-only',
  503: 'Not available right now',
};

function errorPage(door: HttpDoor, status: number, message: string): string {
  const title = TITLES[status] ?? 'Something went wrong';
  const main = html`<section class="notice"><p class="code">${status}</p><h1>${title}</h1><p>${message}</p>
<p><a href="${door.basePath}/">All projects</a> · <a href="${door.basePath}/logdir">Browse the tree</a></p></section>`;
  return page({ title, basePath: door.basePath, version: door.version, main });
}
