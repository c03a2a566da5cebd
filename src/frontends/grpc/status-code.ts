/** What each error code of the house means to a gRPC client. @module */

import { status } from '@grpc/grpc-js';
import { type ErrorCode, LogdirError, toLogdirError } from '../../core/index.ts';

/** Of these, TensorBoard 2.21 turns the first three into HTTP 404, 400 and 403, all others into 500. */
export const GRPC_STATUS = {
  'not-found': status.NOT_FOUND,
  'invalid-argument': status.INVALID_ARGUMENT,
  'permission-denied': status.PERMISSION_DENIED,
  'read-only': status.FAILED_PRECONDITION,
  unavailable: status.UNAVAILABLE,
  'rate-limited': status.UNAVAILABLE,
  corrupt: status.DATA_LOSS,
  exhausted: status.RESOURCE_EXHAUSTED,
  cancelled: status.CANCELLED,
  internal: status.INTERNAL,
} as const satisfies Record<ErrorCode, status>;

/** The failure a client is told about; of unforeseen ones only our log has the cause. */
export function publicError(error: unknown): LogdirError {
  const known = toLogdirError(error, 'call');
  if (known.code !== 'internal') return known;
  const message = 'the call failed for a reason of our own: the log of the server has it';
  return new LogdirError('internal', message, { cause: error });
}
