/** The path prefix, and what is believed of proxies. @module */

import { describe, expect, it } from 'vitest';
import { TrustedProxies } from '../../../src/frontends/web/server/trusted-proxies.ts';
import { ask, serveTree } from '../../support/http-door.ts';
import { memoryOverview } from '../../support/memory-overview.ts';
import { MemoryTree } from '../../support/memory-tree.ts';
import { recordedLog } from '../../support/recorded-log.ts';

const overview = memoryOverview(new Map([['team/mnist', []]]));
const tree = () => new MemoryTree({ 'team/mnist/run/d.txt': 'x' });
const HTML = { accept: 'text/html' };

describe('a path prefix', () => {
  const serve = () => serveTree(tree(), { overview, serving: { pathPrefix: '/tools/wandb' } });

  it('stands before every page, link, script and style', async () => {
    await using server = await serve();
    expect(server.url).toBe(`http://127.0.0.1:${server.port}/tools/wandb`);
    for (const path of ['/', '/p/team', '/p/team/mnist', '/logdir', '/logdir/team', '/nothing']) {
      const page = (await ask(server, `/tools/wandb${path}`, { headers: HTML })).body.toString();
      const places = [...page.matchAll(/(?:href|src|action)="(\/[^"]*)"/g)].map(([, place]) => place);
      expect([path, places.length > 2]).toEqual([path, true]);
      for (const place of places)
        expect([path, place]).toEqual([path, expect.stringMatching(/^\/tools\/wandb\//)]);
      for (const place of new Set(places))
        expect([place, (await ask(server, place ?? '')).status]).toEqual([place, 200]);
    }
  });

  it('is asked for with a slash', async () => {
    await using server = await serve();
    const { status, headers } = await ask(server, '/tools/wandb');
    expect([status, headers.location]).toEqual([308, '/tools/wandb/']);
  });

  it.each([
    '/',
    '/p/team/mnist',
    '/logdir/team',
    '/assets/style.css',
    '/tools',
    '/tools/wandbx/',
    '/tools/wandb2',
  ])('leaves nothing at %s, and says where everything is', async (path) => {
    await using server = await serve();
    const { status, body } = await ask(server, path);
    expect([status, body.toString()]).toEqual([
      404,
      expect.stringContaining('everything is below /tools/wandb/'),
    ]);
  });

  it.each(['/healthz', '/readyz', '/metrics', '/webhdfs/v1/team?op=LISTSTATUS'])(
    'leaves %s at the root too, whose clients cannot know of it',
    async (path) => {
      await using server = await serve();
      expect((await ask(server, path)).status).toBe(200);
      expect((await ask(server, `/tools/wandb${path}`)).status).toBe(200);
    },
  );
});

describe('a proxy', () => {
  const told = {
    ...HTML,
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'tb.example.org',
    'x-forwarded-prefix': '/tools/',
  };

  it('is believed where it is named: links and commands are good where the reader is', async () => {
    const log = recordedLog();
    const serving = { trustedProxies: ['127.0.0.0/8'] };
    await using server = await serveTree(tree(), { overview, serving, logger: log.logger });
    const page = (await ask(server, '/p/team/mnist', { headers: told })).body.toString();
    expect(page).toContain('href="/tools/logdir/team/mnist"');
    expect(page).toContain(
      'FSSPEC_WEBHDFS_USE_HTTPS=true tensorboard --logdir webhdfs://tb.example.org:443/team/mnist',
    );
    expect(page).toContain('has to hand on <code>/webhdfs/v1</code> too');
    await expect.poll(() => log.text(), { timeout: 20_000 }).toContain('"client":"203.0.113.9"');
  });

  it('is not believed where it is not', async () => {
    const log = recordedLog();
    const serving = { trustedProxies: ['10.0.0.0/8', '::1'] };
    await using server = await serveTree(tree(), { overview, serving, logger: log.logger });
    const page = (await ask(server, '/p/team/mnist', { headers: told })).body.toString();
    expect(page).toContain('href="/logdir/team/mnist"');
    expect(page).not.toContain('example.org');
    expect(page).not.toContain('203.0.113.9');
    await expect.poll(() => log.text(), { timeout: 20_000 }).toContain('"client":"127.0.0.1"');
  });

  it('cannot make a foreign Host good: a page elsewhere can send the same headers', async () => {
    await using server = await serveTree(tree(), { serving: { trustedProxies: ['127.0.0.1'] } });
    const headers = { host: 'evil.example', 'x-forwarded-host': 'localhost' };
    expect((await ask(server, '/', { headers })).status).toBe(421);
  });

  it('adds its own prefix before that of the server', async () => {
    const serving = { trustedProxies: ['127.0.0.1'], pathPrefix: '/wandb' };
    await using server = await serveTree(tree(), { overview, serving });
    const { headers } = await ask(server, '/wandb', { headers: told });
    expect(headers.location).toBe('/tools/wandb/');
  });

  it.each([
    ['x-forwarded-prefix', '//evil.example'],
    ['x-forwarded-prefix', '/a"><script>'],
    ['x-forwarded-prefix', 'https://evil.example/'],
    ['x-forwarded-host', 'evil.example/path'],
    ['x-forwarded-host', '"><script>'],
    ['x-forwarded-proto', 'javascript'],
  ])('is not believed in %s: %s', async (name, value) => {
    await using server = await serveTree(tree(), { overview, serving: { trustedProxies: ['127.0.0.1'] } });
    const page = (
      await ask(server, '/p/team/mnist', { headers: { ...HTML, [name]: value } })
    ).body.toString();
    expect(page).toContain('href="/logdir/team/mnist"');
    expect(page).not.toMatch(/evil|<script>|javascript/);
  });
});

describe('the client', () => {
  const proxies = new TrustedProxies(['10.0.0.0/8', '192.168.1.1', 'fd00::/8']);
  const clientOf = (forwardedFor: string, remoteAddress = '10.0.0.1') => {
    const headers = { 'x-forwarded-for': forwardedFor };
    return proxies.read({ headers, socket: { remoteAddress } } as unknown as Parameters<
      typeof proxies.read
    >[0])?.client;
  };

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9, 10.1.2.3', '203.0.113.9'],
    ['1.1.1.1, 203.0.113.9, 192.168.1.1, 10.1.2.3', '203.0.113.9'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['"x", 203.0.113.9', '203.0.113.9'],
    ['[2001:db8::7]:4711', '2001:db8::7'],
    ['2001:db8::7, fd00::5', '2001:db8::7'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['10.1.1.1, 10.2.2.2', '10.1.1.1'],
    ['unknown, 10.2.2.2', '10.2.2.2'],
    ['unknown', null],
    ['', null],
  ])('of "%s" is %s', (header, client) => {
    expect(clientOf(header)).toBe(client);
  });

  it.each(['10.255.0.1', '::ffff:10.0.0.1', 'fd12::1', '192.168.1.1'])('is told by %s', (peer) => {
    expect(clientOf('203.0.113.9', peer)).toBe('203.0.113.9');
  });

  it.each(['11.0.0.1', '192.168.1.2', 'fe80::1', '::ffff:11.0.0.1', ''])('is not told by %s', (peer) => {
    expect(clientOf('203.0.113.9', peer)).toBeUndefined();
  });
});
