/** The double's object store: ranges, headers, expiry. @module */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askRun } from '../../support/wandb-client.ts';
import { startWandbServer, type WandbServer } from '../../support/wandb-server/index.ts';

const LIFETIME_MS = 60_000;
let nowMs = 1.8e12;
let server: WandbServer;
beforeEach(async () => {
  nowMs = 1.8e12;
  server = await startWandbServer({ now: () => nowMs, urlLifetimeMs: LIFETIME_MS });
  server.store.project('acme', 'vision').addRun({ id: 'r' }).addFile('digits.txt', '0123456789');
});
afterEach(async () => await server[Symbol.asyncDispose]());

async function fileUrl(): Promise<string> {
  const fields = 'files { edges { node { directUrl } } }';
  const run = await askRun<{ files: { edges: { node: { directUrl: string } }[] } }>(
    server,
    'acme/vision/r',
    fields,
  );
  return run.files.edges[0]!.node.directUrl;
}

const ranged = async (range: string) => await fetch(await fileUrl(), { headers: { Range: range } });

describe('a range', () => {
  it.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
  ])('%s is answered with 206', async (range, text, contentRange) => {
    const response = await ranged(range);
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(contentRange);
    expect(await response.text()).toBe(text);
  });

  it.each(['bytes=10-', 'bytes=5-2', 'bytes=-0'])('%s is 416', async (range) => {
    const response = await ranged(range);
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe('bytes */10');
  });

  it('of several parts gets the whole file', async () => {
    expect((await ranged('bytes=0-1,4-5')).status).toBe(200);
  });
});

describe('a URL', () => {
  it('answers HEAD with the size and no body', async () => {
    const response = await fetch(await fileUrl(), { method: 'HEAD' });
    expect(response.headers.get('content-length')).toBe('10');
    expect(response.headers.get('accept-ranges')).toBe('bytes');
    expect(await response.text()).toBe('');
    expect(server.requests.matching({ method: 'HEAD' })[0]?.bytes).toBe(0);
    expect(server.requests.downloads()).toEqual({});
    await (await fetch(await fileUrl())).text();
    expect(server.requests.downloads()).toEqual({ 'r/digits.txt': 1 });
  });

  it('is 403 once it is too old, and a new one is good', async () => {
    const old = await fileUrl();
    nowMs += LIFETIME_MS - 1;
    expect((await fetch(old)).status).toBe(200);
    nowMs += 1;
    const refused = await fetch(old);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('Request has expired');
    const fresh = await fileUrl();
    expect((await fetch(fresh)).status).toBe(200);
    expect(new URL(fresh).pathname).toBe(new URL(old).pathname);
  });

  it('can be made to expire at once', async () => {
    const old = await fileUrl();
    server.expireUrls();
    expect((await fetch(old)).status).toBe(403);
    expect((await fetch(await fileUrl())).status).toBe(200);
  });
});

it('stands under a base path when told to, and nowhere else', async () => {
  await using behind = await startWandbServer({ basePath: '/tools/wandb', storage: 'shared' });
  expect(behind.url).toMatch(/:\d+\/tools\/wandb$/);
  const run = behind.store.project('acme', 'vision').addRun({ id: 'r' });
  run.addFile('a.txt', 'hello');
  const fields = 'files { edges { node { url directUrl } } }';
  const { files } = await askRun<{ files: { edges: { node: { url: string; directUrl: string } }[] } }>(
    behind,
    'acme/vision/r',
    fields,
  );
  const headers = { Authorization: `Bearer ${behind.apiKey}` };
  const { url, directUrl } = files.edges[0]!.node;
  for (const place of [url, directUrl]) expect(await (await fetch(place, { headers })).text()).toBe('hello');
  const beside = await fetch(`${new URL(behind.url).origin}/graphql`, {
    method: 'POST',
    body: '{"query":"{viewer{id}}"}',
  });
  expect(beside.status).toBe(404);
});

it('shares the port of the API when asked to, and then takes keys as the API does', async () => {
  await using shared = await startWandbServer({ storage: 'shared' });
  const run = shared.store.project('acme', 'vision').addRun({ id: 'r' });
  run.addFile('a.txt', 'hello');
  expect(shared.storageUrl).toBe(shared.url);
  const { files } = await askRun<{ files: { edges: { node: { directUrl: string } }[] } }>(
    shared,
    'acme/vision/r',
    'files { edges { node { directUrl } } }',
  );
  const headers = { Authorization: `Bearer ${shared.apiKey}` };
  expect((await fetch(files.edges[0]!.node.directUrl, { headers })).status).toBe(200);
});
