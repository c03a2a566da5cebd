/** How the door treats connections: pace, hang-ups, pipelines, foreign hosts, opening and closing. @module */

import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createMetrics } from '../../../src/observability/index.ts';
import { ask, askRaw, serveTree, webServer } from '../../support/http-door.ts';
import { MemoryTree } from '../../support/memory-tree.ts';

const PIECE_BYTES = 262_144;
const PIECES = 400;
const PATH = 'team/mnist/big/events.out.tfevents.1.x';

function bigTree(): MemoryTree {
  return new MemoryTree({ [PATH]: Buffer.alloc(PIECE_BYTES * PIECES, 7) }, { pieceBytes: PIECE_BYTES });
}

it('reads no further ahead than a client that does not read', async () => {
  const tree = bigTree();
  await using server = await serveTree(tree);
  const socket = connect(server.port, '127.0.0.1').pause();
  socket.write(`GET /logdir/${PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await expect.poll(() => tree.piecesRead).toBeGreaterThan(0);
  await sleep(300);
  // The kernel's own socket buffers take some megabytes on loopback; the file has a hundred.
  expect(tree.piecesRead).toBeLessThan(PIECES / 2);
  const stalled = tree.piecesRead;
  await sleep(200);
  expect(tree.piecesRead).toBe(stalled);
  socket.destroy();
  await expect.poll(() => tree.openReads).toBe(0);
});

it('stops reading when the client hangs up in the middle', async () => {
  const tree = bigTree();
  await using server = await serveTree(tree);
  const req = get({ port: server.port, path: `/logdir/${PATH}` });
  const [res] = await once(req, 'response');
  await once(res, 'data');
  req.on('error', () => {});
  req.destroy();
  await expect.poll(() => tree.openReads).toBe(0);
  expect(tree.piecesRead).toBeLessThan(PIECES);
});

it('cuts an answer short when the file yields less than it promised', async () => {
  const tree = bigTree();
  const open = tree.open.bind(tree);
  tree.open = async (path, options) => {
    const file = await open(path, options);
    return { ...file, read: (range, o) => file.read({ ...range, end: range.end - 1 }, o) };
  };
  await using server = await serveTree(tree);
  await expect(ask(server, `/logdir/${PATH}`)).rejects.toThrow(/aborted|hang up|reset/);
});

it('sends every piece of a file whose pieces share one memory', async () => {
  const tree = bigTree();
  const open = tree.open.bind(tree);
  tree.open = async (path, options) => {
    const file = await open(path, options);
    return { ...file, read: sharedPieces };
  };
  await using server = await serveTree(tree);
  const { body } = await ask(server, `/logdir/${PATH}`);
  const starts = Array.from({ length: PIECES }, (_, i) => body[i * PIECE_BYTES]);
  const ends = Array.from({ length: PIECES }, (_, i) => body[(i + 1) * PIECE_BYTES - 1]);
  expect(starts).toEqual(starts.map((_, i) => i % 251));
  expect(ends).toEqual(starts);
});

/** Piece after piece in the same memory, each full of its own number. */
async function* sharedPieces(): AsyncIterable<Uint8Array> {
  const memory = new Uint8Array(PIECE_BYTES);
  for (let i = 0; i < PIECES; i++) yield memory.fill(i % 251);
}

it('answers pipelined requests in their order', async () => {
  const tree = new MemoryTree({ 'a/b/c/d': '0123456789' });
  await using server = await serveTree(tree);
  const request = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
  const answer = await askRaw(
    server,
    request('/logdir/a/b/c/d') +
      request('/logdir/a/b/c/d', 'Range: bytes=2-3\r\n') +
      request('/webhdfs/v1/a/b/c/d?op=OPEN&offset=4&length=2') +
      request('/healthz', 'Connection: close\r\n'),
  );
  const bodies = answer.split(/HTTP\/1\.1 \d+/).map((part) => part.split('\r\n\r\n')[1]);
  expect(bodies.slice(1)).toEqual(['0123456789', '23', '45', 'ok\n']);
});

it.each([
  'evil.example',
  'evil.example:7070',
  '127.0.0.1.evil.example',
  'localhost.evil',
  '[::2]',
  '10.0.0.1',
])('refuses the foreign host %s on loopback, warm or not', async (host) => {
  await using server = await serveTree(new MemoryTree({ 'a/b/c/d': '0123' }));
  for (const path of ['/', '/logdir/a/b/c/d', '/webhdfs/v1/a/b/c/d?op=GETFILESTATUS']) {
    const { status, body } = await ask(server, path, { headers: { host, range: 'bytes=0-1' } });
    expect([status, body.toString()]).toEqual([421, expect.stringContaining('loopback')]);
  }
});

it.each(['localhost', 'LOCALHOST:1', '127.0.0.1:99', '127.9.8.7', '[::1]:7070', 'tb.localhost'])(
  'answers to the loopback name %s',
  async (host) => {
    await using server = await serveTree(new MemoryTree({}));
    expect((await ask(server, '/healthz', { headers: { host } })).status).toBe(200);
  },
);

it('says what to do about a port in use', async () => {
  await using server = await serveTree(new MemoryTree({}));
  const second = webServer(new MemoryTree({}));
  const { signal } = new AbortController();
  await expect(second.listen({ host: '127.0.0.1', port: server.port, signal })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${server.port}.*--port 0`)),
  });
});

it('closes: answers under way are finished, then nothing is accepted', async () => {
  const tree = bigTree();
  const server = await serveTree(tree);
  const whole = ask(server, `/logdir/${PATH}`);
  await expect.poll(() => tree.piecesRead).toBeGreaterThan(0);
  await server[Symbol.asyncDispose]();
  expect((await whole).body.length).toBe(PIECE_BYTES * PIECES);
  await expect(ask(server, '/healthz')).rejects.toThrow('ECONNREFUSED');
});

it('tells probes whether it is ready, and counts hot and cold answers alike', async () => {
  let ready = false;
  const metrics = createMetrics({ processMetrics: false });
  const tree = new MemoryTree({ 'a/b/c/d': '0123' });
  await using server = await serveTree(tree, { metrics, isReady: () => ready });
  expect((await ask(server, '/readyz')).status).toBe(503);
  ready = true;
  expect((await ask(server, '/readyz')).status).toBe(200);
  await ask(server, '/logdir/a/b/c/d', { headers: { range: 'bytes=0-1' } });
  await ask(server, '/logdir/a/b/c/d');
  const { body, headers } = await ask(server, '/metrics');
  expect(headers['content-type']).toContain('text/plain');
  expect(body.toString()).toMatch(/http_requests_total\{route="logdir",method="GET",status="206"\} 1/);
  expect(body.toString()).toMatch(/http_requests_total\{route="logdir",method="GET",status="200"\} 1/);
  expect(body.toString()).toMatch(/http_sent_bytes_total\{route="logdir"\} 6/);
});
