/** The one error type of the house and its closed set of codes. @module */

/**
 * What went wrong, in words a door can translate. Each frontend owns one table from these codes to its own
 * (errno, HTTP status, S3 code, gRPC status), checked exhaustive by the compiler.
 */
export const ERROR_CODES = [
  'not-found',
  'permission-denied',
  'invalid-argument',
  'read-only',
  'unavailable',
  'rate-limited',
  'corrupt',
  'exhausted',
  'cancelled',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * A failure somebody outside must hear about. The message says what happened, to what, and what to do next;
 * it never carries a secret.
 */
export class LogdirError extends Error {
  override readonly name = 'LogdirError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The LogdirError a thing is or stands for: aborts become `cancelled`, errno becomes the nearest code. */
export function toLogdirError(error: unknown, what: string): LogdirError {
  if (error instanceof LogdirError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new LogdirError(codeOf(error), `${what}: ${message}`, { cause: error });
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof Error && error.name === 'AbortError') return 'cancelled';
  switch (errnoOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ESTALE':
      return 'not-found';
    case 'EACCES':
    case 'EPERM':
      return 'permission-denied';
    case 'EROFS':
      return 'read-only';
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EMFILE':
    case 'ENFILE':
      return 'exhausted';
    case 'EIO':
    case 'ETIMEDOUT':
      return 'unavailable';
    default:
      return 'internal';
  }
}

/** The errno name (`ENOENT`) of a Node system error, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
