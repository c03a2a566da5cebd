/** `/healthz`, `/readyz` and `/metrics`: for whoever runs the server. @module */

import { LogdirError } from '../../../core/index.ts';
import type { Metrics } from '../../../observability/index.ts';
import type { Reply, RoutedDoor } from '../door.ts';
import { plainFailure, plainReply, textReply } from '../protocol/reply.ts';
import { rawPathOf } from '../protocol/url-path.ts';
import type { WebRequest } from '../web-request.ts';
import { answering } from './routing.ts';

const PROBES = ['/healthz', '/readyz'] as const;

export interface ProbesOptions {
  readonly metrics: Metrics;
  /** Whether runs have been looked for once; `/readyz` answers 503 until then. */
  readonly isReady: () => boolean;
}

/** Whether a raw URL asks whether the server lives: programs that ask show no credentials, and learn nothing of runs. */
export function isProbe(url: string): boolean {
  const path = rawPathOf(url);
  return PROBES.some((probe) => path === probe);
}

export function createProbes({ metrics, isReady }: ProbesOptions): RoutedDoor {
  const health = () => plainReply(200, 'ok');
  const readiness = () => {
    if (isReady()) return plainReply(200, 'ready');
    throw new LogdirError('unavailable', 'not ready: still looking for runs');
  };
  const figures = (request: WebRequest) => {
    if (request.seesMetrics) return exposition(metrics);
    throw new LogdirError(
      'permission-denied',
      'figures are of all projects together: they need a token with the scope @metrics or *',
    );
  };
  return {
    name: 'probe',
    isAlsoAtRoot: true,
    addRoutes: (router) => {
      router.get('/healthz', answering(health));
      router.get('/readyz', answering(readiness));
      router.get('/metrics', answering(figures));
    },
    failure: (_request, failure) => plainFailure(failure),
  };
}

async function exposition(metrics: Metrics): Promise<Reply> {
  const { contentType, body } = await metrics.expose();
  return textReply({ status: 200, contentType, body, headers: ['Cache-Control', 'no-store'] });
}
