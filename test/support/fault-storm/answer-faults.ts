/** Answers of a server that are none, and connections that fail. @module */

import {
  answerGarbage,
  answerHtml,
  answerStatus,
  delayBy,
  type Effect,
  graphqlErrors,
  neverAnswer,
  type RequestMatcher,
  replaceAt,
  resetAfter,
  trickle,
  truncateBody,
} from '../wandb-server/index.ts';
import { type FaultKind, onRequests, pick } from './fault.ts';

const DAY_MS = 86_400_000;
/** A moment that is over for whatever clock. */
const PAST = new Date(0).toUTCString();
const GRAPHQL: readonly RequestMatcher[] = [
  { door: 'graphql' },
  { operation: 'Runs' },
  { operation: 'RunDetail' },
  { operation: 'HistoryPage' },
];
const ANY: readonly RequestMatcher[] = [...GRAPHQL, {}, { door: 'storage' }];

function statusKind(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  matchers: readonly RequestMatcher[] = ANY,
): FaultKind {
  const lines = Object.entries(headers).map(([key, value]) => `${key} ${value}`);
  const name = [`HTTP ${status}`, ...lines].join(', ');
  return onRequests(name, matchers, () => answerStatus(status, { headers }));
}

export const STATUS_FAULTS: readonly FaultKind[] = [
  statusKind(401, {}, GRAPHQL),
  statusKind(403, {}, GRAPHQL),
  ...[404, 413, 429, 500, 502, 503, 504].map((status) => statusKind(status)),
  statusKind(429, { 'Retry-After': '1' }),
  statusKind(503, { 'Retry-After': '1' }),
  statusKind(429, { 'RateLimit-Remaining': '0', 'RateLimit-Reset': '1' }),
  statusKind(429, { 'Retry-After': PAST }),
];

export const ANSWER_FAULTS: readonly FaultKind[] = [
  onRequests('a page instead of data', ANY, (random) => answerHtml(pick(random, [200, 502]))),
  onRequests('garbage', ANY, () => answerGarbage()),
  onRequests('an answer cut short', ANY, (random) => truncateBody(random())),
  onRequests('no such project', GRAPHQL, () => replaceAt(['project'], null)),
  onRequests('no such run', [{ operation: 'RunDetail' }, { operation: 'HistoryPage' }], () =>
    replaceAt(['project', 'run'], null),
  ),
  onRequests('errors beside data', GRAPHQL, () => graphqlErrors('a resolver complained')),
  onRequests('errors instead of data', GRAPHQL, (random) =>
    graphqlErrors('internal error', { keepsData: false, status: pick(random, [200, 400, 500]) }),
  ),
  onRequests('no permission', GRAPHQL, () => graphqlErrors('permission denied', { keepsData: false })),
  onRequests('errors beside a lack', [{ operation: 'RunDetail' }], (random) => lacking(random)),
  onRequests('a clock that is days off', ANY, (random) => dated(Date.now() + (random() - 0.5) * 20 * DAY_MS)),
];

export const CONNECTION_FAULTS: readonly FaultKind[] = [
  onRequests('answers by drops', ANY, () => trickle({ bytes: 1, everyMs: 100 })),
  onRequests('answers that stop', ANY, (random) =>
    trickle({ bytes: 500, everyMs: 20, endsAfterBytes: random() * 5000 }),
  ),
  onRequests('no answer', ANY, () => neverAnswer()),
  onRequests('connections reset', ANY, () => resetAfter(0)),
  onRequests('connections reset amid an answer', ANY, (random) =>
    resetAfter(1 + Math.floor(random() * 5000)),
  ),
  onRequests('slow answers', ANY, (random) => delayBy(50 + random() * 400)),
];

/** GraphQL answers what it can: a resolver that fails leaves null where its field may be null. */
function lacking(random: () => number): Effect {
  const field = pick(random, [
    'historyKeys',
    'parquetHistory',
    'files',
    'config',
    'summaryMetrics',
    'historyLineCount',
  ]);
  const { after: lack } = replaceAt(['project', 'run', field], null);
  const { after: complain } = graphqlErrors('context deadline exceeded');
  return { after: (reply) => complain!(lack!(reply)) };
}

function dated(ms: number): Effect {
  return {
    after: (reply) => ({ ...reply, headers: { ...reply.headers, Date: new Date(ms).toUTCString() } }),
  };
}
