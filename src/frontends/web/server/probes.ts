/** `/healthz`, `/readyz` and `/metrics`: for whoever runs the server. @module */

import { Router } from 'express';
import { LogdirError } from '../../../core/index.ts';
import type { Metrics } from '../../../observability/index.ts';
import type { Reply, RoutedDoor } from '../door.ts';
import { plainFailure, plainReply, textReply } from '../protocol/reply.ts';
import { answering, literalRoute } from './routing.ts';

export interface ProbesOptions {
  readonly metrics: Metrics;
  /** Whether runs have been looked for once; `/readyz` answers 503 until then. */
  readonly isReady: () => boolean;
  /** See `createPages`. */
  readonly basePath: string;
}

/** Answers below the base path and, for probes that cannot know it, at the root. */
export function createProbes({ metrics, isReady, basePath }: ProbesOptions): RoutedDoor {
  const router = Router({ caseSensitive: true });
  const places = (path: string) => [path, literalRoute(basePath) + path];
  router.get(
    places('/healthz'),
    answering(() => plainReply(200, 'ok')),
  );
  router.get(
    places('/readyz'),
    answering(() => {
      if (isReady()) return plainReply(200, 'ready');
      throw new LogdirError('unavailable', 'not ready: still looking for runs');
    }),
  );
  router.get(
    places('/metrics'),
    answering(() => exposition(metrics)),
  );
  return { name: 'probe', router, failure: (_request, failure) => plainFailure(failure) };
}

async function exposition(metrics: Metrics): Promise<Reply> {
  const { contentType, body } = await metrics.expose();
  return textReply({ status: 200, contentType, body, headers: ['Cache-Control', 'no-store'] });
}
