/** Scripted trouble: faults, rate limits, latency. @module */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askGraphql, askRun } from '../../support/wandb-client.ts';
import {
  alterData,
  answerGarbage,
  answerHtml,
  answerStatus,
  corruptBytes,
  delayBy,
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

let nowMs = 1.8e12;
let server: WandbServer;
beforeEach(async () => {
  nowMs = 1.8e12;
  server = await startWandbServer({ now: () => nowMs });
  const project = server.store.project('acme', 'vision');
  for (const id of ['a', 'b'])
    project.addRun({ id, rows: [{ loss: 1 }] }).addFile('x.txt', '0123456789'.repeat(100));
});
afterEach(async () => await server[Symbol.asyncDispose]());

const keysOf = (run: string) => askRun(server, `acme/vision/${run}`, 'historyKeys');
const viewer = () => askGraphql(server, 'query Viewer { viewer { username } }');

async function fileUrl(): Promise<string> {
  const fields = 'files { edges { node { directUrl } } }';
  const run = await askRun<{ files: { edges: { node: { directUrl: string } }[] } }>(
    server,
    'acme/vision/a',
    fields,
  );
  return run.files.edges[0]!.node.directUrl;
}

describe('a fault', () => {
  it('hits what it matches, so often, after so many', async () => {
    const effect = answerStatus(503, { headers: { 'Retry-After': '1' } });
    const fault = server.faults.add({ match: { field: 'historyKeys', run: 'a' }, effect, skip: 1, times: 2 });
    await keysOf('a');
    await keysOf('b');
    await expect(keysOf('a')).rejects.toThrow('HTTP 503');
    await expect(keysOf('a')).rejects.toThrow('HTTP 503');
    await keysOf('a');
    expect(fault.hits).toBe(2);
    expect(server.requests.matching({ run: 'a' }).map(({ status }) => status)).toEqual([200, 503, 503, 200]);
  });

  it.each([
    { door: 'graphql' as const },
    { operation: 'Viewer' },
    { operation: /^View/ },
    { field: 'viewer' },
    { path: /graphql$/ },
    { origin: 'api' as const, method: 'POST' },
    { when: ({ requestBytes }: { requestBytes: number }) => requestBytes > 10 },
  ])('is matched by %j', async (match) => {
    server.faults.add({ match, effect: answerStatus(500), times: 1 });
    expect((await viewer()).status).toBe(500);
    expect((await viewer()).status).toBe(200);
  });

  it('may hit by chance, the same way each time', async () => {
    const fault = server.faults.add({ effect: answerStatus(502), probability: 0.5 });
    const statuses: number[] = [];
    for (let index = 0; index < 40; index++) statuses.push((await viewer()).status);
    expect(fault.hits).toBeGreaterThan(8);
    expect(fault.hits).toBeLessThan(32);
    fault.remove();
    expect((await viewer()).status).toBe(200);
  });

  it.each([413, 429, 500, 502, 503, 504])('answers %i', async (status) => {
    server.faults.add({ effect: answerStatus(status) });
    expect((await viewer()).status).toBe(status);
  });

  const told = async (effect: Effect) => {
    server.faults.add({ effect, times: 1 });
    return await viewer();
  };

  it('answers HTML, garbage, or half of the JSON', async () => {
    expect(await told(answerHtml(200))).toMatchObject({
      status: 200,
      data: undefined,
      text: expect.stringContaining('<html>'),
    });
    expect((await told(answerGarbage())).data).toBeUndefined();
    const half = await told(truncateBody(0.5));
    expect(half).toMatchObject({ status: 200, data: undefined });
    expect((await viewer()).text.startsWith(half.text)).toBe(true);
  });

  it('puts errors beside the data, or in its place', async () => {
    const beside = await told(graphqlErrors('partly'));
    expect(beside).toMatchObject({
      status: 200,
      data: { viewer: { username: 'ada' } },
      errors: [{ message: 'partly' }],
    });
    expect(await told(graphqlErrors('wholly', { keepsData: false }))).toMatchObject({ data: null });
  });

  it('changes the data', async () => {
    expect((await told(replaceAt(['viewer', 'username'], 7))).data).toEqual({ viewer: { username: 7 } });
    expect((await told(alterData(() => ({})))).data).toEqual({});
  });

  it('breaks the connection before or amid the body', async () => {
    await expect(told(resetAfter(0))).rejects.toThrow();
    await expect(told(resetAfter(10))).rejects.toThrow();
    const [none, some] = server.requests.all;
    expect([none?.status, none?.bytes, some?.status, some?.bytes]).toEqual([0, 0, 200, 10]);
  });

  it('lets the body come in drops, or stop for ever', async () => {
    const start = performance.now();
    expect((await told(trickle({ bytes: 10, everyMs: 30 }))).data).toBeDefined();
    expect(performance.now() - start).toBeGreaterThan(50);
    server.faults.add({ effect: trickle({ bytes: 4, everyMs: 1, endsAfterBytes: 8 }), times: 1 });
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      body: '{"query":"{viewer{id}}"}',
      signal: AbortSignal.timeout(150),
    });
    await expect(response.text()).rejects.toThrow('timeout');
  });

  it('says nothing at all', async () => {
    server.faults.add({ effect: neverAnswer() });
    await expect(fetch(server.url, { signal: AbortSignal.timeout(60) })).rejects.toThrow('timeout');
  });

  it('lets a signed URL expire, or its bytes rot', async () => {
    const url = await fileUrl();
    server.faults.add({ match: { file: 'x.txt' }, effect: expireUrl(), times: 1 });
    expect((await fetch(url)).status).toBe(403);
    server.faults.add({
      match: { door: 'storage', run: 'a' },
      effect: corruptBytes({ from: 5, every: 400 }),
      times: 1,
    });
    const [rotten, sound] = [await (await fetch(url)).arrayBuffer(), await (await fetch(url)).arrayBuffer()];
    const differing = [...new Uint8Array(sound)].flatMap((byte, at) =>
      byte === new Uint8Array(rotten)[at] ? [] : [at],
    );
    expect(differing).toEqual([5, 405, 805]);
  });

  it('makes a request wait', async () => {
    server.faults.add({ effect: delayBy(80), times: 1 });
    const start = performance.now();
    await viewer();
    expect(performance.now() - start).toBeGreaterThan(75);
  });
});

describe('the rate limit', () => {
  it('refuses what is too much in a window, and says when to come back', async () => {
    server.limitRate({ requests: 2, windowMs: 5000 });
    const first = await viewer();
    expect(first.status).toBe(200);
    expect(first.headers.get('ratelimit-remaining')).toBe('500');
    await viewer();
    nowMs += 1000;
    const refused = await viewer();
    expect(refused.status).toBe(429);
    expect(refused.text).toBe('{"error":"rate limit exceeded"}');
    expect(refused.headers.get('retry-after')).toBe('4');
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect(refused.headers.get('ratelimit-reset')).toBe('4');
    nowMs += 4000;
    expect((await viewer()).status).toBe(200);
    server.limitRate(null);
    expect((await viewer()).headers.get('ratelimit-remaining')).toBeNull();
  });

  it('leaves other doors alone, and may keep its headers to itself', async () => {
    const url = await fileUrl();
    server.limitRate({ requests: 1, windowMs: 5000, sendsRetryAfter: false, sendsBudget: false });
    await viewer();
    expect((await fetch(url)).status).toBe(200);
    const { status, headers } = await viewer();
    expect([status, headers.get('retry-after'), headers.get('ratelimit-reset')]).toEqual([429, null, null]);
  });
});

describe('latency', () => {
  it('is a number, or a function of the request', async () => {
    server.latencyMs = ({ runs }) => (runs.includes('a') ? 80 : 0);
    await keysOf('a');
    await keysOf('b');
    const [slow, fast] = server.requests.all;
    expect(slow!.ms).toBeGreaterThan(75);
    expect(fast!.ms).toBeLessThan(slow!.ms);
  });

  it('lets the log tell how many requests were under way at once', async () => {
    server.latencyMs = 30;
    await Promise.all([viewer(), viewer(), viewer()]);
    await viewer();
    expect(server.requests.peakInFlight).toBe(3);
  });
});
