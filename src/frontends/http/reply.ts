/** Small whole answers: text with its exact length, and the headers every page needs. @module */

import type { ServerResponse } from 'node:http';

/** Nothing runs, nothing loads from elsewhere, nobody frames us. `img-src`: the icon. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const COMMON = ['X-Content-Type-Options', 'nosniff', 'Referrer-Policy', 'no-referrer'];

export interface TextReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** More headers: name, value, name, value… */
  readonly headers?: readonly string[];
}

/** Sends a whole answer in one write. Node leaves the body out when the request was HEAD. */
export function replyText(res: ServerResponse, { status, contentType, body, headers = [] }: TextReply): void {
  const length = `${Buffer.byteLength(body)}`;
  res.writeHead(status, ['Content-Type', contentType, 'Content-Length', length, ...COMMON, ...headers]);
  res.end(body);
}

export function replyPlain(
  res: ServerResponse,
  status: number,
  sentence: string,
  headers: readonly string[] = [],
): void {
  replyText(res, { status, contentType: 'text/plain; charset=utf-8', body: `${sentence}\n`, headers });
}

/** Pages show what is true now: they are not kept. */
export function replyPage(
  res: ServerResponse,
  status: number,
  body: string,
  headers: readonly string[] = [],
): void {
  const policy = ['Content-Security-Policy', CONTENT_SECURITY_POLICY, 'Cache-Control', 'no-cache'];
  replyText(res, { status, contentType: 'text/html; charset=utf-8', body, headers: [...policy, ...headers] });
}

export function replyJson(
  res: ServerResponse,
  status: number,
  body: string,
  headers: readonly string[] = [],
): void {
  replyText(res, { status, contentType: 'application/json', body, headers });
}
