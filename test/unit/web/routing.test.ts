/** What express does for pages and probes, and what it is kept from. @module */

import type { Router } from 'express';
import { describe, expect, it } from 'vitest';
import { LogdirError } from '../../../src/core/index.ts';
import {
  answering,
  createWebServer,
  type Door,
  plainReply,
  type RoutedDoor,
} from '../../../src/frontends/web/index.ts';
import { createMetrics, silentLogger } from '../../../src/observability/index.ts';
import { ask, askRaw } from '../../support/http-door.ts';
import { MemoryTree } from '../../support/memory-tree.ts';

function routedDoor(name: string, addRoutes: (router: Router) => void): RoutedDoor {
  const failure: RoutedDoor['failure'] = (_, { status, code, message, headers }) =>
    plainReply(status, `${name}: ${code}: ${message}`, headers);
  return { name, addRoutes, failure };
}

/** A door that greets, and fails in every way a handler can. */
function greeter(): RoutedDoor {
  const greet = answering<{ name: string }>((_, { name }) => plainReply(200, `hello ${name}`));
  const fail = (): never => {
    throw new Error('secret detail');
  };
  return routedDoor('greeter', (router) => {
    router.get('/hello/:name', greet);
    router.get('/throws', answering(fail));
    router.get(
      '/rejects',
      answering(async () => fail()),
    );
    router.get(
      '/waits',
      answering(() => Promise.reject(new LogdirError('unavailable', 'later'))),
    );
  });
}

const farewell = routedDoor('farewell', (router) => {
  router.get(
    '/bye',
    answering(() => plainReply(200, 'bye')),
  );
});

async function serve(
  doors: readonly (Door | RoutedDoor)[],
  metrics = createMetrics({ processMetrics: false }),
  pathPrefix = '',
) {
  const server = createWebServer({
    treeOf: () => new MemoryTree({}),
    doors,
    logger: silentLogger(),
    metrics,
  });
  const { signal } = new AbortController();
  return await server.listen({ host: '127.0.0.1', port: 0, signal, serving: { pathPrefix } });
}

describe('a routed door', () => {
  it('gives its handlers the parameters of the route, decoded', async () => {
    await using server = await serve([greeter(), farewell]);
    expect((await ask(server, '/hello/a%2Fb%20c?x=1')).body.toString()).toBe('hello a/b c\n');
    expect((await ask(server, '/bye')).body.toString()).toBe('bye\n');
    const head = await ask(server, '/hello/you', { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '10', 0]);
  });

  it('lies below a path prefix, whatever characters that has', async () => {
    await using server = await serve([greeter()], undefined, '/a(b)/:c*');
    expect((await ask(server, '/a(b)/:c*/hello/you')).status).toBe(200);
    expect((await ask(server, '/ab/c/hello/you')).status).toBe(404);
  });

  it('is asked only after the doors that own their URLs', async () => {
    const owner: Door = {
      name: 'owner',
      owns: (url) => url.startsWith('/hello/'),
      answer: () => plainReply(200, 'mine'),
      failure: (_, { status, message }) => plainReply(status, message),
    };
    await using server = await serve([greeter(), owner]);
    expect((await ask(server, '/hello/you')).body.toString()).toBe('mine\n');
  });
});

describe('a failure on the way through express', () => {
  it.each([
    ['/throws', 500, 'greeter: internal: the request failed for a reason of our own'],
    ['/rejects', 500, 'greeter: internal: the request failed for a reason of our own'],
    ['/waits', 503, 'greeter: unavailable: later'],
    ['/hello/%ff', 400, 'greeter: invalid-argument: malformed percent-encoding'],
    ['/HELLO/you', 404, 'farewell: not-found: nothing is served at /HELLO/you'],
    ['/nowhere', 404, 'farewell: not-found: nothing is served at /nowhere'],
    ['//x@[a#b', 404, 'farewell: not-found: nothing is served at'],
    ['//x@h:99999/#b', 404, 'farewell: not-found: nothing is served at'],
  ])('is told of %s in the words of a door', async (path, status, words) => {
    await using server = await serve([greeter(), farewell]);
    const text = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n`;
    const reply = await askRaw(server, text);
    expect(reply).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(reply).toContain(`\r\n\r\n${words}`);
    expect(reply).not.toMatch(/x-powered-by|<html|secret/i);
  });

  it.each(['POST', 'OPTIONS', 'PROPFIND'])('is what %s comes to', async (method) => {
    await using server = await serve([greeter(), farewell]);
    const { status, headers } = await ask(server, '/bye', { method });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  it('is plain text where there is no routed door at all', async () => {
    await using server = await serve([]);
    const { status, body } = await ask(server, '/nowhere');
    expect([status, body.toString()]).toEqual([404, 'nothing is served at /nowhere\n']);
  });
});

it('counts requests by the door that answered them', async () => {
  const metrics = createMetrics({ processMetrics: false });
  await using server = await serve([greeter(), farewell], metrics);
  for (const path of ['/hello/you', '/throws', '/bye', '/nowhere']) await ask(server, path);
  const counted = async () => {
    const { body } = await metrics.expose();
    const lines = body.matchAll(/http_requests_total\{route="(.*)",method="GET",status="(\d+)"\} 1/g);
    return [...lines].map(([, route, status]) => `${route} ${status}`).sort();
  };
  await expect.poll(counted).toEqual(['farewell 200', 'farewell 404', 'greeter 200', 'greeter 500']);
});
