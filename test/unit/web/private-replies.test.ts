/** Whom a request is taken to come from before anybody is identified, and who may keep what it is answered. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { privateHeaders } from '../../../src/frontends/web/protocol/private-headers.ts';
import { WebRequest } from '../../../src/frontends/web/web-request.ts';
import { NOBODY, OPERATOR } from '../../../src/namespace/index.ts';
import { ask, serveTree } from '../../support/http-door.ts';
import { MemoryTree } from '../../support/memory-tree.ts';
import { accessAs, Somebody } from '../../support/restricted-caller.ts';

const FILE = 'team/mnist/run/run.json';
const PLACES = [
  '/',
  '/no/such/page',
  '/logdir/',
  `/logdir/${FILE}`,
  '/logdir/team/nothing',
  `/webhdfs/v1/${FILE}?op=OPEN`,
  `/webhdfs/v1/${FILE}?op=GETFILESTATUS`,
  '/webhdfs/v1/?op=LISTSTATUS',
  '/webhdfs/v1/team/nothing?op=GETFILESTATUS',
];

it('takes a request to come from nobody until the server says otherwise', () => {
  const req = { method: 'GET', rawHeaders: [] as string[] } as IncomingMessage;
  const approach = { url: '/', basePath: '', forwarded: null };
  const { caller, seesMetrics, isPrivate } = new WebRequest(req, {} as ServerResponse, approach);
  expect([caller, seesMetrics, isPrivate]).toEqual([NOBODY, false, true]);
  expect(caller.sees === 'some' && caller.canSee({ entity: 'e', project: 'p' } as never)).toBe(false);
});

describe.each([
  ['at hand', true],
  ['not at hand', false],
])('replies with files %s', (_, isWarm) => {
  const tree = () => new MemoryTree({ [FILE]: '0123456789' }, { isWarm });

  it.each([
    ['somebody with some rights', new Somebody()],
    ['an operator with a token', OPERATOR],
  ])('are for %s alone where access is on', async (_, caller) => {
    await using server = await serveTree(tree(), { access: accessAs(caller) });
    for (const path of PLACES) {
      const { headers } = await ask(server, path);
      expect([path, headers['cache-control']]).toEqual([path, 'private, no-cache']);
    }
    const { etag = '' } = (await ask(server, `/logdir/${FILE}`)).headers;
    const { status, headers } = await ask(server, `/logdir/${FILE}`, { headers: { 'if-none-match': etag } });
    expect([status, headers['cache-control']]).toEqual([304, 'private, no-cache']);
  });

  it('are for everybody, who sees figures too, where access is off', async () => {
    await using server = await serveTree(tree());
    expect((await ask(server, `/logdir/${FILE}`)).headers['cache-control']).toBe('no-cache');
    expect((await ask(server, `/webhdfs/v1/${FILE}?op=OPEN`)).headers['cache-control']).toBeUndefined();
    expect((await ask(server, '/metrics')).status).toBe(200);
  });
});

it('keeps what says more than no-cache', () => {
  expect(privateHeaders(['Cache-Control', 'no-store'])).toEqual(['Cache-Control', 'no-store']);
  expect(privateHeaders(['X', 'Cache-Control'])).toEqual([
    'X',
    'Cache-Control',
    'Cache-Control',
    'private, no-cache',
  ]);
});
