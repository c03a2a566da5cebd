/** Small whole replies: text with its exact length, and the headers that keep a browser from running it. @module */

import type { Reply } from '../door.ts';
import type { HttpFailure } from './failure.ts';

/**
 * Nothing runs but our own script, nothing loads from elsewhere. Pictures, sounds and videos: those of runs. Pages of the
 * same origin may frame ours, as Kubeflow's dashboard does with all that stands behind its gateway.
 */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

/** No other site may embed what is here, as a browser may reach servers that the site cannot. */
const COMMON = [
  ...['X-Content-Type-Options', 'nosniff', 'Referrer-Policy', 'no-referrer'],
  ...['Cross-Origin-Resource-Policy', 'same-origin'],
];

export interface TextReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** More headers: name, value, name, value… */
  readonly headers?: readonly string[];
}

export function textReply({ status, contentType, body, headers = [] }: TextReply): Reply {
  const length = `${Buffer.byteLength(body)}`;
  const all = ['Content-Type', contentType, 'Content-Length', length, ...COMMON, ...headers];
  return { status, headers: all, body };
}

export function plainReply(status: number, sentence: string, headers: readonly string[] = []): Reply {
  return textReply({ status, contentType: 'text/plain; charset=utf-8', body: `${sentence}\n`, headers });
}

/** A failure as a sentence: for programs. */
export function plainFailure({ status, message, headers }: HttpFailure): Reply {
  return plainReply(status, message, headers);
}

/** An HTML page. Pages show what is true now: they are not kept. */
export function pageReply(status: number, body: string, headers: readonly string[] = []): Reply {
  const policy = ['Content-Security-Policy', CONTENT_SECURITY_POLICY, 'Cache-Control', 'no-cache'];
  return textReply({
    status,
    contentType: 'text/html; charset=utf-8',
    body,
    headers: [...policy, ...headers],
  });
}
