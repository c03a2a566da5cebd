/** What a door gets from the server for a few lines of its own: here one that speaks as S3 does. @module */

import { describe, expect, it } from 'vitest';
import { ERROR_CODES, LogdirError } from '../../../src/core/index.ts';
import {
  createWebServer,
  type Door,
  decodeTreePath,
  fileReply,
  HTTP_STATUS,
  rawPathOf,
  refuseWriting,
  textReply,
} from '../../../src/frontends/web/index.ts';
import { createMetrics, silentLogger } from '../../../src/observability/index.ts';
import type { FileNode } from '../../../src/tree/index.ts';
import { ask } from '../../support/http-door.ts';
import { MemoryTree } from '../../support/memory-tree.ts';

const FILE = 'team/mnist/run/events.out.tfevents.1.a';
const URL_PATH = `/bucket/${FILE}`;

const bucket: Door = {
  name: 's3',
  owns: (url) => url.startsWith('/bucket/'),
  answer: (request) => {
    refuseWriting(request.method);
    const path = decodeTreePath(rawPathOf(request.url).slice('/bucket/'.length));
    const file = (node: FileNode) =>
      fileReply(request, node, (status, _, headers) => xmlReply(status, `E${status}`, headers));
    return { kind: 'open', path, freshness: 'refresh', file };
  },
  failure: (_, { status, code, headers }) => xmlReply(status, code, headers),
};

function xmlReply(status: number, code: string, headers: readonly string[]) {
  const body = `<Error><Code>${code}</Code></Error>`;
  return textReply({ status, contentType: 'application/xml', body, headers });
}

async function serveBucket(tree: MemoryTree, metrics = createMetrics({ processMetrics: false })) {
  const server = createWebServer({ treeOf: () => tree, doors: [bucket], logger: silentLogger(), metrics });
  const { signal } = new AbortController();
  return await server.listen({ host: '127.0.0.1', port: 0, signal });
}

describe.each([
  ['at hand', true],
  ['not at hand', false],
])('a door over files %s', (_, isWarm) => {
  it('has ranges, conditions and HEAD, with refusals in its own words', async () => {
    await using server = await serveBucket(new MemoryTree({ [FILE]: '0123456789' }, { isWarm }));
    const get = async (headers: Record<string, string>, method = 'GET') => {
      const { status, body } = await ask(server, URL_PATH, { method, headers });
      return [status, body.toString()];
    };
    const { etag = '' } = (await ask(server, URL_PATH)).headers;
    expect(await get({})).toEqual([200, '0123456789']);
    expect(await get({ range: 'bytes=2-4' })).toEqual([206, '234']);
    expect(await get({ range: 'bytes=10-' })).toEqual([416, '<Error><Code>E416</Code></Error>']);
    expect(await get({ 'if-match': '"other"' })).toEqual([412, '<Error><Code>E412</Code></Error>']);
    expect(await get({ 'if-none-match': etag })).toEqual([304, '']);
    expect(await get({ range: 'bytes=2-4' }, 'HEAD')).toEqual([200, '']);
  });

  it('refuses a directory as the tree does', async () => {
    await using server = await serveBucket(new MemoryTree({ [FILE]: 'x' }, { isWarm }));
    for (const method of ['GET', 'HEAD']) {
      expect((await ask(server, '/bucket/team/mnist', { method })).status).toBe(400);
    }
  });
});

it('says each failure with the status of the one table, and when to ask again', async () => {
  const tree = new MemoryTree({ [FILE]: 'x' }, { isWarm: false });
  await using server = await serveBucket(tree);
  for (const code of ERROR_CODES) {
    tree.open = () => Promise.reject(new LogdirError(code, 'because'));
    const { status, headers, body } = await ask(server, URL_PATH);
    expect([status, body.toString()]).toEqual([HTTP_STATUS[code], `<Error><Code>${code}</Code></Error>`]);
    expect(headers['retry-after']).toBe(status === 503 ? '5' : undefined);
    expect(headers.allow).toBe(status === 405 ? 'GET, HEAD' : undefined);
  }
});

it('tells nobody what an unforeseen error says', async () => {
  const tree = new MemoryTree({ [FILE]: 'x' }, { isWarm: false });
  tree.open = () => {
    throw new Error('secret detail');
  };
  await using server = await serveBucket(tree);
  const { status, body } = await ask(server, URL_PATH);
  expect([status, body.toString()]).toEqual([500, '<Error><Code>internal</Code></Error>']);
});

it('asks a tree for an open file once, also where only its headers are wanted', async () => {
  const tree = new MemoryTree({ [FILE]: '0123456789' });
  await using server = await serveBucket(tree);
  await ask(server, URL_PATH, { headers: { range: 'bytes=2-4' } });
  await ask(server, URL_PATH, { method: 'HEAD' });
  expect(tree.calls.map(({ method }) => method)).toEqual(['open', 'open']);
});

it('counts the replies of each door, method and status', async () => {
  const metrics = createMetrics({ processMetrics: false });
  await using server = await serveBucket(new MemoryTree({ [FILE]: '0123456789' }), metrics);
  for (const method of ['GET', 'GET', 'HEAD', 'PUT', 'PROPFIND']) await ask(server, URL_PATH, { method });
  await ask(server, '/elsewhere');
  const { body } = await metrics.expose();
  const counts = [
    ...body.matchAll(/http_requests_total\{route="(.*)",method="(.*)",status="(\d+)"\} (\d+)/g),
  ];
  expect(counts.map((count) => count.slice(1).join(' ')).sort()).toEqual([
    'none GET 404 1',
    's3 GET 200 2',
    's3 HEAD 200 1',
    's3 PUT 405 1',
    's3 other 405 1',
  ]);
  expect(body).toMatch(/http_sent_bytes_total\{route="s3"\} 20/);
});
