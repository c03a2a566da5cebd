/** The few static things pages load, all from here: style, icon, the copy button's script. @module */

import { createHash } from 'node:crypto';
import type { Express } from 'express';
import { COPY_SCRIPT } from './copy-script.ts';
import type { HttpDoor } from './door.ts';
import { replyText } from './reply.ts';
import { STYLESHEET } from './stylesheet.ts';

export const STYLE_PATH = '/assets/style.css';
export const ICON_PATH = '/assets/icon.svg';
export const COPY_SCRIPT_PATH = '/assets/copy.js';

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#b4540a"/><path d="M6 9c5 0 5 13 10 13S21 12 26 12" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`;

const ASSETS = [
  { path: STYLE_PATH, contentType: 'text/css; charset=utf-8', body: STYLESHEET },
  { path: ICON_PATH, contentType: 'image/svg+xml', body: ICON },
  { path: COPY_SCRIPT_PATH, contentType: 'text/javascript; charset=utf-8', body: COPY_SCRIPT },
] as const;

/** Adds a route per asset. Browsers keep them for an hour, then ask whether they changed. */
export function assetRoutes(app: Express, { basePath }: HttpDoor): void {
  for (const { path, contentType, body } of ASSETS) {
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`;
    const headers = ['ETag', etag, 'Cache-Control', 'max-age=3600'];
    app.get(basePath + path, (req, res) => {
      if (req.headers['if-none-match'] === etag) res.writeHead(304, headers).end();
      else replyText(res, { status: 200, contentType, body, headers });
    });
  }
}
