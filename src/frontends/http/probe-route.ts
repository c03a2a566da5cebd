/** `/healthz`, `/readyz` and `/metrics`: for whoever runs the server. @module */

import type { Express } from 'express';
import type { HttpDoor } from './door.ts';
import { replyPlain, replyText } from './reply.ts';

/** Adds the three routes, below the base path and, for probes that cannot know it, at the root. */
export function probeRoutes(app: Express, door: HttpDoor): void {
  for (const prefix of new Set(['', door.basePath])) {
    app.get(`${prefix}/healthz`, (_req, res) => replyPlain(res, 200, 'ok'));
    app.get(`${prefix}/readyz`, (_req, res) => {
      if (door.isReady()) replyPlain(res, 200, 'ready');
      else replyPlain(res, 503, 'not ready: still looking for runs', ['Retry-After', '1']);
    });
    app.get(`${prefix}/metrics`, async (_req, res) => {
      const { contentType, body } = await door.metrics.expose();
      replyText(res, { status: 200, contentType, body, headers: ['Cache-Control', 'no-store'] });
    });
  }
}
