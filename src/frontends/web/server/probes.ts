/** `/healthz`, `/readyz` and `/metrics`: for whoever runs the server. @module */

import { LogdirError } from '../../../core/index.ts';
import type { Metrics } from '../../../observability/index.ts';
import type { Door, Reply } from '../door.ts';
import { refuseWriting } from '../protocol/failure.ts';
import { plainFailure, plainReply, textReply } from '../protocol/reply.ts';
import { rawPathOf } from '../protocol/url-path.ts';

export interface ProbesOptions {
  readonly metrics: Metrics;
  /** Whether runs have been looked for once; `/readyz` answers 503 until then. */
  readonly isReady: () => boolean;
  /** See `createPages`. */
  readonly basePath: string;
}

const PROBE = /^\/(healthz|readyz|metrics)\/?$/;

/** Answers below the base path and, for probes that cannot know it, at the root. */
export function createProbes({ metrics, isReady, basePath }: ProbesOptions): Door {
  const probeOf = (url: string) => {
    const path = rawPathOf(url);
    const below = path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
    return PROBE.exec(below)?.[1];
  };
  return {
    name: 'probe',
    owns: (url) => probeOf(url) !== undefined,
    answer: ({ method, url }) => {
      refuseWriting(method);
      switch (probeOf(url)) {
        case 'healthz':
          return plainReply(200, 'ok');
        case 'readyz':
          if (isReady()) return plainReply(200, 'ready');
          throw new LogdirError('unavailable', 'not ready: still looking for runs');
        default:
          return exposition(metrics);
      }
    },
    failure: (_request, failure) => plainFailure(failure),
  };
}

async function exposition(metrics: Metrics): Promise<Reply> {
  const { contentType, body } = await metrics.expose();
  return textReply({ status: 200, contentType, body, headers: ['Cache-Control', 'no-store'] });
}
