/** What each error code of the house means to a program that reads the mount. @module */

import { type ErrorCode, toLogdirError } from '../../core/index.ts';
import { ERRNO, type Errno } from './protocol/index.ts';

/**
 * Trouble upstream is never EIO, after which TensorBoard drops a file for good, and never ENOENT: it is not
 * absence.
 */
export const ERROR_NUMBER = {
  'not-found': ERRNO.ENOENT,
  'permission-denied': ERRNO.EACCES,
  'invalid-argument': ERRNO.EINVAL,
  'read-only': ERRNO.EROFS,
  unavailable: ERRNO.EAGAIN,
  'rate-limited': ERRNO.EAGAIN,
  corrupt: ERRNO.EIO,
  exhausted: ERRNO.ENOSPC,
  cancelled: ERRNO.EINTR,
  internal: ERRNO.EIO,
} as const satisfies Record<ErrorCode, Errno>;

/** A refusal for which the kernel expects a certain number. */
export class FuseError extends Error {
  override readonly name = 'FuseError';
  readonly errno: Errno;

  constructor(errno: Errno, message: string) {
    super(message);
    this.errno = errno;
  }
}

export function errorNumberOf(error: unknown): Errno {
  return error instanceof FuseError ? error.errno : ERROR_NUMBER[toLogdirError(error, 'request').code];
}
