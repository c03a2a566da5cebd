/** What each error code of the house means to an HTTP client and to an HDFS client. @module */

import { type ErrorCode, LogdirError, toLogdirError } from '../../core/index.ts';

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

export interface HdfsFailure {
  readonly status: number;
  /** Simple class name; clients choose their own exception by it. */
  readonly exception: string;
  readonly javaClassName: string;
}

const notFound = hdfs(404, 'FileNotFoundException', 'java.io');
const denied = hdfs(403, 'AccessControlException', 'org.apache.hadoop.security');
const illegal = hdfs(400, 'IllegalArgumentException', 'java.lang');
const retriable = hdfs(503, 'RetriableException', 'org.apache.hadoop.ipc');
const failure = hdfs(500, 'IOException', 'java.io');

/** As in Hadoop's "WebHDFS REST API", section "HTTP Response Codes". */
export const HDFS_FAILURE = {
  'not-found': notFound,
  'permission-denied': denied,
  'invalid-argument': illegal,
  'read-only': denied,
  unavailable: retriable,
  'rate-limited': retriable,
  corrupt: failure,
  exhausted: failure,
  cancelled: retriable,
  internal: hdfs(500, 'RuntimeException', 'java.lang'),
} as const satisfies Record<ErrorCode, HdfsFailure>;

/** An operation this door does not know. Not an error code of the house: only WebHDFS has operations. */
export const HDFS_UNSUPPORTED = hdfs(400, 'UnsupportedOperationException', 'java.lang');

function hdfs(status: number, exception: string, javaPackage: string): HdfsFailure {
  return { status, exception, javaClassName: `${javaPackage}.${exception}` };
}

/** The failure a client is told about: malformed URLs are the client's, unforeseen ones are kept in the log. */
export function publicError(error: unknown): LogdirError {
  if (error instanceof LogdirError) return error;
  if (error instanceof URIError) {
    return new LogdirError(
      'invalid-argument',
      'the URL holds a malformed percent-encoding: encode it as UTF-8',
      {
        cause: error,
      },
    );
  }
  const known = toLogdirError(error, 'request');
  if (known.code !== 'internal') return known;
  return new LogdirError(
    'internal',
    'the request failed for a reason of our own: the log of the server has it',
    {
      cause: error,
    },
  );
}
