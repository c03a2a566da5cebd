/** Requests to a W&B server: what is sent, what comes of trouble, and how often it is asked. @module */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { LogdirError } from '../../../src/core/index.ts';
import { createMetrics } from '../../../src/observability/index.ts';
import { bypassesProxy } from '../../../src/sources/wandb-cloud/connection/http-agents.ts';
import { RequestBudget, UrlExpired } from '../../../src/sources/wandb-cloud/connection/index.ts';
import { retryDelayMs } from '../../../src/sources/wandb-cloud/connection/request-failure.ts';
import { defineOperation, optional } from '../../../src/sources/wandb-cloud/graphql/index.ts';
import { type ConnectOptions, connectTo } from '../../support/cloud.ts';
import { MovingClock } from '../../support/moving-clock.ts';
import { RacingClock } from '../../support/racing-clock.ts';
import {
  answerGarbage,
  answerHtml,
  answerStatus,
  type Effect,
  expireUrl,
  graphqlErrors,
  neverAnswer,
  replaceAt,
  resetAfter,
  startWandbServer,
  trickle,
  truncateBody,
  type WandbServer,
} from '../../support/wandb-server/index.ts';

const { signal } = new AbortController();
const opened: AsyncDisposable[] = [];
const NOW_MS = 1_700_000_000_000;

async function double(...options: Parameters<typeof startWandbServer>): Promise<WandbServer> {
  const server = await startWandbServer(...options);
  opened.push(server);
  return server;
}

afterEach(async () => {
  for (const server of opened.splice(0)) await server[Symbol.asyncDispose]();
});

const viewerOf = (server: WandbServer, options: ConnectOptions = {}) =>
  connectTo(server, options).viewer({ signal });

async function failureOf(promise: Promise<unknown>): Promise<LogdirError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof LogdirError) return error;
  throw new Error(`expected a LogdirError, got ${String(error)}`);
}

describe('a request', () => {
  it('carries the key as the SDK does, to the API alone', async () => {
    const server = await double();
    expect((await viewerOf(server))?.username).toBe(server.user.username);
    const [request] = server.requests.all;
    expect(request?.authorization).toBe(`Basic ${btoa(`api:${server.apiKey}`)}`);
  });

  it('goes without a key where there is none, as a page of W&B would', async () => {
    const server = await double();
    expect(await viewerOf(server, { apiKey: null })).toBeNull();
    const [request] = server.requests.all;
    expect([request?.authorization, request?.headers['origin']]).toEqual([null, server.url]);
  });

  it('keeps the path of a server that stands behind a proxy', async () => {
    const server = await double({ basePath: '/tools/wandb' });
    expect((await viewerOf(server))?.username).toBe(server.user.username);
  });

  it('never tells the key, whatever goes wrong', async () => {
    const server = await double();
    server.faults.add({ match: {}, effect: answerStatus(500) });
    const failure = await failureOf(viewerOf(server));
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain(server.apiKey);
    expect(JSON.stringify(failure.cause ?? {}) + String(failure.cause)).not.toContain(server.apiKey);
  });
});

describe('trouble that passes', () => {
  const passing: readonly (readonly [string, Effect])[] = [
    ...[429, 500, 502, 503, 504, 408].map((status) => [`HTTP ${status}`, answerStatus(status)] as const),
    ['a page instead of data', answerHtml()],
    ['a page with status 200', answerHtml(200)],
    ['garbage', answerGarbage()],
    ['an answer cut short', truncateBody()],
    ['a connection that breaks', resetAfter(0)],
    ['a connection that breaks within the answer', resetAfter(10)],
    ['a field of a wrong type', replaceAt(['viewer'], 'nobody')],
    ['GraphQL errors without data', graphqlErrors('internal error', { keepsData: false })],
  ];

  it.each(passing)('is not seen: %s', async (_, effect) => {
    const server = await double();
    server.faults.add({ match: { operation: 'Viewer' }, effect, times: 1 });
    const clock = new MovingClock();
    const asking = viewerOf(server, { clock });
    // A limit without a time asks for a pause, which this clock passes at once.
    const timer = setInterval(() => clock.advance(1000), 5);
    expect((await asking)?.username).toBe(server.user.username);
    clearInterval(timer);
    expect(server.requests.count({})).toBe(2);
  });

  it('is an outage where the key cannot be looked for: what is cached is served', async () => {
    const server = await double();
    const missing = Object.assign(new Error("ENOENT: no such file, open '/run/key'"), { code: 'ENOENT' });
    const asking = viewerOf(server, { findApiKey: () => Promise.reject(missing) });
    await expect(asking).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('includes errors beside data that is complete', async () => {
    const server = await double();
    server.faults.add({ match: {}, effect: graphqlErrors('a resolver complained') });
    expect((await viewerOf(server))?.username).toBe(server.user.username);
    expect(server.requests.count({})).toBe(1);
  });

  it.each([
    ['says nothing', neverAnswer()],
    ['trickles', trickle({ bytes: 1, everyMs: 50 })],
  ])('includes a connection that %s: another one is tried', async (_, effect) => {
    const server = await double();
    server.faults.add({ match: {}, effect, times: 1 });
    expect((await viewerOf(server, { retryPolicy: { deadlineMs: 300 } }))?.username).toBe(
      server.user.username,
    );
  });
});

describe('trouble that does not', () => {
  it.each([
    [
      401,
      'permission-denied',
      /does not accept the API key\. Get a key at http.*authorize, then run: wandb login/,
      1,
    ],
    [403, 'permission-denied', /does not allow it/, 1],
    [404, 'unavailable', /has no W&B API \(HTTP 404\): check --base-url/, 1],
    [413, 'unavailable', /HTTP 413/, 1],
    [501, 'unavailable', /HTTP 501/, 1],
    [500, 'unavailable', /HTTP 500/, 2],
  ] as const)(
    'HTTP %d is told as %s, after as many attempts as make sense',
    async (status, code, text, attempts) => {
      const server = await double();
      server.faults.add({ match: {}, effect: answerStatus(status) });
      const failure = await failureOf(viewerOf(server));
      expect([failure.code, failure.message]).toEqual([code, expect.stringMatching(text)]);
      expect(server.requests.count({})).toBe(attempts);
    },
  );

  it('a wrong key says where to get a good one', async () => {
    const server = await double();
    const failure = await failureOf(viewerOf(server, { apiKey: 'x'.repeat(40) }));
    expect(failure.message).toContain(`wandb login --host ${server.url}`);
    expect(failure.message).toContain('WANDB_API_KEY');
  });

  it('an address where nothing listens says so', async () => {
    const failure = await failureOf(
      connectTo({ url: 'http://127.0.0.1:1', apiKey: 'k' }, { retryPolicy: { retries: 0 } }).viewer({
        signal,
      }),
    );
    expect(failure.message).toMatch(/could not be reached.*nothing listens there/s);
  });

  it('a page tells of proxies and addresses', async () => {
    const server = await double();
    server.faults.add({ match: {}, effect: answerHtml(200) });
    expect((await failureOf(viewerOf(server))).message).toMatch(
      /web page instead of data.*--base-url is wrong/,
    );
  });

  it('a caller that gives up ends the request', async () => {
    const server = await double({ latencyMs: 10_000 });
    const controller = new AbortController();
    const asking = connectTo(server).viewer({ signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(asking).rejects.toThrow();
  });
});

describe('an outage', () => {
  it('makes further requests fail at once, is told once, and is found to be over', async () => {
    const server = await double();
    const clock = new MovingClock();
    const metrics = createMetrics({ processMetrics: false });
    const connection = connectTo(server, { clock, metrics, retryPolicy: { retries: 0 } });
    const isCircuitOpen = async () =>
      (await metrics.expose()).body.includes('wandb_logdir_cloud_circuit_open 1\n');
    let recoveries = 0;
    connection.onRecovery(() => recoveries++);
    const fault = server.faults.add({ match: {}, effect: answerStatus(502) });
    for (let i = 0; i < 20; i++) await failureOf(connection.viewer({ signal }));
    expect(server.requests.count({})).toBe(6);
    expect(await isCircuitOpen()).toBe(true);
    fault.remove();
    clock.advance(2500);
    expect((await connection.viewer({ signal }))?.username).toBe(server.user.username);
    expect([recoveries, server.requests.count({})]).toEqual([1, 7]);
    expect(await isCircuitOpen()).toBe(false);
  });

  it('is not what a single request makes that fails while others go well', async () => {
    const server = await double();
    const connection = connectTo(server, { retryPolicy: { retries: 0 } });
    server.faults.add({ match: { operation: 'Poison' }, effect: answerStatus(502) });
    const poison = defineOperation({
      name: 'Poison',
      variables: {},
      selection: ['viewer { id }'],
      answer: z.unknown(),
    });
    for (let i = 0; i < 20; i++) {
      await failureOf(connection.api.ask(poison, {}, { signal }));
      await connection.viewer({ signal });
    }
    expect(server.requests.count({})).toBe(40);
  });
});

describe('a server that lacks a field', () => {
  const viewer = defineOperation({
    name: 'Q',
    variables: {},
    selection: ['viewer { entity', optional('Run.host', 'host'), '}'],
    answer: z.object({ viewer: z.object({ entity: z.string() }) }),
  });

  it('is asked again without it, at once, and never for it again', async () => {
    const server = await double();
    const { api, features } = connectTo(server, { retryPolicy: { retries: 0 } });
    expect((await api.ask(viewer, {}, { signal })).viewer.entity).toBe('acme');
    expect(features.has('Run.host')).toBe(false);
    await api.ask(viewer, {}, { signal });
    expect(server.requests.count({})).toBe(3);
  });

  it('answers all who asked for the field before it was known to be missing', async () => {
    const server = await double({ latencyMs: 50 });
    const { api } = connectTo(server, { retryPolicy: { retries: 0 } });
    const answers = await Promise.all([1, 2, 3].map(() => api.ask(viewer, {}, { signal })));
    expect(answers.map(({ viewer: { entity } }) => entity)).toEqual(['acme', 'acme', 'acme']);
    expect(server.requests.count({})).toBe(6);
  });

  const nonsense = defineOperation({
    name: 'Q',
    variables: {},
    selection: ['nonsense'],
    answer: z.object({}),
  });

  it.each([200, 400, 422] as const)(
    'that we cannot do without is refused with status %d, and asked once',
    async (validationStatus) => {
      const server = await double({ validationStatus });
      const { api } = connectTo(server);
      const failure = await failureOf(api.ask(nonsense, {}, { signal }));
      expect([failure.code, failure.message]).toEqual(['unavailable', expect.stringContaining('nonsense')]);
      expect(server.requests.count({})).toBe(1);
    },
  );

  it('however often it refuses a document, is not taken for one that cannot be reached', async () => {
    const server = await double();
    const connection = connectTo(server);
    for (let i = 0; i < 20; i++) await failureOf(connection.api.ask(nonsense, {}, { signal }));
    expect((await connection.viewer({ signal }))?.username).toBe(server.user.username);
    expect(server.requests.count({})).toBe(21);
  });
});

describe('the budget', () => {
  const turns = (budget: RequestBudget, log: string[], name: string) =>
    budget.run(
      async () => {
        log.push(name);
        await new Promise((resolve) => setTimeout(resolve, 5));
      },
      { signal },
    );

  it('lets what was wanted last go first', async () => {
    const budget = new RequestBudget({ clock: new MovingClock() });
    const log: string[] = [];
    const first = Array.from({ length: budget.concurrency }, () => turns(budget, log, 'first'));
    const rest = [turns(budget, log, 'older'), turns(budget, log, 'newer')];
    await Promise.all([...first, ...rest]);
    expect(log.slice(-2)).toEqual(['newer', 'older']);
  });

  it('halves when a limit is met, waits as long as it is told to, and keeps its distance for a while', async () => {
    const clock = new MovingClock();
    const pauses: number[] = [];
    const budget = new RequestBudget({ clock, onLimit: (pauseMs) => pauses.push(pauseMs) });
    const before = budget.concurrency;
    for (let i = 0; i < 5; i++) budget.limited(3000);
    expect([budget.concurrency, budget.pauseMs, pauses]).toEqual([before / 2, 3000, [3000]]);
    clock.advance(3001);
    const log: string[] = [];
    await turns(budget, log, 'at once');
    const second = turns(budget, log, 'a second later');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(log).toEqual(['at once']);
    clock.advance(1001);
    await second;
    expect(log).toEqual(['at once', 'a second later']);
  });

  it('grows by one after ten that went well, up to a bound, and stops where nothing is left of a window', () => {
    const budget = new RequestBudget({ clock: new MovingClock() });
    const before = budget.concurrency;
    for (let i = 0; i < 10; i++) budget.succeeded(500, null);
    expect(budget.concurrency).toBe(before + 1);
    for (let i = 0; i < 1000; i++) budget.succeeded(null, null);
    expect(budget.concurrency).toBe(16);
    budget.succeeded(0, 7000);
    expect([budget.concurrency, budget.pauseMs]).toEqual([8, 7000]);
  });

  it('keeps the requests of many readers within the limit of a real server', {
    timeout: 60_000,
  }, async () => {
    const server = await double({ rateLimit: { requests: 10, windowMs: 1000 } });
    const connection = connectTo(server, { retryPolicy: { retries: 6 } });
    const started = performance.now();
    const viewers = await Promise.all(Array.from({ length: 12 }, () => connection.viewer({ signal })));
    expect(viewers.every((viewer) => viewer?.username === server.user.username)).toBe(true);
    const perSecond = server.requests.count({}) / ((performance.now() - started) / 1000);
    expect(server.requests.count({})).toBeLessThan(24);
    expect(perSecond).toBeLessThan(20);
  });

  it.each([
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': new Date(NOW_MS - 5000).toUTCString() }, 0],
    [{ 'retry-after': new Date(NOW_MS + 5000).toUTCString() }, 5000],
    [{ 'ratelimit-reset': '1.5' }, 1500],
    [{ 'retry-after': 'soon', 'ratelimit-reset': '3' }, 3000],
    [{ 'ratelimit-reset': '' }, null],
    [{}, null],
  ])('reads how long to wait from %j', (headers, ms) => {
    expect(retryDelayMs(headers, NOW_MS)).toBe(ms);
  });
});

describe('hosts that are asked without a proxy', () => {
  it.each([
    ['api.wandb.ai', ['wandb.ai'], true],
    ['api.wandb.ai', ['.wandb.ai'], true],
    ['api.wandb.ai', ['*.wandb.ai'], true],
    ['api.wandb.ai', ['*'], true],
    ['api.wandb.ai', ['api.wandb.ai:443'], true],
    ['notwandb.ai', ['wandb.ai'], false],
    ['api.wandb.ai', ['localhost', ''], false],
    ['localhost', [], true],
    ['127.0.0.1', [], true],
    ['[::1]', [], true],
    ['localhost.example.com', [], false],
  ])('%s with NO_PROXY %j: %j', (host, list, bypasses) => {
    expect(bypassesProxy(host, list)).toBe(bypasses);
  });
});

describe('a download', () => {
  const BODY = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));

  /** A storage that answers with ranges, and as each test wants it to at first. */
  async function storage(
    first: { status?: number; cutAt?: number; silent?: boolean; drops?: boolean },
    options: ConnectOptions = {},
  ) {
    const requests: string[] = [];
    const server: Server = createServer((req, res) => {
      requests.push(req.headers.range ?? 'whole');
      const { status = 200, cutAt, silent = false, drops = false } = requests.length === 1 ? first : {};
      const from = Number(/bytes=(\d+)-/.exec(req.headers.range ?? '')?.[1] ?? 0);
      if (status !== 200) return res.writeHead(status).end();
      const body = BODY.subarray(from);
      res.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length });
      if (cutAt === undefined) return res.end(body);
      res.write(body.subarray(0, cutAt), () => {
        let at = cutAt;
        if (drops) {
          const timer = setInterval(() => res.write(body.subarray(at, ++at)), 10);
          res.on('close', () => clearInterval(timer));
        } else if (!silent) setTimeout(() => res.destroy(), 50);
      });
      return res;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened.push({
      async [Symbol.asyncDispose]() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file?signature=secret`;
    const folder = await mkdtemp(join(tmpdir(), 'logdir-download-'));
    opened.push({ [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) });
    const path = join(folder, 'file');
    const { storage: client } = connectTo({ url: 'http://127.0.0.1:1', apiKey: 'k' }, options);
    return { requests, path, download: () => client.download(url, path, { signal }) };
  }

  it.each([
    ['breaks off', { cutAt: 100_000 }],
    ['stalls', { cutAt: 100_000, silent: true }],
    ['comes drop by drop', { cutAt: 100_000, drops: true }],
  ])('that %s goes on where it was', async (_, first) => {
    const { download, path, requests } = await storage(first);
    await download();
    expect(Buffer.compare(await readFile(path), BODY)).toBe(0);
    expect(requests).toEqual(['whole', expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
  });

  it('has stalled after so long by the clock that is given, and goes on', async () => {
    const inAMinute = { clock: new RacingClock(200), retryPolicy: { stallMs: 60_000 } };
    const { download, requests } = await storage({ cutAt: 100_000, silent: true }, inAMinute);
    await download();
    expect(requests).toHaveLength(2);
  });

  it.each([
    [403, UrlExpired],
    [401, UrlExpired],
  ])('whose address has expired (HTTP %d) is not tried again', async (status, kind) => {
    const { download, requests } = await storage({ status });
    await expect(download()).rejects.toThrow(kind);
    expect(requests).toEqual(['whole']);
  });

  it('of what is not there is told as such, without the signature', async () => {
    const { download } = await storage({ status: 404 });
    const failure = await failureOf(download());
    expect([failure.code, failure.message.includes('secret')]).toEqual(['not-found', false]);
  });

  it('through the double sends no key', async () => {
    const server = await double();
    const run = server.store.project('acme', 'p').addRun({ id: 'r', rows: [{ loss: 1 }] });
    run.exports.exportHistory({});
    server.faults.add({ match: { origin: 'storage' }, effect: expireUrl(), times: 0 });
    expect(server.requests.matching({ origin: 'storage' }).every((made) => made.authorization === null)).toBe(
      true,
    );
  });
});
