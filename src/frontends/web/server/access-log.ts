/** A record for each request that was answered, at debug: who looks for trouble sees what a client did. @module */

import type { ServerResponse } from 'node:http';
import type { Logger } from '../../../observability/index.ts';
import { rawPathOf, rawQueryOf } from '../protocol/url-path.ts';
import type { WebRequest } from '../web-request.ts';

/** Costs one comparison where nobody reads it. `bytes`: with the head, as far as the system has taken them. */
export function logAccess(logger: Logger, request: WebRequest, res: ServerResponse): void {
  if (!logger.isLevelEnabled('debug')) return;
  const startedMs = performance.now();
  const { socket } = res;
  const writtenBefore = socket?.bytesWritten ?? 0;
  res.once('close', () => {
    const bytes = (socket?.bytesWritten ?? 0) - writtenBefore;
    const ms = Math.round(performance.now() - startedMs);
    const isCut = !res.writableFinished;
    const { method, url, caller } = request;
    const fields = { method, path: loggedPath(url), status: res.statusCode, bytes, ms, caller: caller.name };
    logger.debug({ ...fields, ...(isCut && { isCut }) }, 'answered');
  });
}

/** A query may hold a token. Of it, WebHDFS's operation alone is kept. */
export function loggedPath(url: string): string {
  const operation = /(?:^|&)op=([A-Za-z]+)/.exec(rawQueryOf(url))?.[1];
  return operation === undefined ? rawPathOf(url) : `${rawPathOf(url)}?op=${operation}`;
}
