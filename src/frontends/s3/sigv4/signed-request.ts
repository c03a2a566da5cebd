/** What a request says of who signed it: in its `Authorization` header, or in a query made beforehand. @module */

import type { WebRequest } from '../../web/index.ts';
import { S3Refusal } from '../protocol/error-reply.ts';
import type { S3Query } from '../protocol/uri.ts';
import { ALGORITHM, type Scope } from './signature.ts';

/** The claims of a signature; nothing of it is proven. */
export interface SignedRequest {
  readonly accessKeyId: string;
  readonly scope: Scope;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string;
  /** Unix milliseconds. */
  readonly signedAtMs: number;
  /** How long a presigned URL is good for, in seconds; null for a header, which is good for one request. */
  readonly expiresSeconds: number | null;
  /** Names in lower case. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** What stands for the body in the signature. */
  readonly payload: string;
}

const UNSIGNED = 'UNSIGNED-PAYLOAD';
/** A body is never read: its hash is good as it was signed, and so is the word for a body in signed pieces. */
const PAYLOAD = /^(?:[0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-[A-Z0-9-]+)$/;
const TIMESTAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
/** A week: as S3. */
const MAX_EXPIRES_SECONDS = 604_800;

/** Null for a request that nobody signed. @throws S3Refusal */
export function readSignedRequest(request: WebRequest, query: S3Query): SignedRequest | null {
  const { authorization } = request.headers;
  const isPresigned = query.has('X-Amz-Algorithm') || query.has('X-Amz-Signature');
  if (authorization !== undefined && isPresigned)
    throw new S3Refusal('InvalidArgument', 'sign by the Authorization header or by the query, not by both');
  if (isPresigned) return readPresigned(query);
  if (authorization !== undefined) return readAuthorization(authorization, request);
  // Signature Version 2, by its query.
  if (query.has('AWSAccessKeyId')) throw otherAlgorithm();
  return null;
}

function readAuthorization(authorization: string, { headers }: WebRequest): SignedRequest {
  const [scheme = '', rest = ''] = splitOnce(authorization.trim(), ' ');
  if (scheme === 'AWS' || scheme.startsWith('AWS4-ECDSA')) throw otherAlgorithm();
  if (scheme !== ALGORITHM)
    throw new S3Refusal('InvalidArgument', `unsupported Authorization type: sign with ${ALGORITHM}`);
  const fields = rest.split(',').map((part) => splitOnce(part.trim(), '='));
  const parts = new Map(fields);
  const [credential, signedHeaders, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name) => {
    const value = parts.get(name);
    if (value && fields.length === 3) return value;
    const message = `the Authorization header must have Credential, SignedHeaders and Signature, once each`;
    throw new S3Refusal('AuthorizationHeaderMalformed', message);
  }) as [string, string, string];
  const timestamp = timestampOf(headers['x-amz-date'] ?? headers.date);
  const claims = readClaims('AuthorizationHeaderMalformed', { credential, timestamp, signedHeaders });
  const payload = headers['x-amz-content-sha256'];
  if (typeof payload !== 'string')
    throw new S3Refusal('InvalidRequest', 'missing required header for this request: x-amz-content-sha256');
  if (!PAYLOAD.test(payload))
    throw new S3Refusal(
      'InvalidArgument',
      `x-amz-content-sha256 must be ${UNSIGNED}, STREAMING-… or a SHA-256 in hex`,
    );
  return { ...claims, expiresSeconds: null, signature, payload };
}

function readPresigned(query: S3Query): SignedRequest {
  const problem = 'AuthorizationQueryParametersError';
  const required = (name: string) => {
    const value = query.get(`X-Amz-${name}`);
    if (value) return value;
    throw new S3Refusal(problem, `a presigned URL needs the parameter X-Amz-${name}`);
  };
  if (required('Algorithm') !== ALGORITHM)
    throw new S3Refusal(problem, `X-Amz-Algorithm must be ${ALGORITHM}`);
  const [credential, timestamp, signedHeaders] = ['Credential', 'Date', 'SignedHeaders'].map(required) as [
    string,
    string,
    string,
  ];
  const claims = readClaims(problem, { credential, timestamp, signedHeaders });
  const expires = required('Expires');
  if (!/^\d{1,7}$/.test(expires) || Number(expires) > MAX_EXPIRES_SECONDS)
    throw new S3Refusal(problem, `X-Amz-Expires must be a number of seconds, ${MAX_EXPIRES_SECONDS} at most`);
  return {
    ...claims,
    expiresSeconds: Number(expires),
    signature: required('Signature'),
    payload: UNSIGNED,
  };
}

interface ClaimTexts {
  /** `<key id>/<date>/<region>/s3/aws4_request`; a key id may hold slashes. */
  readonly credential: string;
  readonly timestamp: string;
  readonly signedHeaders: string;
}

/** `problem`: what S3 calls a mistake in them. */
function readClaims(
  problem: 'AuthorizationHeaderMalformed' | 'AuthorizationQueryParametersError',
  { credential, timestamp, signedHeaders }: ClaimTexts,
): Pick<SignedRequest, 'accessKeyId' | 'scope' | 'timestamp' | 'signedAtMs' | 'signedHeaders'> {
  const parts = credential.split('/');
  const [date = '', region = '', service, terminator] = parts.slice(-4);
  const accessKeyId = parts.slice(0, -4).join('/');
  if (accessKeyId === '' || service !== 's3' || terminator !== 'aws4_request')
    throw new S3Refusal(problem, 'Credential must be <access key id>/<YYYYMMDD>/<region>/s3/aws4_request');
  const signedAtMs = millisecondsOf(timestamp);
  if (signedAtMs === undefined)
    throw new S3Refusal(problem, 'the time of signing must be in the form YYYYMMDDTHHMMSSZ');
  if (!timestamp.startsWith(date) || date.length !== 8)
    throw new S3Refusal(problem, 'the date in Credential is not that of the time of signing');
  const names = signedHeaders.toLowerCase().split(';');
  if (!names.includes('host')) throw new S3Refusal(problem, 'SignedHeaders must have host');
  return { accessKeyId, scope: { date, region, service }, timestamp, signedAtMs, signedHeaders: names };
}

/** The time of a header: `X-Amz-Date`, or `Date` as HTTP has it. */
function timestampOf(header: string | string[] | undefined): string {
  const text = String(header ?? '');
  if (TIMESTAMP.test(text)) return text;
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new S3Refusal('AccessDenied', 'a signed request needs a valid Date or x-amz-date header');
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
}

function millisecondsOf(timestamp: string): number | undefined {
  const match = TIMESTAMP.exec(timestamp);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function otherAlgorithm(): S3Refusal {
  return new S3Refusal(
    'InvalidRequest',
    `the authorization mechanism is not supported: use ${ALGORITHM} (boto3: Config(signature_version="s3v4"))`,
  );
}
