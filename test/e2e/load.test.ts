/** The program under many clients: busy ones, idle ones, ones that stop reading; and told to stop under load. @module */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeClonedRuns } from '../../bench/cloned-runs.ts';
import { MixedLoad } from '../../bench/mixed-load.ts';
import { residentMegabytes } from '../../bench/process-memory.ts';
import { makeCertificate, OPENSSL_MISSING } from '../support/certificates.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { IS_FULL, scaled } from '../support/scale.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';

const READERS = scaled(40, 200);
const LOAD_MS = scaled(4000, 60_000);
const IDLE = scaled(300, 2000);
const STALLED = 200;
const SMALL = { project: 'small', runs: 8, tags: 8, rows: 2000 };
/** Some 30 MB of events: more than the buffers of a connection take on both of its ends. */
const LARGE = { project: 'large', runs: 1, tags: 40, rows: 30_000 };
const LARGE_RUN = 'acme/large/large-0000';
const RUNS = Array.from({ length: SMALL.runs }, (_, i) => `acme/small/small-000${i}`);

let folder: TemporaryFolder;
let source: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  source = join(folder.path, 'wandb');
  writeClonedRuns(source, SMALL);
  writeClonedRuns(source, LARGE);
});
afterAll(async () => await folder[Symbol.asyncDispose]());

const served = (args: readonly string[] = []): Promise<ServedRuns> =>
  serveRuns(source, join(folder.path, 'served'), ['--grpc-port', 'off', ...args]);

describe('the server under many clients', () => {
  it(`gives ${READERS} readers right answers, in memory that stays flat`, async () => {
    await using server = await served();
    const load = await MixedLoad.start({ url: server.url, readers: READERS, runs: [...RUNS, LARGE_RUN] });
    await sleep(LOAD_MS / 2);
    const half = residentMegabytes(server.pid);
    await sleep(LOAD_MS / 2);
    const end = residentMegabytes(server.pid);
    const { requests, p50Ms, p99Ms, bytes } = await load.stop();
    await sleep(1000);
    const after = residentMegabytes(server.pid);
    const rate = Math.round((requests / LOAD_MS) * 1000);
    console.log(
      `${READERS} readers: ${rate}/s, ${Math.round(bytes / LOAD_MS / 1000)} MB/s, p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms; RSS ${half.toFixed(0)} MB at half, ${end.toFixed(0)} at the end, ${after.toFixed(0)} after`,
    );
    expect(load.errors).toEqual([]);
    expect(requests).toBeGreaterThan(READERS);
    expect(end).toBeLessThan(half * 1.2 + 40);
    expect(after).toBeLessThan(half * 1.2 + 40);
  });

  it(`keeps ${IDLE} idle connections, and answers others meanwhile`, async () => {
    await using server = await served();
    const before = residentMegabytes(server.pid);
    const sockets = await Promise.all(Array.from({ length: IDLE }, () => askedOnce(server.port)));
    const held = residentMegabytes(server.pid);
    const startMs = performance.now();
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const ms = performance.now() - startMs;
    const each = ((held - before) * 1000) / IDLE;
    console.log(
      `${IDLE} idle connections: ${each.toFixed(0)} kB each; another is answered in ${ms.toFixed(1)} ms`,
    );
    expect(sockets.filter((socket) => socket.destroyed)).toEqual([]);
    expect(each).toBeLessThan(150);
    for (const socket of sockets) socket.destroy();
  });

  it.runIf(IS_FULL)(
    `holds a piece for each of ${STALLED} readers that have stopped, and then drops them`,
    async () => {
      await using server = await served(['--stall-timeout', '8s']);
      const [events] = await server
        .list(LARGE_RUN)
        .then((list) => list.filter(({ name }) => name.includes('tfevents')));
      const path = `/logdir/${LARGE_RUN}/${events?.name}`;
      const whole = Number(
        (await fetch(server.url + path, { method: 'HEAD' })).headers.get('content-length'),
      );
      expect(whole).toBeGreaterThan(20e6);
      await (await fetch(server.url + path)).arrayBuffer();
      const before = residentMegabytes(server.pid);
      const sockets = Array.from({ length: STALLED }, () => connect(server.port, '127.0.0.1').pause());
      for (const socket of sockets) {
        socket.on('error', () => {});
        socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      }
      await sleep(5000);
      const held = residentMegabytes(server.pid);
      await sleep(2000);
      const later = residentMegabytes(server.pid);
      const sizes = [before, held, later].map((size) => size.toFixed(0)).join(', ');
      console.log(
        `${STALLED} stalled readers of ${(whole / 1e6).toFixed(0)} MB: RSS before, 5 s, 7 s: ${sizes} MB`,
      );
      // Of a file that is sent whole, at most a segment of 256 KiB at a time is held for each.
      expect(held - before).toBeLessThan(STALLED * 0.6 + 40);
      expect(later - held).toBeLessThan(20);
      const dropped = async () =>
        Number(/dropped_connections_total\{reason="stalled"\} (\d+)/.exec(await metrics(server))?.[1] ?? 0);
      await expect.poll(dropped, { timeout: 20_000, interval: 500 }).toBe(STALLED);
      for (const socket of sockets) socket.destroy();
    },
  );

  it.each(['http', 'https'])(
    'loses no answer over %s when it is told to stop under load',
    async (protocol) => {
      if (protocol === 'https' && OPENSSL_MISSING !== null) return;
      const { certFile, keyFile } = await makeCertificate(join(folder.path, 'tls'), 'load');
      const tls = ['--cert-file', certFile, '--key-file', keyFile];
      const server = await served(protocol === 'https' ? tls : []);
      const url = server.url.replace('http:', `${protocol}:`);
      const load = await MixedLoad.start({ url, readers: READERS, runs: [...RUNS, LARGE_RUN] });
      await sleep(scaled(1000, 5000));
      const before = load.figures().requests;
      const stopped = server[Symbol.asyncDispose]();
      const { requests } = await load.ended();
      await stopped;
      console.log(`${protocol}: ${before} answers before SIGTERM, ${requests - before} after, none lost`);
      expect(load.errors).toEqual([]);
      expect(before).toBeGreaterThan(READERS);
      expect(requests - before).toBeGreaterThan(0);
    },
  );
});

async function askedOnce(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'data');
  return socket;
}

async function metrics(server: ServedRuns): Promise<string> {
  return await (await fetch(`${server.url}/metrics`)).text();
}
