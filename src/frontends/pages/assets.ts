/** The few static files pages load, all from here: style, icon, the copy button's script. @module */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isHeld, type Reply, textReply, type WebRequest } from '../web/index.ts';

export const STYLE_PATH = '/assets/style.css';
export const ICON_PATH = '/assets/icon.svg';
export const COPY_SCRIPT_PATH = '/assets/copy.js';

interface Asset {
  readonly contentType: string;
  readonly body: string;
  readonly etag: string;
}

/** By URL path. Read once, when the program starts. */
const ASSETS: ReadonlyMap<string, Asset> = new Map([
  [STYLE_PATH, load('style.css', 'text/css; charset=utf-8')],
  [ICON_PATH, load('icon.svg', 'image/svg+xml')],
  [COPY_SCRIPT_PATH, load('copy.js', 'text/javascript; charset=utf-8')],
]);

function load(name: string, contentType: string): Asset {
  const body = readFileSync(new URL(`assets/${name}`, import.meta.url), 'utf8');
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`;
  return { contentType, body, etag };
}

/** Undefined where no asset has the name. Browsers keep one for an hour, then ask whether it has changed. */
export function assetReply(name: string, request: WebRequest): Reply | undefined {
  const asset = ASSETS.get(`/assets/${name}`);
  if (asset === undefined) return undefined;
  const { contentType, body, etag } = asset;
  const headers = ['ETag', etag, 'Cache-Control', 'max-age=3600'];
  if (isHeld(request.headers['if-none-match'] ?? '', etag)) return { status: 304, headers, body: null };
  return textReply({ status: 200, contentType, body, headers });
}
