/** What a failure means in HTTP: one table for all doors; each door puts the failure into words of its own. @module */

import { type ErrorCode, LogdirError, toLogdirError } from '../../../core/index.ts';

/** Upstream trouble is 503, never 404: a client that polls must ask again, not forget. */
export const HTTP_STATUS = {
  'not-found': 404,
  'permission-denied': 403,
  'invalid-argument': 400,
  'read-only': 405,
  unavailable: 503,
  'rate-limited': 503,
  corrupt: 500,
  exhausted: 507,
  cancelled: 503,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;

/** Seconds after which asking again makes sense: request budgets of W&B refill about that fast. */
const RETRY_AFTER_SECONDS = '5';

/** A failure as a client hears of it. */
export interface HttpFailure {
  readonly code: ErrorCode;
  /** From HTTP_STATUS; a protocol that has its own status for a code says that instead. */
  readonly status: number;
  readonly message: string;
  /** `Retry-After` or `Allow`, where the status wants it. */
  readonly headers: readonly string[];
}

export function httpFailure(error: unknown): HttpFailure {
  const { code, message } = publicError(error);
  return { code, status: HTTP_STATUS[code], message, headers: failureHeaders(code) };
}

function failureHeaders(code: ErrorCode): readonly string[] {
  if (code === 'read-only') return ['Allow', 'GET, HEAD'];
  return HTTP_STATUS[code] === 503 ? ['Retry-After', RETRY_AFTER_SECONDS] : [];
}

/** What a client may read of an error: one that nobody foresaw may hold anything, and is kept in the log. */
function publicError(error: unknown): LogdirError {
  const known = toLogdirError(error, 'request');
  if (known.code !== 'internal' || known === error) return known;
  const message = 'the request failed for a reason of our own: the log of the server has it';
  return new LogdirError('internal', message, { cause: error });
}

/** @throws LogdirError `read-only` for anything but GET and HEAD. */
export function refuseWriting(method: string): void {
  if (method === 'GET' || method === 'HEAD') return;
  throw new LogdirError('read-only', 'nothing here can be written: use GET or HEAD');
}
