/** Failures as S3 has them: a code that clients go by, in XML. Codes: Amazon S3 API Reference, "Error responses". @module */

import { randomBytes } from 'node:crypto';
import { type ErrorCode, LogdirError } from '../../../core/index.ts';
import { type HttpFailure, type Reply, rawPathOf, type WebRequest } from '../../web/index.ts';
import { textElement, xmlDocument } from './xml.ts';

/** HTTP statuses of the codes that this door says. */
export const S3_STATUS = {
  AccessDenied: 403,
  AccessForbidden: 403,
  AuthorizationHeaderMalformed: 400,
  AuthorizationQueryParametersError: 400,
  BadRequest: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidPartNumber: 416,
  InvalidRange: 416,
  InvalidRequest: 400,
  MethodNotAllowed: 405,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchVersion: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
} as const;

export type S3Code = keyof typeof S3_STATUS;

/** Clients of S3 wait and ask again on 503, and give up on 507. */
export const S3_CODE = {
  'not-found': 'NoSuchKey',
  'permission-denied': 'AccessDenied',
  'invalid-argument': 'InvalidArgument',
  'read-only': 'AccessDenied',
  unavailable: 'ServiceUnavailable',
  'rate-limited': 'SlowDown',
  corrupt: 'InternalError',
  exhausted: 'ServiceUnavailable',
  cancelled: 'ServiceUnavailable',
  internal: 'InternalError',
} as const satisfies Record<ErrorCode, S3Code>;

/** A request that S3 itself would refuse, with S3's own code. */
export class S3Refusal extends LogdirError {
  readonly s3Code: S3Code;
  /** More elements of the error, by name. */
  readonly details: Readonly<Record<string, string>>;

  constructor(s3Code: S3Code, message: string, details: Readonly<Record<string, string>> = {}) {
    super(S3_STATUS[s3Code] === 403 ? 'permission-denied' : 'invalid-argument', message);
    this.s3Code = s3Code;
    this.details = details;
  }
}

export function refusalReply(request: WebRequest, { s3Code, message, details }: S3Refusal): Reply {
  return errorReply(request, s3Code, message, { details });
}

export function failureReply(request: WebRequest, { code, message, headers }: HttpFailure): Reply {
  const isRetriable = S3_STATUS[S3_CODE[code]] === 503;
  return errorReply(request, S3_CODE[code], message, { headers: isRetriable ? headers : [] });
}

interface ErrorParts {
  readonly headers?: readonly string[];
  readonly details?: Readonly<Record<string, string>>;
}

/** The resource is what was asked for, without the query: that may hold a signature. */
export function errorReply(
  { url }: WebRequest,
  code: S3Code,
  message: string,
  { headers = [], details = {} }: ErrorParts = {},
): Reply {
  const requestId = randomBytes(8).toString('hex').toUpperCase();
  const elements = {
    Code: code,
    Message: message,
    ...details,
    Resource: rawPathOf(url),
    RequestId: requestId,
  };
  const body = xmlDocument(
    'Error',
    Object.entries(elements).map(([name, text]) => textElement(name, text)),
    '',
  );
  return xmlReply(S3_STATUS[code], body, ['x-amz-request-id', requestId, ...headers]);
}

export function xmlReply(status: number, body: string, headers: readonly string[] = []): Reply {
  const length = `${Buffer.byteLength(body)}`;
  const type = ['Content-Type', 'application/xml', 'Content-Length', length];
  return { status, headers: [...type, 'X-Content-Type-Options', 'nosniff', ...headers], body };
}
