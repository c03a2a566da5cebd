/** Failures as HDFS clients understand them: each code as a Java exception in a JSON body. @module */

import type { ErrorCode } from '../../core/index.ts';
import { HTTP_STATUS, type HttpFailure, type Reply, textReply } from '../web/index.ts';

export interface HdfsException {
  /** Simple class name; clients choose their own exception by it. */
  readonly exception: string;
  readonly javaClassName: string;
}

const notFound = named('FileNotFoundException', 'java.io');
const denied = named('AccessControlException', 'org.apache.hadoop.security');
const illegal = named('IllegalArgumentException', 'java.lang');
const retriable = named('RetriableException', 'org.apache.hadoop.ipc');
const failed = named('IOException', 'java.io');

/** As in Hadoop's "WebHDFS REST API", section "HTTP Response Codes". */
export const HDFS_EXCEPTION = {
  'not-found': notFound,
  'permission-denied': denied,
  'invalid-argument': illegal,
  'read-only': denied,
  unavailable: retriable,
  'rate-limited': retriable,
  corrupt: failed,
  exhausted: failed,
  cancelled: retriable,
  internal: named('RuntimeException', 'java.lang'),
} as const satisfies Record<ErrorCode, HdfsException>;

/** An operation this door does not know. */
export const UNSUPPORTED = named('UnsupportedOperationException', 'java.lang');

function named(exception: string, javaPackage: string): HdfsException {
  return { exception, javaClassName: `${javaPackage}.${exception}` };
}

/** HDFS has no 405: its clients know a refused write by 403. */
export function hdfsStatus(code: ErrorCode): number {
  return code === 'read-only' ? HTTP_STATUS['permission-denied'] : HTTP_STATUS[code];
}

export function failureReply({ code, message, headers }: HttpFailure): Reply {
  return exceptionReply(hdfsStatus(code), HDFS_EXCEPTION[code], message, headers);
}

export function exceptionReply(
  status: number,
  { exception, javaClassName }: HdfsException,
  message: string,
  headers: readonly string[] = [],
): Reply {
  const body = JSON.stringify({ RemoteException: { exception, javaClassName, message } });
  return textReply({ status, contentType: 'application/json', body, headers });
}
