/** What is recorded of a request that was answered: who asked, for what, and what came of it. @module */

import type { ServerResponse } from 'node:http';
import type { AccessLog } from '../../../observability/index.ts';
import { rawPathOf, rawQueryOf } from '../protocol/url-path.ts';
import type { WebRequest } from '../web-request.ts';

/** Costs one comparison where nobody reads it. `bytes`: with the head, as far as the system has taken them. */
export function logAccess(log: AccessLog, request: WebRequest, res: ServerResponse): void {
  if (!log.isWanted) return;
  const { method, url, client } = request;
  const startedMs = performance.now();
  const { socket } = res;
  const writtenBefore = socket?.bytesWritten ?? 0;
  res.once('close', () => {
    const bytes = (socket?.bytesWritten ?? 0) - writtenBefore;
    const ms = Math.round(performance.now() - startedMs);
    const isCut = !res.writableFinished;
    const caller = request.caller.name;
    const who = { client, ...(caller !== null && { caller }) };
    const fields = { method, path: loggedPath(url), status: res.statusCode, bytes, ms, ...who };
    log.answered({ ...fields, ...(isCut && { isCut }) });
  });
}

/** A query may hold a token. Of it, WebHDFS's operation alone is kept. */
export function loggedPath(url: string): string {
  const operation = /(?:^|&)op=([A-Za-z]+)/.exec(rawQueryOf(url))?.[1];
  return operation === undefined ? rawPathOf(url) : `${rawPathOf(url)}?op=${operation}`;
}
