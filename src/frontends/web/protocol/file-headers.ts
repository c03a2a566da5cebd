/** Headers of a file's reply, as the flat list that Node writes without looking at it twice. @module */

import { LRUCache } from 'lru-cache';
import type { FileNode } from '../../../tree/index.ts';

/** Types that browsers run, with the rights of where they come from unless they are told otherwise. */
const ACTIVE_TYPE = /^\s*(?:text\/html|application\/xhtml|image\/svg|(?:text|application)\/xml)/i;

/**
 * For what a browser would run: an origin of its own, which can read nothing from this server, and no network. Its own
 * scripts run, as plots that were saved as pages are made by them.
 */
const SANDBOX = [
  'Content-Security-Policy',
  "sandbox allow-scripts; default-src 'unsafe-inline' 'unsafe-eval' data: blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  'Referrer-Policy',
  'no-referrer',
];

/** Last-Modified texts by Unix seconds: making one costs as much as the rest of a head. */
const dates = new LRUCache<number, string>({ max: 4096 });

/** An HTTP date (IMF-fixdate) of Unix milliseconds. */
export function httpDate(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const known = dates.get(seconds);
  if (known !== undefined) return known;
  const text = new Date(seconds * 1000).toUTCString();
  dates.set(seconds, text);
  return text;
}

/** Name, value, name, value…; `length` is the body's, in bytes. */
export function fileHeaders(node: FileNode, length: number): string[] {
  return [
    'Content-Type',
    node.contentType,
    'Content-Length',
    `${length}`,
    ...validators(node),
    'Accept-Ranges',
    'bytes',
    'X-Content-Type-Options',
    'nosniff',
    'Cross-Origin-Resource-Policy',
    'same-origin',
    ...(ACTIVE_TYPE.test(node.contentType) ? SANDBOX : []),
  ];
}

/** What a 304 repeats. `no-cache`: keep it, but ask before using it, because the file may have grown. */
export function validators(node: FileNode): string[] {
  return ['ETag', node.etag, 'Last-Modified', httpDate(node.mtimeMs), 'Cache-Control', 'no-cache'];
}
