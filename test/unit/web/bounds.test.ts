/** What a client can take: of headers, bodies, connections, requests at a time, and time. @module */

import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LogdirError } from '../../../src/core/index.ts';
import { createMetrics } from '../../../src/observability/index.ts';
import { ask, askRaw, serveTree } from '../../support/http-door.ts';
import { MemoryTree } from '../../support/memory-tree.ts';
import { recordedLog } from '../../support/recorded-log.ts';

const PIECE_BYTES = 262_144;
const PIECES = 400;
/** Busy machines take their time. */
const PATIENT = { timeout: 20_000 };
const BIG = 'team/mnist/big/events.out.tfevents.1.x';
const bigTree = () =>
  new MemoryTree(
    { [BIG]: Buffer.alloc(PIECE_BYTES * PIECES, 7), 'a/b/c/d': '0123' },
    { pieceBytes: PIECE_BYTES },
  );
const GET_BIG = `GET /logdir/${BIG} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

describe('a request', () => {
  it('with a large body is refused before the body has come', async () => {
    await using server = await serveTree(bigTree());
    const answer = await askRaw(
      server,
      'GET /logdir/a/b/c/d HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*takes a request body/);
  });

  it('that would write is refused by its door before its body has come, and never told to send it', async () => {
    await using server = await serveTree(bigTree());
    const head =
      'PUT /logdir/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\nExpect: 100-continue\r\n\r\n';
    const answer = await askRaw(server, head);
    expect(answer).toMatch(/^HTTP\/1\.1 405 [\s\S]*nothing here can be written/);
  });

  it('with a small body is answered, and its connection goes on', async () => {
    await using server = await serveTree(bigTree());
    const body = 'GET /logdir/a/b/c/d HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello';
    const answer = await askRaw(
      server,
      `${body}GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    expect(answer).toMatch(/ok\n$/);
  });

  it('whose body never ends is answered, and its connection closed', async () => {
    await using server = await serveTree(bigTree());
    const answer = await askRaw(
      server,
      'POST /logdir/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 405 /);
  });

  it('with more headers than any client sends is refused, as is one with too long headers', async () => {
    await using server = await serveTree(bigTree());
    const asked = (headers: string) =>
      askRaw(server, `GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`);
    expect(await asked('X-A: 1\r\n'.repeat(98))).toMatch(/^HTTP\/1\.1 200/);
    expect(await asked('X-A: 1\r\n'.repeat(99))).toMatch(/^HTTP\/1\.1 431/);
    expect(await asked('X-A: 1\r\n'.repeat(500))).toMatch(/^HTTP\/1\.1 431/);
    expect(await asked(`X-A: ${'1'.repeat(20_000)}\r\n`)).toMatch(/^HTTP\/1\.1 431/);
  });

  it('never shows its credentials in the log', async () => {
    const log = recordedLog('trace');
    const tree = bigTree();
    tree.stat = tree.open = () => {
      throw new LogdirError('internal', 'broken');
    };
    await using server = await serveTree(tree, { logger: log.logger });
    const headers = { authorization: 'Bearer HIDDEN', cookie: 'HIDDEN', 'x-amz-security-token': 'HIDDEN' };
    const paths = [
      '/logdir/a?token=HIDDEN',
      '/nothing/here?token=HIDDEN',
      '/webhdfs/v1/a?op=OPEN&delegation=HIDDEN&user.name=HIDDEN',
      '/p/team/mnist?api_key=HIDDEN',
      '/p/%ff?token=HIDDEN',
      'http://user:HIDDEN@localhost/logdir/a',
      '/logdir/a?X-Amz-Credential=HIDDEN&X-Amz-Signature=HIDDEN',
    ];
    for (const path of paths) await ask(server, path, { headers });
    await expect.poll(() => log.text().match(/"msg":"answered"/g)?.length, PATIENT).toBe(paths.length);
    expect(log.text()).toContain('/webhdfs/v1/a?op=OPEN');
    expect(log.text()).not.toContain('HIDDEN');
  });
});

describe('a client', () => {
  it('that reads nothing any more is dropped, and what was held for it is given back', async () => {
    const tree = bigTree();
    const metrics = createMetrics({ processMetrics: false });
    await using server = await serveTree(tree, { serving: { stallTimeoutMs: 300 }, metrics });
    const socket = connect(server.port, '127.0.0.1').pause();
    socket.on('error', () => {});
    socket.write(GET_BIG);
    await expect.poll(() => tree.piecesRead, PATIENT).toBeGreaterThan(0);
    await expect.poll(() => tree.openReads, PATIENT).toBe(0);
    const { body } = await ask(server, '/metrics');
    expect(body.toString()).toContain('http_dropped_connections_total{reason="stalled"} 1');
    socket.destroy();
  });

  it('that reads nothing of many short responses is dropped as well', async () => {
    const tree = new MemoryTree({ 'a/b/c/d': Buffer.alloc(PIECE_BYTES) });
    await using server = await serveTree(tree, { serving: { stallTimeoutMs: 300 } });
    const socket = connect(server.port, '127.0.0.1').pause();
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const asking = setInterval(
      () => socket.write('GET /logdir/a/b/c/d HTTP/1.1\r\nHost: localhost\r\n\r\n'),
      1,
    );
    await closed;
    clearInterval(asking);
  });

  it('that reads slowly is served to the end', async () => {
    const tree = bigTree();
    await using server = await serveTree(tree, { serving: { stallTimeoutMs: 300 } });
    const socket = connect(server.port, '127.0.0.1');
    socket.write(GET_BIG.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      socket.pause();
      setTimeout(() => socket.resume(), bytes % 97 === 0 ? 150 : 1);
    });
    await once(socket, 'close');
    expect(bytes).toBeGreaterThan(PIECE_BYTES * PIECES);
  }, 60_000);

  it('that waits for a slow answer is not taken for one that does not read', async () => {
    const tree = bigTree();
    const open = tree.open.bind(tree);
    tree.open = async (path, options) => {
      await sleep(900);
      return await open(path, options);
    };
    await using server = await serveTree(tree, { serving: { stallTimeoutMs: 300 } });
    expect((await ask(server, '/logdir/a/b/c/d')).body.toString()).toBe('0123');
  });

  it('that hangs up behind a response it never read leaves nothing open', async () => {
    const tree = bigTree();
    await using server = await serveTree(tree);
    const socket = connect(server.port, '127.0.0.1').pause();
    socket.write(GET_BIG.repeat(5));
    await expect.poll(() => tree.openReads, PATIENT).toBe(5);
    socket.destroy();
    await expect.poll(() => tree.openReads, PATIENT).toBe(0);
  });

  it('cannot have more than some requests wait on one connection', async () => {
    const tree = bigTree();
    await using server = await serveTree(tree);
    const socket = connect(server.port, '127.0.0.1').pause();
    socket.write(GET_BIG.repeat(200));
    await expect.poll(() => tree.openReads, PATIENT).toBe(32);
    await sleep(100);
    expect(tree.openReads).toBe(32);
    socket.destroy();
    await expect.poll(() => tree.openReads, PATIENT).toBe(0);
  });

  it('beyond the last connection is turned away, and told of in the log', async () => {
    const log = recordedLog();
    await using server = await serveTree(bigTree(), { serving: { maxConnections: 2 }, logger: log.logger });
    const held = [connect(server.port, '127.0.0.1'), connect(server.port, '127.0.0.1')];
    for (const socket of held) await once(socket, 'connect');
    await expect(ask(server, '/healthz')).rejects.toThrow(/ECONNRESET|hang up/);
    expect(log.complaints()).toEqual(['all connections are taken: new ones are closed (--max-connections)']);
    for (const socket of held) socket.destroy();
    await expect
      .poll(async () => (await ask(server, '/healthz').catch(() => null))?.status, PATIENT)
      .toBe(200);
  });
});

describe('a server that is told to stop', () => {
  it('answers requests under way to the end, and tells clients not to come back', async () => {
    const tree = bigTree();
    const open = tree.open.bind(tree);
    tree.open = async (path, options) => {
      await sleep(400);
      return await open(path, options);
    };
    const server = await serveTree(tree);
    const [late, whole] = [
      ask(server, '/logdir/a/b/c/d', keptAlive()),
      ask(server, `/logdir/${BIG}`, keptAlive()),
    ];
    await sleep(100);
    const closing = server[Symbol.asyncDispose]();
    expect((await late).headers.connection).toBe('close');
    expect((await whole).body.length).toBe(PIECE_BYTES * PIECES);
    await closing;
    await expect(ask(server, '/healthz')).rejects.toThrow('ECONNREFUSED');
  });

  it('still answers requests that clients send on open connections, and then closes these', async () => {
    const server = await serveTree(bigTree());
    const socket = connect(server.port, '127.0.0.1');
    expect(await health(socket)).not.toContain('Connection: close');
    const closing = server[Symbol.asyncDispose]();
    const ended = once(socket, 'close');
    // A connection that is quiet for a moment is ended: a client that goes on asking is told to leave.
    let answer = '';
    while (!answer.includes('Connection: close')) {
      answer = await health(socket);
      expect(answer).toMatch(/200 OK[\s\S]*ok\n$/);
    }
    await ended;
    await closing;
  });

  it('does not wait for idle connections', async () => {
    const server = await serveTree(bigTree());
    const sockets = [connect(server.port, '127.0.0.1'), connect(server.port, '127.0.0.1')];
    for (const socket of sockets) await once(socket, 'connect');
    await health(sockets[0]!);
    const startedMs = performance.now();
    await server[Symbol.asyncDispose]();
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  it('cuts off what is not over in time', async () => {
    const tree = bigTree();
    const server = await serveTree(tree, { serving: { drainTimeoutMs: 300 } });
    const socket = connect(server.port, '127.0.0.1').pause();
    socket.on('error', () => {});
    socket.write(GET_BIG);
    await expect.poll(() => tree.openReads, PATIENT).toBe(1);
    await server[Symbol.asyncDispose]();
    await expect.poll(() => tree.openReads, PATIENT).toBe(0);
  });

  it('loses no answer of clients that ask without a pause', async () => {
    const server = await serveTree(bigTree());
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    let isOver = false;
    const lost: unknown[] = [];
    let answered = 0;
    const client = async () => {
      while (!isOver) {
        const { status } = await ask(server, '/logdir/a/b/c/d', { agent }).catch((error: unknown) => {
          // New connections are refused from then on; what was sent on an open one is answered.
          if ((error as { code?: string }).code !== 'ECONNREFUSED') lost.push(error);
          return { status: 0 };
        });
        if (status === 200) answered++;
        if (status === 0) return;
      }
    };
    const clients = Array.from({ length: 20 }, client);
    await expect.poll(() => answered, PATIENT).toBeGreaterThan(200);
    await server[Symbol.asyncDispose]();
    isOver = true;
    await Promise.all(clients);
    agent.destroy();
    expect(lost).toEqual([]);
  });
});

/** With a connection that would be kept. */
function keptAlive() {
  return { agent: new Agent({ keepAlive: true }) };
}

async function health(socket: Socket): Promise<string> {
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [chunk] = await once(socket, 'data');
  return String(chunk);
}
