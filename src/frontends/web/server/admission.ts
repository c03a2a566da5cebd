/**
 * What is settled of a request before any door sees it: where it comes from, whether its host, its headers and its body
 * are acceptable, and what of its URL lies below the path prefix. @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reply } from '../door.ts';
import { plainReply } from '../protocol/reply.ts';
import { WebRequest } from '../web-request.ts';
import type { HostCheck } from './host-check.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/** Clients send some ten headers, proxies add as many. Node would leave out what is beyond its bound. */
export const MAX_HEADERS = 100;
/** No request has a use for a body: a small one, which some clients send nevertheless, is read and dropped. */
const MAX_BODY_BYTES = 65_536;
/** For a body that is still on its way when its request was answered. */
const BODY_GRACE_MS = 1000;

export interface AdmissionOptions {
  /** '' or `/x`. */
  readonly pathPrefix: string;
  /** Null: nobody is believed. */
  readonly proxies: TrustedProxies | null;
  readonly isOurHost: HostCheck;
}

export interface Admitted {
  readonly request: WebRequest;
  /** Whether the URL is not below the path prefix: a few doors answer there as well. */
  readonly isOutside: boolean;
  /** The reply, where the request is not for any door. */
  readonly reply: Reply | null;
}

export type Admit = (req: IncomingMessage, res: ServerResponse) => Admitted;

export function createAdmission({ pathPrefix, proxies, isOurHost }: AdmissionOptions): Admit {
  return (req, res) => {
    const forwarded = proxies === null ? null : proxies.read(req);
    const asked = originForm(req.url ?? '/');
    const below = belowPrefix(asked, pathPrefix);
    const basePath = (forwarded?.prefix ?? '') + pathPrefix;
    const request = new WebRequest(req, res, { url: below ?? asked, basePath, forwarded });
    if (request.bodyBytes > 0) endWithLateBody(req, res);
    const reply = refusal(request, req, isOurHost) ?? (below === '' ? redirect(`${basePath}/`) : null);
    return { request, isOutside: below === null, reply };
  };
}

/** Proxies may send the whole URL in the request line (RFC 9112 §3.2.2). */
function originForm(url: string): string {
  if (url.startsWith('/')) return url;
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '');
  return path.startsWith('/') ? path : `/${path}`;
}

/** The URL without the prefix; '' for the prefix itself, null for what is not below it. */
function belowPrefix(url: string, prefix: string): string | null {
  if (prefix === '') return url;
  if (!url.startsWith(prefix)) return null;
  const rest = url.slice(prefix.length);
  if (rest === '' || rest.startsWith('?')) return '';
  return rest.startsWith('/') ? rest : null;
}

function redirect(location: string): Reply {
  return plainReply(308, `see ${location}`, ['Location', location]);
}

/**
 * The host that counts is that of the Host header: a page whose name was pointed at this machine can have the browser
 * send any other header, and its requests come from this machine as those of a proxy may.
 */
function refusal(request: WebRequest, req: IncomingMessage, isOurHost: HostCheck): Reply | null {
  if (!isOurHost(request.hostHeader)) return plainReply(421, FOREIGN_HOST);
  if (req.rawHeaders.length > 2 * MAX_HEADERS)
    return plainReply(431, `refused: the request has more than ${MAX_HEADERS} headers`);
  // What would write is refused by its door, whose clients understand its words.
  const isReading = request.method === 'GET' || request.method === 'HEAD';
  if (isReading && request.bodyBytes > MAX_BODY_BYTES)
    return plainReply(413, 'refused: nothing here takes a request body');
  return null;
}

const FOREIGN_HOST =
  'refused: this server listens on loopback and answers only to loopback names, so that no web page can reach it under a name of its own; use 127.0.0.1 or localhost, have your proxy send such a Host, or bind it to the address of that name (--host)';

/**
 * Node reads and drops what is left of a body once its request was answered, however long it is. Closing at once would
 * have the client's system throw the reply away unread.
 */
function endWithLateBody(req: IncomingMessage, res: ServerResponse): void {
  res.once('finish', () => {
    setTimeout(() => {
      if (!req.complete) req.socket.destroy();
    }, BODY_GRACE_MS).unref();
  });
}
