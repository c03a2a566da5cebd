/** S3 as its clients speak it. @module */

import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_CODES, LogdirError } from '../../../src/core/index.ts';
import { S3_CODE, S3_STATUS } from '../../../src/frontends/s3/protocol/error-reply.ts';
import { HTTP_STATUS, type HttpServer } from '../../../src/frontends/web/index.ts';
import { createMetrics } from '../../../src/observability/index.ts';
import { type Answer, ask, serveTree } from '../../support/http-door.ts';
import { MemoryTree } from '../../support/memory-tree.ts';
import { elementsOf, serveS3, textOf } from '../../support/s3-door.ts';

const FILE = 'team/mnist/run 1/events.out.tfevents.1.a';
const URL_OF_FILE = '/wandb/team/mnist/run%201/events.out.tfevents.1.a';
const LAST_MODIFIED = 'Fri, 02 Jan 2026 03:04:05 GMT';

const code = ({ status, body }: Answer) => [status, textOf(body.toString(), 'Code')];

describe.each([
  ['files at hand', true],
  ['files not at hand', false],
])('S3 with %s', (_, isWarm) => {
  const tree = new MemoryTree({ [FILE]: '0123456789', 'team/mnist/run 1/run.json': '' }, { isWarm });
  let server: HttpServer;
  beforeAll(async () => {
    server = await serveS3(tree, { domains: ['localhost', 'S3.example.com'] });
  });
  afterAll(() => server[Symbol.asyncDispose]());
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    ask(server, path, { method, headers });

  it('has one bucket, which is in no place', async () => {
    const buckets = await get('/');
    expect(elementsOf(buckets.body.toString(), 'Name')).toEqual(['wandb']);
    const head = await get('/wandb', {}, 'HEAD');
    expect([head.status, head.headers['x-amz-bucket-region'], head.body.length]).toEqual([
      200,
      'us-east-1',
      0,
    ]);
    expect((await get('/wandb/', {}, 'HEAD')).status).toBe(200);
    expect((await get('/wandb?location')).body.toString()).toContain('<LocationConstraint xmlns=');
    expect((await get('/wandb?versioning')).body.toString()).toContain('<VersioningConfiguration xmlns=');
  });

  it('gives an object and says of it what HeadObject says', async () => {
    const answer = await get(`${URL_OF_FILE}?x-id=GetObject`);
    expect([answer.status, answer.body.toString()]).toEqual([200, '0123456789']);
    const { headers } = await get(URL_OF_FILE, {}, 'HEAD');
    for (const name of ['content-length', 'last-modified', 'etag', 'accept-ranges'])
      expect([name, headers[name]]).toEqual([name, answer.headers[name]]);
    expect(headers).toMatchObject({ 'content-length': '10', 'last-modified': LAST_MODIFIED });
    expect(headers.etag).toMatch(/^"[^"]+"$/);
  });

  it.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=0-16777216', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=8-', 206, '89', 'bytes 8-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
  ])('gives %s', async (range, status, body, contentRange) => {
    const answer = await get(URL_OF_FILE, { range });
    expect([answer.status, answer.body.toString(), answer.headers['content-range']]).toEqual([
      status,
      body,
      contentRange,
    ]);
  });

  it('says InvalidRange where a reader is at the end, with the size', async () => {
    const answer = await get(URL_OF_FILE, { range: 'bytes=10-16777226' });
    expect(code(answer)).toEqual([416, 'InvalidRange']);
    expect(textOf(answer.body.toString(), 'ActualObjectSize')).toBe('10');
    expect(code(await get('/wandb/team/mnist/run%201/run.json', { range: 'bytes=0-9' }))).toEqual([
      416,
      'InvalidRange',
    ]);
  });

  it('answers conditions', async () => {
    const { headers } = await get(URL_OF_FILE, {}, 'HEAD');
    const etag = String(headers.etag);
    expect((await get(URL_OF_FILE, { 'if-none-match': etag })).status).toBe(304);
    expect((await get(URL_OF_FILE, { 'if-none-match': '"other"' })).status).toBe(200);
    expect((await get(URL_OF_FILE, { 'if-match': etag })).status).toBe(200);
    expect(code(await get(URL_OF_FILE, { 'if-match': '"other"' }))).toEqual([412, 'PreconditionFailed']);
    expect((await get(URL_OF_FILE, { 'if-modified-since': LAST_MODIFIED })).status).toBe(304);
    const before = new Date(Date.parse(LAST_MODIFIED) - 1000).toUTCString();
    expect(code(await get(URL_OF_FILE, { 'if-unmodified-since': before }))).toEqual([
      412,
      'PreconditionFailed',
    ]);
  });

  it.each(['wandb.localhost', 'wandb.localhost:9000', 'WANDB.s3.Example.com', 'wandb.localhost.'])(
    'has the bucket in the name %s',
    async (name) => {
      const host = { host: name };
      // Bound to loopback, the server is asked by loopback names alone.
      const status = name.includes('localhost') ? 200 : 421;
      const answer = await get(URL_OF_FILE.slice('/wandb'.length), host);
      expect(answer.status).toBe(status);
      if (status === 200)
        expect(textOf((await get('/?list-type=2', host)).body.toString(), 'Key')).toBe(FILE);
    },
  );

  it.each([
    ['GET', '/other', 404, 'NoSuchBucket'],
    ['GET', '/other/key', 404, 'NoSuchBucket'],
    ['GET', '/wandb/team/mnist/none', 404, 'NoSuchKey'],
    ['GET', '/wandb/team/mnist', 404, 'NoSuchKey'],
    ['GET', '/wandb/team/mnist/', 404, 'NoSuchKey'],
    ['GET', '/wandb//team', 404, 'NoSuchKey'],
    ['GET', '/wandb/team/../team', 404, 'NoSuchKey'],
    ['GET', '/wandb/team/%2e%2e/x', 404, 'NoSuchKey'],
    ['GET', '/wandb/%00', 404, 'NoSuchKey'],
    ['GET', '/wandb/%zz', 400, 'InvalidArgument'],
    ['GET', '/wandb?prefix=%zz', 400, 'InvalidArgument'],
    ['GET', '/wandb?max-keys=-1', 400, 'InvalidArgument'],
    ['GET', '/wandb?max-keys=many', 400, 'InvalidArgument'],
    ['GET', '/wandb?max-keys=2147483648', 400, 'InvalidArgument'],
    ['GET', '/wandb?encoding-type=base64', 400, 'InvalidArgument'],
    ['GET', '/wandb?list-type=3', 400, 'InvalidArgument'],
    ['GET', '/wandb?list-type=2&continuation-token=!', 400, 'InvalidArgument'],
    ['GET', `${URL_OF_FILE}?versionId=3HL4`, 404, 'NoSuchVersion'],
    ['GET', `${URL_OF_FILE}?partNumber=2`, 416, 'InvalidPartNumber'],
    ['GET', `${URL_OF_FILE}?response-content-type=a%0d%0ab`, 400, 'InvalidArgument'],
    ['GET', `${URL_OF_FILE}?tagging`, 501, 'NotImplemented'],
    ['GET', '/wandb?acl', 501, 'NotImplemented'],
    ['GET', '/wandb?versions', 501, 'NotImplemented'],
    ['PUT', URL_OF_FILE, 403, 'AccessDenied'],
    ['PUT', '/wandb', 403, 'AccessDenied'],
    ['PUT', '/new', 403, 'AccessDenied'],
    ['POST', '/wandb?delete', 403, 'AccessDenied'],
    ['POST', `${URL_OF_FILE}?uploads`, 403, 'AccessDenied'],
    ['DELETE', URL_OF_FILE, 403, 'AccessDenied'],
    ['DELETE', '/wandb', 403, 'AccessDenied'],
    ['OPTIONS', '/wandb', 400, 'BadRequest'],
    ['PATCH', URL_OF_FILE, 403, 'AccessDenied'],
  ])('refuses %s %s with %i %s', async (method, path, status, s3Code) => {
    const answer = await get(path, {}, method);
    expect(code(answer)).toEqual([status, s3Code]);
    const xml = answer.body.toString();
    for (const name of ['Message', 'Resource', 'RequestId']) expect(textOf(xml, name)).toBeTruthy();
    expect(answer.headers['x-amz-request-id']).toBe(textOf(xml, 'RequestId'));
  });

  it('refuses HEAD without a word, as HTTP has it', async () => {
    const answer = await get('/wandb/none', {}, 'HEAD');
    expect([answer.status, answer.body.length]).toEqual([404, 0]);
  });

  it('lets no page of others read', async () => {
    const asked = { origin: 'http://elsewhere', 'access-control-request-method': 'GET' };
    expect(code(await get(URL_OF_FILE, asked, 'OPTIONS'))).toEqual([403, 'AccessForbidden']);
    expect((await get(URL_OF_FILE, asked)).headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('gives a link the headers it asks for, and a browser no rights with them', async () => {
    const asked = {
      'content-type': 'text/html',
      'content-disposition': 'inline',
      'cache-control': 'no-store',
    };
    const query = Object.entries({ ...asked, 'content-language': 'en', expires: '0' });
    const words = query.map(([name, value]) => `response-${name}=${encodeURIComponent(value)}`).join('&');
    const { status, headers, body } = await get(`${URL_OF_FILE}?${words}`, { range: 'bytes=0-1' });
    expect([status, body.toString()]).toEqual([206, '01']);
    expect(headers).toMatchObject({ ...Object.fromEntries(query), 'content-range': 'bytes 0-1/10' });
    expect(headers['content-security-policy']).toContain('sandbox');
  });
});

it('takes a question about an object for interest in it, and a list for none', async () => {
  const tree = new MemoryTree({ [FILE]: 'x' }, { isWarm: false });
  await using server = await serveS3(tree);
  await ask(server, '/wandb?list-type=2');
  await ask(server, '/wandb?prefix=team/mnist/&delimiter=/');
  expect(tree.calls.filter(({ method }) => method !== 'list')).toEqual([]);
  await ask(server, URL_OF_FILE, { method: 'HEAD' });
  await ask(server, URL_OF_FILE, { headers: { range: 'bytes=0-1' } });
  await ask(server, URL_OF_FILE);
  expect(tree.calls.filter(({ method }) => method !== 'list')).toEqual([
    { method: 'stat', path: FILE, freshness: 'refresh' },
    { method: 'open', path: FILE, freshness: 'refresh' },
    { method: 'open', path: FILE, freshness: 'complete' },
  ]);
});

it('turns each failure of the tree into the code and status of the tables', async () => {
  const tree = new MemoryTree({ [FILE]: 'x' }, { isWarm: false });
  await using server = await serveS3(tree);
  for (const errorCode of ERROR_CODES) {
    const refuse = (): Promise<never> => Promise.reject(new LogdirError(errorCode, `because ${errorCode}`));
    Object.assign(tree, { stat: refuse, open: refuse });
    const { status, headers } = await ask(server, URL_OF_FILE, { method: 'HEAD' });
    expect([errorCode, status]).toEqual([errorCode, S3_STATUS[S3_CODE[errorCode]]]);
    expect('retry-after' in headers).toBe(HTTP_STATUS[errorCode] === 503);
  }
  tree.open = () => Promise.reject(new Error('secret detail'));
  const answer = await ask(server, URL_OF_FILE);
  expect(code(answer)).toEqual([500, 'InternalError']);
  expect(answer.body.toString()).not.toContain('secret');
});

it('answers whatever is asked in S3 XML or with an object, and never fails', async () => {
  await using server = await serveS3(new MemoryTree({ [FILE]: 'x' }));
  const piece = fc.constantFrom(
    ...[
      '/',
      '/wandb',
      '//',
      '.',
      '..',
      '%',
      '%2F',
      '%00',
      '%FF',
      '?',
      '&',
      '=',
      '+',
      'team',
      'prefix',
      'delimiter',
    ],
    ...[
      'max-keys',
      'marker',
      'list-type=2',
      'X-Amz-Signature',
      'a',
      '%F0%9F%A7%A0',
      ':',
      ';',
      '"',
      '<',
      '@',
      '~',
    ],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 10 }), async (pieces) => {
      const { status, headers, body } = await ask(server, `/${pieces.join('')}`);
      expect([200, 400, 403, 404]).toContain(status);
      expect(headers['content-type']).toBe('application/xml');
      expect(body.toString()).toMatch(/^<\?xml [^>]*>\n<(Error|ListBucketResult|ListAllMyBucketsResult)/);
    }),
  );
});

it('is counted beside the pages of the same program', async () => {
  const metrics = createMetrics({ processMetrics: false });
  const tree = new MemoryTree({ [FILE]: '0123456789' });
  await using s3 = await serveS3(tree, { metrics });
  await using pages = await serveTree(tree, { metrics });
  await ask(s3, URL_OF_FILE, { headers: { range: 'bytes=0-3' } });
  const { body } = await ask(pages, '/metrics');
  expect(body.toString()).toContain('http_requests_total{route="s3",method="GET",status="206"} 1');
  expect(body.toString()).toContain('http_sent_bytes_total{route="s3"} 4');
  expect(body.toString()).toContain('wandb_logdir_http_open_requests 1');
});
