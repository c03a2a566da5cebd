/** Signs requests of S3 as clients do, by a second account of the same rules. @module */

import { createHash, createHmac } from 'node:crypto';

export interface Signer {
  readonly accessKeyId: string;
  readonly secret: string;
}

export interface Signing {
  readonly method?: string;
  /** With its query, as it is sent. */
  readonly url: string;
  readonly host: string;
  /** Unix milliseconds. */
  readonly nowMs: number;
  readonly region?: string;
  readonly payload?: string;
  /** Sent and signed besides. */
  readonly headers?: Readonly<Record<string, string>>;
}

const EMPTY = createHash('sha256').digest('hex');

/** Headers of a request that is signed by its header. */
export function signedHeaders(signer: Signer, signing: Signing): Record<string, string> {
  const { method = 'GET', url, host, nowMs, region = 'us-east-1', payload = EMPTY, headers = {} } = signing;
  const timestamp = timestampOf(nowMs);
  const all: Record<string, string> = {
    ...headers,
    host,
    'x-amz-date': timestamp,
    'x-amz-content-sha256': payload,
  };
  const names = Object.keys(all).sort();
  const [path = '', query = ''] = url.split('?');
  const sortedQuery = query
    .split('&')
    .filter(Boolean)
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
    .join('&');
  const canonical = [
    method,
    path,
    sortedQuery,
    ...names.map((name) => `${name}:${all[name]}`),
    '',
    names.join(';'),
    payload,
  ];
  const scope = `${timestamp.slice(0, 8)}/${region}/s3/aws4_request`;
  const signature = sign(signer.secret, scope, timestamp, canonical.join('\n'));
  const credential = `Credential=${signer.accessKeyId}/${scope}`;
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...all, authorization };
}

/** A URL that is good by itself for some seconds. */
export function presignedUrl(signer: Signer, signing: Signing & { readonly seconds: number }): string {
  const { method = 'GET', url, host, nowMs, region = 'us-east-1', seconds } = signing;
  const timestamp = timestampOf(nowMs);
  const scope = `${timestamp.slice(0, 8)}/${region}/s3/aws4_request`;
  const [path = '', query = ''] = url.split('?');
  const parameters = [
    ...query.split('&').filter(Boolean),
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${encodeURIComponent(`${signer.accessKeyId}/${scope}`)}`,
    ...[`X-Amz-Date=${timestamp}`, `X-Amz-Expires=${seconds}`, 'X-Amz-SignedHeaders=host'],
  ].sort();
  const canonical = [method, path, parameters.join('&'), `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'];
  const signature = sign(signer.secret, scope, timestamp, canonical.join('\n'));
  return `${path}?${parameters.join('&')}&X-Amz-Signature=${signature}`;
}

function sign(secret: string, scope: string, timestamp: string, canonical: string): string {
  const digest = createHash('sha256').update(canonical).digest('hex');
  const key = scope.split('/').reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${secret}`);
  return hmac(key, ['AWS4-HMAC-SHA256', timestamp, scope, digest].join('\n')).toString('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function timestampOf(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
}
