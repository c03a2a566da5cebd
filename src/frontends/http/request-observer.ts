/** Counts and times the requests that pass through express. @module */

import type { RequestHandler } from 'express';
import type { HttpDoor } from './door.ts';

/** Route names as metrics know them: few, whatever the URLs. */
function routeName(url: string, basePath: string): string {
  if (url.startsWith('/webhdfs/v1')) return 'webhdfs';
  if (url.startsWith(`${basePath}/logdir`)) return 'logdir';
  return /\/(?:healthz|readyz|metrics)$/.test(url) ? 'probe' : 'page';
}

const KNOWN_METHODS = new Set(['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'PATCH']);

export function observeRequests({ metrics, basePath }: HttpDoor): RequestHandler {
  let open = 0;
  metrics.gauge('http_open_requests', () => open);
  return (req, res, next) => {
    const startMs = performance.now();
    const route = routeName(req.originalUrl, basePath);
    open++;
    res.once('close', () => {
      open--;
      const method = KNOWN_METHODS.has(req.method) ? req.method : 'other';
      metrics.increment('http_requests_total', { route, method, status: res.statusCode });
      metrics.observe('http_request_duration_seconds', (performance.now() - startMs) / 1000, { route });
    });
    next();
  };
}
