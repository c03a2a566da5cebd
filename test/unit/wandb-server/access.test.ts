/** Who may see what of the double, and where the API key goes. @module */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askGraphql, askRun } from '../../support/wandb-client.ts';
import { startWandbServer, type WandbServer } from '../../support/wandb-server/index.ts';

let server: WandbServer;
beforeEach(async () => {
  server = await startWandbServer();
  server.store.project('acme', 'secret').addRun({ id: 'r' });
  server.store.project('acme', 'open', { access: 'public' }).addRun({ id: 'r' });
});
afterEach(async () => await server[Symbol.asyncDispose]());

const SEEN =
  '{ viewer { username } s: project(name: "secret", entityName: "acme") { name } o: project(name: "open", entityName: "acme") { name readOnly } }';

describe('a key', () => {
  it.each(['Basic', 'Bearer'] as const)('opens the projects of its user, as %s', async (scheme) => {
    expect((await askGraphql(server, SEEN, { scheme })).data).toEqual({
      viewer: { username: 'ada' },
      s: { name: 'secret' },
      o: { name: 'open', readOnly: false },
    });
  });

  it('of somebody else opens what is public, to read', async () => {
    const { apiKeys } = server.store.addUser({ username: 'eve', teams: ['other'] });
    expect((await askGraphql(server, SEEN, { key: [...apiKeys][0]! })).data).toEqual({
      viewer: { username: 'eve' },
      s: null,
      o: { name: 'open', readOnly: true },
    });
  });

  it('that nobody has is 401, everywhere', async () => {
    expect((await askGraphql(server, SEEN, { key: 'f'.repeat(40) })).status).toBe(401);
    const headers = { Authorization: 'Basic bm9uc2Vuc2U=' };
    expect((await fetch(`${server.url}/files/acme/open/r/x`, { headers })).status).toBe(401);
  });

  it('that is absent leaves public projects readable, and no viewer', async () => {
    expect((await askGraphql(server, SEEN, { key: null })).data).toEqual({
      viewer: null,
      s: null,
      o: { name: 'open', readOnly: true },
    });
  });

  it('is needed to write: 403 for who may not', async () => {
    const mutation =
      'mutation { upsertBucket(input: {entityName: "acme", modelName: "open", name: "new"}) { inserted } }';
    const answer = await askGraphql(server, mutation, { key: null });
    expect(answer.status).toBe(403);
    expect(answer.errors?.[0]?.message).toBe('permission denied');
    expect(server.store.project('acme', 'open').runs.has('new')).toBe(false);
    const posted = await fetch(`${server.url}/files/acme/open/r/file_stream`, { method: 'POST', body: '{}' });
    expect(posted.status).toBe(401);
  });
});

describe('a signed URL', () => {
  async function urlOf(path: string): Promise<{ url: string; directUrl: string }> {
    server.store.run(path).addFile('media/a b.txt', 'hello');
    const fields = 'files(names: ["media/a b.txt"]) { edges { node { url directUrl } } }';
    const run = await askRun<{ files: { edges: { node: { url: string; directUrl: string } }[] } }>(
      server,
      path,
      fields,
    );
    return run.files.edges[0]!.node;
  }

  it('is read without a key, at another origin, which refuses one', async () => {
    const { directUrl } = await urlOf('acme/secret/r');
    expect(new URL(directUrl).origin).toBe(server.storageUrl);
    expect(server.storageUrl).not.toBe(server.url);
    expect(await (await fetch(directUrl)).text()).toBe('hello');
    const headers = { Authorization: `Bearer ${server.apiKey}` };
    expect((await fetch(directUrl, { headers })).status).toBe(400);
    const [plain, keyed] = server.requests.matching({ door: 'storage' });
    expect([plain?.authorization, keyed?.authorization]).toEqual([null, `Bearer ${server.apiKey}`]);
    expect(plain).toMatchObject({ origin: 'storage', runs: ['r'], file: 'media/a b.txt', bytes: 5 });
  });

  it('under the API needs the key instead', async () => {
    const { url } = await urlOf('acme/secret/r');
    expect(new URL(url).origin).toBe(server.url);
    expect((await fetch(url)).status).toBe(404);
    const headers = { Authorization: `Bearer ${server.apiKey}` };
    expect(await (await fetch(url, { headers })).text()).toBe('hello');
  });

  it('cannot be made up or changed', async () => {
    const { directUrl } = await urlOf('acme/secret/r');
    const forged = new URL(directUrl);
    forged.searchParams.set('X-Expires', '9999999999999');
    expect((await fetch(forged)).status).toBe(403);
    expect((await fetch(directUrl, { method: 'PUT', body: 'mine' })).status).toBe(403);
    expect((await fetch(`${server.storageUrl}/storage/none/x`)).status).toBe(404);
  });
});
