/** Whether a signed request was signed with the secret of who it says, and not too long ago. @module */

import { type MaybePromise, mapAnswer } from '../../../core/index.ts';
import { rawPathOf, type WebRequest } from '../../web/index.ts';
import type { S3Access, S3Account } from '../access.ts';
import { S3Refusal } from '../protocol/error-reply.ts';
import { type S3Query, uriDecode, uriEncodePath } from '../protocol/uri.ts';
import { canonicalRequest, equalInConstantTime, signatureOf } from './signature.ts';
import { readSignedRequest, type SignedRequest } from './signed-request.ts';

/** As S3: clocks may be so far apart. */
const MAX_SKEW_MS = 15 * 60_000;

/**
 * Who signed a request. What costs nothing is looked at first, so that junk asks nobody for a secret.
 * @throws S3Refusal, at once or later, unless the signature holds.
 */
export function verifySignature(
  request: WebRequest,
  query: S3Query,
  nowMs: number,
  { hasSecretIds, find }: Extract<S3Access, { readonly kind: 'signed' }>,
): MaybePromise<S3Account> {
  const signed = readSignedRequest(request, query);
  if (signed === null)
    throw new S3Refusal('AccessDenied', 'access denied: sign the request, with an access key of this server');
  if (hasSecretIds && signed.expiresSeconds !== null)
    throw new S3Refusal(
      'AccessDenied',
      'presigned links are refused here: they would show the key, which is a secret',
    );
  requireTime(signed, nowMs);
  requireSignedHeaders(request, signed);
  // Neither refusal repeats the id: it may be a secret.
  return mapAnswer(find(signed.accessKeyId), (account) => {
    if (account === null)
      throw new S3Refusal('InvalidAccessKeyId', 'this server does not know the access key id');
    if (equalInConstantTime(signed.signature, expectedSignature(request, query, signed, account.secret)))
      return account;
    throw new S3Refusal(
      'SignatureDoesNotMatch',
      'the signature is not that of this request with this secret: check the secret access key, and that no proxy changes Host or path',
    );
  });
}

function requireTime({ signedAtMs, expiresSeconds }: SignedRequest, nowMs: number): void {
  if (expiresSeconds === null) {
    if (Math.abs(nowMs - signedAtMs) <= MAX_SKEW_MS) return;
    throw new S3Refusal(
      'RequestTimeTooSkewed',
      'the time of the request and that of this server are more than 15 minutes apart: set the clock',
      { ServerTime: isoTime(nowMs), MaxAllowedSkewMilliseconds: `${MAX_SKEW_MS}` },
    );
  }
  if (signedAtMs - nowMs > MAX_SKEW_MS) throw new S3Refusal('AccessDenied', 'the request is not yet valid');
  const expiresMs = signedAtMs + expiresSeconds * 1000;
  if (nowMs > expiresMs)
    throw new S3Refusal('AccessDenied', 'the request has expired', {
      Expires: isoTime(expiresMs),
      ServerTime: isoTime(nowMs),
    });
}

/** A header that S3 acts by must be signed: else somebody on the way could add it. */
function requireSignedHeaders({ headers }: WebRequest, { signedHeaders }: SignedRequest): void {
  const unsigned = Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-') && !signedHeaders.includes(name),
  );
  if (unsigned.length === 0) return;
  throw new S3Refusal('AccessDenied', 'there were headers present in the request which were not signed', {
    HeadersNotSigned: unsigned.join(', '),
  });
}

function expectedSignature(
  request: WebRequest,
  query: S3Query,
  { scope, timestamp, signedHeaders, payload }: SignedRequest,
  secret: string,
): string {
  const { method, url, host, headers } = request;
  // As the client sent it, where a proxy that is believed has told that.
  const sentValue = (name: string) => (name === 'host' ? host : headers[name]);
  const canonical = canonicalRequest({
    method,
    // Clients encode more or less than S3 does, and sign what S3 would.
    path: uriEncodePath(uriDecode(rawPathOf(url))),
    query: query.canonical('X-Amz-Signature'),
    headers: signedHeaders.map((name) => [name, String(sentValue(name) ?? '')] as const),
    payload,
  });
  return signatureOf(secret, scope, timestamp, canonical);
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
