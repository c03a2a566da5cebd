/**
 * AWS Signature Version 4: what is signed, and with which key. Format: Amazon S3 API Reference, "Authenticating Requests
 * (AWS Signature Version 4)". @module
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** What a signature is good for. */
export interface Scope {
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export interface CanonicalParts {
  readonly method: string;
  /** Percent-encoded as S3 does. */
  readonly path: string;
  readonly query: string;
  /** Names in lower case, as they were signed; values as they were sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** SHA-256 of the body in hex, or a word that stands for it. */
  readonly payload: string;
}

/** The CanonicalRequest. Runs of spaces in values count as one, at the ends as none. */
export function canonicalRequest({ method, path, query, headers, payload }: CanonicalParts): string {
  const lines = headers.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}\n`);
  const names = headers.map(([name]) => name).join(';');
  return [method, path, query, lines.join(''), names, payload].join('\n');
}

export function scopeText({ date, region, service }: Scope): string {
  return `${date}/${region}/${service}/aws4_request`;
}

/** In hex. `timestamp`: `YYYYMMDDTHHMMSSZ`. */
export function signatureOf(secret: string, scope: Scope, timestamp: string, request: string): string {
  const digest = createHash('sha256').update(request).digest('hex');
  const toSign = [ALGORITHM, timestamp, scopeText(scope), digest].join('\n');
  let key: string | Buffer = `AWS4${secret}`;
  for (const part of [scope.date, scope.region, scope.service, 'aws4_request']) key = hmac(key, part);
  return hmac(key, toSign).toString('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Whether two texts of ASCII are the same, in a time that tells nothing of where they differ. */
export function equalInConstantTime(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
