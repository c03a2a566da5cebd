/** Signatures as AWS publishes them. @module */

import { describe, expect, it } from 'vitest';
import { S3Query, uriEncodePath } from '../../../src/frontends/s3/protocol/uri.ts';
import {
  canonicalRequest,
  equalInConstantTime,
  signatureOf,
} from '../../../src/frontends/s3/sigv4/signature.ts';

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

interface Vector {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: string;
  readonly signature: string;
}

/** Amazon S3 API Reference, "Signature calculations for the Authorization header" and "Using query parameters". */
const OF_S3: readonly Vector[] = [
  {
    name: 'GET Object',
    path: 'test.txt',
    headers: { range: 'bytes=0-9', 'x-amz-content-sha256': EMPTY, 'x-amz-date': '20130524T000000Z' },
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    name: 'PUT Object',
    method: 'PUT',
    path: 'test$file.text',
    headers: {
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      'x-amz-date': '20130524T000000Z',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    },
    payload: '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    name: 'GET Bucket Lifecycle',
    query: 'lifecycle',
    headers: { 'x-amz-content-sha256': EMPTY, 'x-amz-date': '20130524T000000Z' },
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  {
    name: 'GET Bucket (List Objects)',
    query: 'max-keys=2&prefix=J',
    headers: { 'x-amz-content-sha256': EMPTY, 'x-amz-date': '20130524T000000Z' },
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
  {
    name: 'a presigned URL',
    path: 'test.txt',
    query:
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host',
    payload: 'UNSIGNED-PAYLOAD',
    signature: 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  },
];

/** The "aws4_testsuite" of AWS, of which the cases that hold for S3 too: its paths are not normalized. */
const OF_SUITE: readonly Vector[] = [
  { name: 'get-vanilla', signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31' },
  {
    name: 'get-vanilla-query-order-key-case',
    query: 'Param2=value2&Param1=value1',
    signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  },
  {
    name: 'get-vanilla-empty-query-key',
    query: 'Param1=value1',
    signature: 'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
  },
  {
    name: 'get-vanilla-utf8-query',
    query: 'ሴ=bar',
    signature: '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
  },
  {
    name: 'get-unreserved',
    path: '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
    signature: '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
  },
  {
    name: 'get-utf8',
    path: 'ሴ',
    signature: '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
  },
  {
    name: 'post-vanilla',
    method: 'POST',
    signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  },
  {
    name: 'get-header-value-trim',
    headers: { 'my-header1': ' value1', 'my-header2': ' "a   b   c"', 'x-amz-date': '20150830T123600Z' },
    signature: 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  },
];

function signed(vector: Vector, host: string, known: Readonly<Record<string, string>>): string {
  return canonicalRequest({
    method: vector.method ?? 'GET',
    path: `/${uriEncodePath(vector.path ?? '')}`,
    query: new S3Query(vector.query ?? '').canonical(),
    headers: Object.entries({ host, ...(vector.headers ?? known) }).sort(([a], [b]) => (a < b ? -1 : 1)),
    payload: vector.payload ?? EMPTY,
  });
}

describe('a signature is the one that AWS computes', () => {
  it.each(OF_S3)('of S3: $name', (vector) => {
    const request = signed(vector, 'examplebucket.s3.amazonaws.com', {});
    const scope = { date: '20130524', region: 'us-east-1', service: 's3' };
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
    expect(signatureOf(secret, scope, '20130524T000000Z', request)).toBe(vector.signature);
  });

  it.each(OF_SUITE)('of the suite: $name', (vector) => {
    const request = signed(vector, 'example.amazonaws.com', { 'x-amz-date': '20150830T123600Z' });
    const scope = { date: '20150830', region: 'us-east-1', service: 'service' };
    const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
    expect(signatureOf(secret, scope, '20150830T123600Z', request)).toBe(vector.signature);
  });
});

describe('the query of a request', () => {
  it('is signed in the order of its names, then of its values', () => {
    const query = new S3Query('a-=1&a=2&a=10&B=&c&d=x%2Fy+z&e=%7E*');
    expect(query.canonical()).toBe('B=&a=10&a=2&a-=1&c=&d=x%2Fy%20z&e=~%2A');
    expect(query.canonical('a')).toBe('B=&a-=1&c=&d=x%2Fy%20z&e=~%2A');
    expect([query.get('a'), query.get('c'), query.get('z'), query.has('B')]).toEqual([
      '2',
      '',
      undefined,
      true,
    ]);
  });

  it.each(['%', 'a=%zz', 'a=%ff', '%c3%28=1'])('refuses %s', (text) => {
    expect(() => new S3Query(text)).toThrow('malformed percent-encoding');
  });
});

it('signatures are compared whole', () => {
  expect(equalInConstantTime('abc', 'abc')).toBe(true);
  for (const other of ['', 'ab', 'abd', 'abcd', 'äbc']) expect(equalInConstantTime(other, 'abc')).toBe(false);
});
