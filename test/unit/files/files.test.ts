/** Plain files over HTTP: listings, ranges, conditions, refusals. @module */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../../src/frontends/web/index.ts';
import { ask, askRaw, serveTree } from '../../support/http-door.ts';
import { MemoryTree } from '../../support/memory-tree.ts';

const EVENTS = 'team/mnist/run 1/events.out.tfevents.1.a';
const URL_PATH = '/logdir/team/mnist/run%201/events.out.tfevents.1.a';
const BYTES = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));

describe.each([
  ['files at hand', true],
  ['files not at hand', false],
])('/logdir with %s', (_, isWarm) => {
  const tree = new MemoryTree(
    { [EVENTS]: BYTES, 'team/mnist/empty/events.out.tfevents.2.b': '' },
    { isWarm },
  );
  let server: HttpServer;
  beforeAll(async () => {
    server = await serveTree(tree);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('sends a whole file with its exact length, and waits until it is complete', async () => {
    tree.calls.length = 0;
    const { status, headers, body } = await ask(server, URL_PATH);
    expect(status).toBe(200);
    expect(body.equals(BYTES)).toBe(true);
    expect(headers).toMatchObject({
      'content-length': '1000',
      'accept-ranges': 'bytes',
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
      'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT',
    });
    expect(headers.etag).toMatch(/^"[^"]+"$/);
    expect(tree.calls.findLast(({ method }) => method === 'open')?.freshness).toBe('complete');
  });

  it.each([
    ['bytes=0-9', 0, 10],
    ['bytes=990-', 990, 1000],
    ['bytes=-5', 995, 1000],
    ['bytes=-5000', 0, 1000],
    ['bytes=998-99999999999999999999', 998, 1000],
    ['BYTES=1-1', 1, 2],
  ])('answers %s with that slice', async (range, start, end) => {
    const { status, headers, body } = await ask(server, URL_PATH, { headers: { range } });
    expect(status).toBe(206);
    expect(headers['content-range']).toBe(`bytes ${start}-${end - 1}/1000`);
    expect(headers['content-length']).toBe(String(end - start));
    expect(body.equals(BYTES.subarray(start, end))).toBe(true);
  });

  it.each(['bytes=1000-', 'bytes=5-3', 'bytes=-0', 'bytes=a-b', 'bytes=', 'bytes=-', 'bytes=1'])(
    'refuses %s with 416 and the size',
    async (range) => {
      const { status, headers } = await ask(server, URL_PATH, { headers: { range } });
      expect(status).toBe(416);
      expect(headers['content-range']).toBe('bytes */1000');
    },
  );

  it.each(['bytes=0-1,5-6', 'lines=1-2'])('answers %s with the whole file', async (range) => {
    const { status, body } = await ask(server, URL_PATH, { headers: { range } });
    expect([status, body.length]).toEqual([200, 1000]);
  });

  it.each([
    ['/logdir/team', '/p/team', 'entity'],
    ['/logdir/team/mnist', '/p/team/mnist', 'project'],
    ['/logdir/team/mnist/run%201', '/p/team/mnist/run%201', 'run'],
  ])('leads from the listing %s to the page %s', async (path, page, noun) => {
    const { body } = await ask(server, path);
    expect(body.toString()).toContain(`<a href="${page}">Page of this ${noun}</a>`);
  });

  it.each(['text/html; charset=utf-8', 'IMAGE/SVG+xml', 'application/xhtml+xml', 'text/xml'])(
    'gives a file of type %s an origin of its own, and no network',
    async (contentType) => {
      await using other = await serveTree(
        new MemoryTree({ 'a/b/c/page': '<script>' }, { contentType, isWarm }),
      );
      for (const headers of [{}, { range: 'bytes=0-3' }]) {
        const { headers: sent } = await ask(other, '/logdir/a/b/c/page', { headers });
        expect(sent).toMatchObject({ 'content-type': contentType, 'x-content-type-options': 'nosniff' });
        const policy = sent['content-security-policy'];
        expect(policy).toMatch(
          /^sandbox allow-scripts; default-src 'unsafe-inline' 'unsafe-eval' data: blob:;/,
        );
        expect(policy).not.toMatch(/allow-same-origin|https?:|'self'/);
      }
      expect((await ask(server, URL_PATH)).headers).not.toHaveProperty('content-security-policy');
    },
  );

  it('gives HEAD the headers of GET and no body', async () => {
    const get = await ask(server, URL_PATH);
    const head = await ask(server, URL_PATH, { method: 'HEAD' });
    const { date: _get, ...expected } = get.headers;
    const { date: _head, ...headers } = head.headers;
    expect(head.status).toBe(200);
    expect(headers).toEqual(expected);
    expect(head.body.length).toBe(0);
    const listing = await ask(server, '/logdir/team', { method: 'HEAD' });
    expect(Number(listing.headers['content-length'])).toBe((await ask(server, '/logdir/team')).body.length);
  });

  it('serves an empty file, and refuses any range of it', async () => {
    const path = '/logdir/team/mnist/empty/events.out.tfevents.2.b';
    expect(await ask(server, path)).toMatchObject({ status: 200, headers: { 'content-length': '0' } });
    expect((await ask(server, path, { headers: { range: 'bytes=0-' } })).status).toBe(416);
  });

  it('answers conditions about the entity tag and the date', async () => {
    const { headers } = await ask(server, URL_PATH);
    const etag = headers.etag ?? '';
    const date = headers['last-modified'] ?? '';
    const old = 'Thu, 01 Jan 2026 00:00:00 GMT';
    const statusOf = async (sent: Record<string, string>) =>
      (await ask(server, URL_PATH, { headers: sent })).status;
    expect(await statusOf({ 'if-none-match': etag })).toBe(304);
    expect(await statusOf({ 'if-none-match': `"x", W/${etag}` })).toBe(304);
    expect(await statusOf({ 'if-none-match': '*' })).toBe(304);
    expect(await statusOf({ 'if-none-match': '"x"', 'if-modified-since': date })).toBe(200);
    expect(await statusOf({ 'if-modified-since': date })).toBe(304);
    expect(await statusOf({ 'if-modified-since': old })).toBe(200);
    expect(await statusOf({ 'if-modified-since': 'yesterday' })).toBe(200);
    expect(await statusOf({ 'if-match': '"x"' })).toBe(412);
    expect(await statusOf({ 'if-match': `W/${etag}` })).toBe(412);
    expect(await statusOf({ 'if-match': etag, range: 'bytes=0-1' })).toBe(206);
    expect(await statusOf({ 'if-unmodified-since': old })).toBe(412);
    expect(await statusOf({ 'if-range': etag, range: 'bytes=0-1' })).toBe(206);
    expect(await statusOf({ 'if-range': '"x"', range: 'bytes=0-1' })).toBe(200);
    expect(await statusOf({ 'if-range': date, range: 'bytes=0-1' })).toBe(200);
  });

  it('lists directories with links that carry no trailing slash', async () => {
    const { status, headers, body } = await ask(server, '/logdir/team/mnist');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const links = [...body.toString().matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
    expect(links).toContain('/logdir/team/mnist/run%201');
    expect(links.filter((href) => href?.startsWith('/logdir/')).every((href) => !href?.endsWith('/'))).toBe(
      true,
    );
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'refuses %s and says what is allowed',
    async (method) => {
      for (const path of [URL_PATH, '/logdir/none', '/', '/healthz']) {
        const { status, headers } = await ask(server, path, { method });
        expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
      }
    },
  );

  it.each([
    '/logdir/%',
    '/logdir/%zz',
    '/logdir/team/%ff',
    '/logdir/%c0%af',
    '/p/%ff/x',
    '/webhdfs/v1/%zz?op=OPEN',
  ])('calls the malformed encoding of %s a bad request', async (path) =>
    expect((await ask(server, path)).status).toBe(400),
  );

  it.each([
    '/logdir/..',
    '/logdir/../etc/passwd',
    '/logdir/team/../team',
    '/logdir/%2e%2e/%2e%2e/etc/passwd',
    '/logdir/.%2e/x',
    '/logdir/team%2fmnist',
    '/logdir/team/mnist%00',
    '/logdir/team//mnist',
    '/logdir/..%5c..',
    '/logdir/%252e%252e/x',
    `${URL_PATH}/`,
    `${URL_PATH}/x`,
    '/webhdfs/v1/../x?op=OPEN',
    '/webhdfs/v1/team%2fmnist?op=LISTSTATUS',
  ])('finds nothing at %s', async (path) => {
    expect((await ask(server, path)).status).toBe(404);
  });

  it('finds no file at its path with a slash after it, whatever is asked of it', async () => {
    for (const [method, headers] of [
      ['GET', {}],
      ['GET', { range: 'bytes=0-1' }],
      ['HEAD', {}],
    ] as const) {
      expect((await ask(server, `${URL_PATH}/`, { method, headers })).status).toBe(404);
    }
  });

  it('reads a request line in absolute form', async () => {
    const text = `GET http://127.0.0.1${URL_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`;
    expect(await askRaw(server, text)).toMatch(/^HTTP\/1\.1 200 /);
  });
});
