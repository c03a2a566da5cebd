/** The pages for people: what they say, and that no name can break out of them. @module */

import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { sizeText } from '../../../src/core/index.ts';
import { htmlList, htmlText } from '../../../src/frontends/pages/parts/document.ts';
import { agoText, durationText, nameText, valueText } from '../../../src/frontends/pages/parts/human-text.ts';
import { Sparkline } from '../../../src/frontends/pages/parts/sparkline.tsx';
import { projectPage } from '../../../src/frontends/pages/project-page.tsx';
import { parseProjectView } from '../../../src/frontends/pages/project-view.ts';
import { runFilter } from '../../../src/frontends/pages/run-filter.ts';
import {
  type GrpcPort,
  grpcCommand,
  type Reader,
  webHdfsCommand,
} from '../../../src/frontends/pages/tensorboard-command.ts';
import { ask, type ServedOptions, serveTree, webServer } from '../../support/http-door.ts';
import { loggedFile, loggedMedia, memoryOverview, runCard } from '../../support/memory-overview.ts';
import { MemoryTree } from '../../support/memory-tree.ts';
import { accessAs, Somebody } from '../../support/restricted-caller.ts';

const HOSTILE = `<script>alert(1)</script>"' onload=x & \u202egnp`;
const runs = Array.from({ length: 250 }, (_, index) => runCard(index));
const overview = memoryOverview(
  new Map([
    ['team/mnist', runs],
    ['team/empty', []],
    [
      'local/hostile',
      [
        runCard(0, {
          displayName: HOSTILE,
          directory: HOSTILE,
          path: `local/hostile/${HOSTILE}`,
          tags: [HOSTILE],
          group: HOSTILE,
        }),
      ],
    ],
  ]),
);
const BROWSER = { accept: 'text/html,*/*' };

const OWN = ['/home/me/wandb', 'team/project with space'];
const GRPC: GrpcPort = {
  address: '127.0.0.1:6806',
  port: 6806,
  isPublic: false,
  isEncrypted: false,
  direct: '',
};

async function pageAt(path: string, options: ServedOptions = {}) {
  const shown = { version: '1.2.3', overview, ownSources: OWN, ...options };
  await using server = await serveTree(new MemoryTree({}), shown);
  const { status, headers, body } = await ask(server, path, { headers: BROWSER });
  return { status, headers, text: body.toString(), port: server.port };
}

it('shows every project, and the command that opens them', async () => {
  const { status, headers, text, port } = await pageAt('/');
  expect(status).toBe(200);
  expect(text).toContain(`tensorboard --logdir webhdfs://127.0.0.1:${port}/</code>`);
  expect(text).toContain('pip install tensorboard fsspec requests');
  expect(text).toContain("wandb-logdir tensorboard /home/me/wandb 'team/project with space'");
  expect(text).toContain('href="/p/team/mnist"');
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'self'; script-src 'self'/,
  );
  expect(text).not.toMatch(/<[^>]* (?:style|on\w+)=|<style|<script>|(?:src|href)="(?:https?:)?\/\//);
});

it('names neither sources nor the gRPC port to who sees some projects, and both to who sees all', async () => {
  const sources = ['/srv/secret/wandb', 'wandb:hidden/secret-project'];
  for (const path of ['/', '/p/team', '/p/team/mnist', '/p/team/mnist/run-0001']) {
    const asked = { grpc: GRPC, ownSources: sources };
    const { status, text } = await pageAt(path, { ...asked, access: accessAs(new Somebody('team')) });
    expect([path, status]).toEqual([path, 200]);
    expect(text).not.toMatch(/secret|6806|On the machine of this server|Other ways/);
    expect(text).toContain('tensorboard --logdir webhdfs:');
  }
  const access = accessAs({ sees: 'everything', name: 'alice' });
  const { text } = await pageAt('/', { grpc: GRPC, ownSources: sources, access });
  expect(text).toContain('wandb-logdir tensorboard /srv/secret/wandb wandb:hidden/secret-project');
  expect(text).toContain('127.0.0.1:6806');
});

it('leads to the gRPC port where one is open, and names the other way with what it needs', async () => {
  for (const path of ['/', '/p/team', '/p/team/mnist']) {
    const { text } = await pageAt(path, { grpc: GRPC });
    const [grpc, webHdfs, needs] = [
      text.indexOf('tensorboard --grpc_data_provider 127.0.0.1:6806</code>'),
      text.indexOf('tensorboard --logdir webhdfs:'),
      text.indexOf('pip install tensorboard fsspec requests'),
    ];
    expect([path, grpc > 0, webHdfs > grpc, needs > webHdfs]).toEqual([path, true, true, true]);
  }
  expect((await pageAt('/p/team/mnist', { grpc: GRPC })).text).toContain('type <code>^team/mnist/</code>');
});

/** Who has come without a proxy, and without TLS. */
function reader(host: string | undefined, port: number): Reader {
  return { host, port, protocol: 'http', isBelowProxy: false };
}

it('offers each reader what works where he is', () => {
  const at = (host: string | undefined) => reader(host, 7070);
  const plain = 'tensorboard --grpc_data_provider 127.0.0.1:6806';
  const encrypted = { ...GRPC, isPublic: true, isEncrypted: true };
  expect(grpcCommand(GRPC, at('localhost:7070'))).toBe(plain);
  expect(grpcCommand(GRPC, at('[::1]:9'))).toBe(plain);
  const direct = 'no_grpc_proxy=localhost ';
  expect(grpcCommand({ ...GRPC, direct }, at('localhost'))).toBe(direct + plain);
  expect(grpcCommand(GRPC, at(undefined))).toBe(plain);
  expect(grpcCommand(null, at('localhost'))).toBeNull();
  expect(grpcCommand(GRPC, at('gpu-box:7070'))).toBeNull();
  expect(grpcCommand({ ...GRPC, isPublic: true }, at('gpu-box:7070'))).toBeNull();
  expect(grpcCommand(encrypted, at('gpu-box:7070'))).toBe(
    'tensorboard --grpc_data_provider gpu-box:6806 --grpc_creds_type=ssl',
  );
  expect(grpcCommand(encrypted, at('[2001:db8::5]:7070'))).toContain(`'[2001:db8::5]:6806'`);
  expect(grpcCommand(encrypted, at('$(reboot)'))).toContain(`'$(reboot):6806'`);
});

it('does not claim that other machines reach a server of loopback, and says so to those who do', async () => {
  const { text } = await pageAt('/');
  expect(text).toContain('Open in TensorBoard, on this machine:');
  await using server = await webServer(new MemoryTree({}), { overview }).listen({
    ...{ host: '0.0.0.0', port: 0, signal: new AbortController().signal },
  });
  const headers = { ...BROWSER, host: 'runs.example.org' };
  const remote = (await ask(server, '/p/team/mnist', { headers })).body.toString();
  expect(remote).toContain('Open in TensorBoard, on any machine that reaches this server:');
  expect(remote).toContain('webhdfs://runs.example.org:80/team/mnist</code>');
});

it('tells what to type into the filter of a TensorBoard that shows everything', () => {
  const cards = (...paths: string[]) =>
    paths.map((path) => ({ entity: '', project: '', path, runs: 1, running: 0, modifiedAtMs: 0 }));
  expect(runFilter('', cards('a/p', 'b/p'))).toBe('');
  expect(runFilter('a/p', cards('a/p'))).toBe('');
  expect(runFilter('a/p/run (1)', cards('a/p'))).toBe('^run \\(1\\)$');
  expect(runFilter('a', cards('a/p', 'a/q'))).toBe('');
  expect(runFilter('a/p', cards('a/p', 'a/q'))).toBe('^p/');
  expect(runFilter('a', cards('a/p', 'b/q'))).toBe('^a/');
  expect(runFilter('a/p/r', cards('a/p', 'b/q'))).toBe('^a/p/r$');
});

it('has a page for an entity, with its projects alone', async () => {
  const { status, text } = await pageAt('/p/team');
  expect(status).toBe(200);
  expect(text).toContain('href="/p/team/mnist"');
  expect(text).not.toContain('href="/p/local/hostile"');
  expect((await pageAt('/p/nobody')).status).toBe(404);
});

it('has a page for a run: what it is, its values, config and notes, and where its files are', async () => {
  const { status, text } = await pageAt('/p/team/mnist/run-0007');
  expect(status).toBe(200);
  for (const part of ['href="/p/team"', 'href="/p/team/mnist"', 'href="/logdir/team/mnist/run-0007"'])
    expect(text).toContain(part);
  for (const part of ['/run-0007/@files"', '3 tags', '<bdi>zeta</bdi>', 'first try', 'rate: 0.1', '0.25'])
    expect(text).toContain(part);
  expect(text).toContain('<code>train.py --rate 0.1</code>');
  expect((await pageAt('/p/team/mnist/nobody')).status).toBe(404);
  expect((await pageAt(`/p/local/hostile/${encodeURIComponent(HOSTILE)}`)).text).not.toMatch(
    /<script>|\u202e|"[^">]*" onload/,
  );
});

it('leads from a run in a list to its page, also from the tags that are left out', async () => {
  const { text } = await pageAt('/p/team/mnist?view=curves');
  expect(text).toContain('<a class="name" href="/p/team/mnist/run-0000">');
  expect(text).toContain('<a href="/p/team/mnist/run-0000">18 more tags</a>');
});

it('says which values of a run TensorBoard does not show, and where they are', async () => {
  const notShown = [
    { type: 'image-file', count: 4 },
    { type: 'images/separated', count: 2 },
    { type: 'joined-table', count: 1 },
    { type: 'my-type', count: 1 },
  ];
  const media = { notShown, previews: [], tagCount: 0 };
  const shown = memoryOverview(
    new Map([
      ['team/finished', [runCard(1, media)]],
      ['team/running', [runCard(0, { ...media, notShown: [] })]],
      ['team/empty', [runCard(1, { ...media, notShown: [] })]],
      ['team/begun', [runCard(0, { ...media, notShown: [], isWaiting: true })]],
    ]),
  );
  const { text } = await pageAt('/p/team/finished?view=curves', { overview: shown });
  expect(text).toContain('6 images, 1 table, 1 my-type value not shown in TensorBoard: ');
  expect(text).toContain('href="/logdir/team/mnist/run-0001/@files"');
  expect(text).not.toContain('no values');
  expect((await pageAt('/p/team/running?view=curves', { overview: shown })).text).toContain('no values yet');
  expect((await pageAt('/p/team/begun?view=curves', { overview: shown })).text).toContain(
    'waiting for its first block',
  );
  expect((await pageAt('/p/team/empty?view=curves', { overview: shown })).text).not.toContain(
    'no values yet',
  );
  const page = (await pageAt('/p/team/finished/run-0001', { overview: shown })).text;
  expect(page).toContain('<td class="type">images/separated</td>');
  expect(page).toContain('No values that TensorBoard shows.');
});

it('counts what is no number, where there are metrics and where there are none', async () => {
  const media = [
    { kind: 'image', isList: false, count: 6 },
    { kind: 'image', isList: true, count: 3 },
    { kind: 'table', isList: false, count: 2 },
    { kind: 'mesh', isList: false, count: 1 },
  ] as const;
  const shown = memoryOverview(
    new Map([
      ['team/both', [runCard(1, { media })]],
      ['team/alone', [runCard(1, { media, previews: [], tagCount: 9, eventFile: null })]],
    ]),
  );
  const link = '<a href="/p/team/both/run-0001#media">6 images, 3 lists of images, 2 tables, 1 3D object</a>';
  const both = (await pageAt('/p/team/both?view=curves', { overview: shown })).text;
  expect(both).toContain(link);
  expect(both.indexOf('train/loss')).toBeLessThan(both.indexOf(link));
  const alone = (await pageAt('/p/team/alone?view=curves', { overview: shown })).text;
  expect(alone).toContain('6 images, 3 lists of images, 2 tables');
  expect(alone).not.toMatch(/no values|none yet/);
});

const MEDIA = {
  values: [
    loggedMedia('val/pic', [
      loggedFile('media/images/val/pic #1?.png', { caption: HOSTILE, hasLayers: true }),
      loggedFile(`media/${HOSTILE.replaceAll('/', '')}.png`, { width: 900, height: 1e15 }),
    ]),
    loggedMedia('clip', [loggedFile('media/a.wav', { shownAs: 'sound' })], { type: 'audio-file' }),
    loggedMedia('page', [loggedFile('media/html/p.html', { shownAs: 'link' })], { type: 'html-file' }),
    loggedMedia('rows', [loggedFile('t.table.json', { shownAs: 'link' })], {
      ...{ type: 'table-file', extent: { rows: 3, columns: 1 }, moreFiles: 7 },
    }),
    loggedMedia(HOSTILE, [loggedFile('media/b.mp4', { shownAs: 'video' })], { type: HOSTILE, count: 1 }),
  ],
  moreKeys: 2,
  isElsewhere: false,
};

async function mediaAt(isElsewhere: boolean): Promise<string> {
  const shown = memoryOverview(new Map([['team/mnist', [runCard(0)]]]), { media: { ...MEDIA, isElsewhere } });
  const { text, headers } = await pageAt('/p/team/mnist/run-0000', { overview: shown });
  expect(headers['content-security-policy']).toMatch(/img-src 'self'; media-src 'self'/);
  return text.slice(text.indexOf('<section id="media">'), text.indexOf('<h2>Notes'));
}

it('shows the newest pictures, sounds and videos of a run, and leads to its other files', async () => {
  const text = await mediaAt(false);
  const files = '/logdir/team/mnist/run-0000/@files';
  expect(text).toContain(`<img src="${files}/media/images/val/pic%20%231%3F.png" alt="&lt;script>`);
  expect(text.match(/loading="lazy"/g)).toHaveLength(2);
  expect(text).toContain('boxes and masks: in TensorBoard');
  expect(text).toContain(
    `<audio controls preload="metadata" src="${files}/media/a.wav" aria-label="clip, step 1200"`,
  );
  expect(text).toContain(`<video controls preload="metadata" src="${files}/media/b.mp4"`);
  expect(text).toContain(`<a href="${files}/media/html/p.html"><bdi>p.html</bdi></a>`);
  expect(text).toContain('table-file, 3 rows, 1 column');
  expect(text).toContain('and 7 more files');
  expect(text).toContain(
    '<bdi>val/pic</bdi> <span class="small quiet">3 values, the newest at step 1,200</span>',
  );
  expect(text).toContain(`2 more keys are among <a href="${files}">`);
  expect(text).not.toMatch(/<iframe|<embed|<object|<details|<script|\u202e|"[^">]*" onload/);
});

it('fetches nothing from the server of a run before somebody wants to see it', async () => {
  const text = await mediaAt(true);
  const details = /<details>.*<\/details>/s.exec(text)?.[0] ?? '';
  expect(details).toContain('Show the newest of 3 keys: fetched from their server');
  expect(text.replace(details, '')).not.toMatch(/<(?:img|audio|video)/);
  expect(details.match(/loading="lazy"/g)).toHaveLength(2);
  expect(details.match(/preload="none"/g)).toHaveLength(2);
});

it('compresses pages for those who take it, and nothing else', async () => {
  await using server = await serveTree(new MemoryTree({}), { overview });
  const plain = await ask(server, '/p/team/mnist');
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(plain.headers.vary).toBe('Accept-Encoding');
  const small = await ask(server, '/p/team/mnist', { headers: { 'accept-encoding': 'br, gzip;q=0.5' } });
  expect(small.headers['content-encoding']).toBe('gzip');
  expect(small.headers['content-length']).toBe(String(small.body.length));
  expect(small.body.length).toBeLessThan(plain.body.length / 5);
  expect(gunzipSync(small.body).length).toBe(plain.body.length);
  const refused = await ask(server, '/p/team/mnist', { headers: { 'accept-encoding': 'gzip;q=0, br' } });
  expect(refused.headers['content-encoding']).toBeUndefined();
});

it('has weak entity tags for what is compressed, which are taken back', async () => {
  await using server = await serveTree(new MemoryTree({}));
  const gzip = { 'accept-encoding': 'gzip' };
  const { headers } = await ask(server, '/assets/style.css', { headers: gzip });
  expect(headers.etag).toMatch(/^W\/"/);
  const again = { ...gzip, 'if-none-match': `"other", ${headers.etag}` };
  expect((await ask(server, '/assets/style.css', { headers: again })).status).toBe(304);
});

it('shows a hundred runs a page, and leads to the next', async () => {
  const { text } = await pageAt('/p/team/mnist');
  expect(text.match(/<tr role="row"><th scope="row"/g)).toHaveLength(100);
  expect(text).toContain('1–100 of 250 runs');
  expect(text).toContain('rel="next" href="?page=2"');
  expect((await pageAt('/p/team/mnist?page=3')).text).toContain('201–250 of 250 runs');
  expect((await pageAt('/p/team/mnist?page=99')).text).toContain('No runs on this page');
});

it('finds runs by words, and keeps them in the form', async () => {
  const { text } = await pageAt('/p/team/mnist?q=RUN-0007&sort=name');
  expect(text).toContain('1–1 of 1 run<');
  expect(text).toContain('value="RUN-0007"');
  expect(text).toContain('name="sort" value="name"');
  expect((await pageAt('/p/team/mnist?q=%3Cb%3E')).text).toContain('No run matches “<bdi>&lt;b></bdi>”');
});

it('refreshes itself only when asked to', async () => {
  expect((await pageAt('/p/team/mnist')).text).not.toContain('http-equiv="refresh"');
  expect((await pageAt('/p/team/mnist?refresh=1')).text).toContain('http-equiv="refresh" content="30"');
});

it('answers an unknown project or address with a page for browsers and a sentence for others', async () => {
  for (const path of ['/p/team/none', '/nowhere', '/logdir/none']) {
    const { status, headers } = await pageAt(path);
    expect([path, status, headers['content-type']]).toEqual([path, 404, 'text/html; charset=utf-8']);
    await using server = await serveTree(new MemoryTree({}), { overview });
    expect((await ask(server, path)).headers['content-type']).toBe('text/plain; charset=utf-8');
  }
});

it('lets no name out of its place', async () => {
  const { text } = await pageAt('/p/local/hostile');
  expect(text).toContain('&lt;script>alert(1)&lt;/script>');
  expect(text).not.toMatch(/<script>|\u202e|"[^">]*" onload/);
});

it('escapes any text, in an element and in an attribute, so that a browser reads it back', async () => {
  await fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const [, title, text] =
        /^<p title="([^"]*)">([^<]*)<\/p>$/.exec(htmlText(<p title={value}>{value}</p>)) ?? [];
      const shown = value.replace(/[\0\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
      expect([unescaped(title), unescaped(text)]).toEqual([shown, shown]);
    }),
  );
});

/** What a browser reads of escaped text. */
function unescaped(text = ''): string {
  const named = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' };
  return text.replace(/&\w+;/g, (entity) => named[entity as keyof typeof named] ?? entity);
}

it('serves pages below a base path, and WebHDFS where its clients look', async () => {
  const tree = new MemoryTree({ 'a/b/c/d': 'x' });
  await using server = await serveTree(tree, { serving: { pathPrefix: '/wandb' }, overview });
  expect((await ask(server, '/wandb/')).body.toString()).toContain('href="/wandb/p/team/mnist"');
  expect((await ask(server, '/wandb/logdir/a/b/c/d')).body.toString()).toBe('x');
  expect((await ask(server, '/wandb/assets/style.css')).status).toBe(200);
  expect((await ask(server, '/webhdfs/v1/a?op=LISTSTATUS')).status).toBe(200);
  expect((await ask(server, '/logdir/a')).status).toBe(404);
});

it.each([
  ['style.css', 'text/css; charset=utf-8', ':root'],
  ['copy.js', 'text/javascript; charset=utf-8', 'clipboard'],
  ['icon.svg', 'image/svg+xml', '<svg'],
])('serves %s, and says when it has not changed', async (name, contentType, part) => {
  const { status, headers, text } = await pageAt(`/assets/${name}`);
  expect([status, headers['content-type']]).toEqual([200, contentType]);
  expect(text).toContain(part);
  await using server = await serveTree(new MemoryTree({}));
  const again = await ask(server, `/assets/${name}`, { headers: { 'if-none-match': headers.etag } });
  expect([again.status, again.body.length]).toEqual([304, 0]);
});

it('finds a project whose name holds a slash', async () => {
  const odd = memoryOverview(new Map([['team/a/b', [runCard(0)]]]));
  await using server = await serveTree(new MemoryTree({}), { overview: odd });
  const home = (await ask(server, '/')).body.toString();
  const [, href = ''] = /href="(\/p\/[^"]*)"/.exec(home) ?? [];
  expect([href, (await ask(server, href)).status]).toEqual(['/p/team/a%2Fb', 200]);
});

it('renders long lists in stretches, and stops when nobody reads them any more', async () => {
  const rows = Array.from({ length: 50_000 }, (_, index) => <li title="<">{index}</li>);
  const { signal } = new AbortController();
  let turns = 0;
  const ticking = setInterval(() => turns++, 0);
  const text = await htmlList(rows, signal);
  clearInterval(ticking);
  expect(text).toBe(rows.map(htmlText).join(''));
  expect(turns).toBeGreaterThan(0);
  await expect(htmlList(rows, AbortSignal.abort())).rejects.toThrow('abort');
});

it('addresses commands so that fsspec understands', () => {
  expect(webHdfsCommand('t/p', reader('gpu-box:7070', 1))).toContain('webhdfs://gpu-box:7070/t/p');
  expect(webHdfsCommand('t/p', reader('gpu-box', 1))).toContain('webhdfs://gpu-box:80/t/p');
  expect(webHdfsCommand('t/p', reader('[::1]:7070', 1))).toContain('webhdfs://localhost:7070/t/p');
  expect(webHdfsCommand('t/p', reader('"><script>', 5))).toContain('webhdfs://127.0.0.1:5/t/p');
  expect(webHdfsCommand('t/p', { ...reader('gpu-box', 1), protocol: 'https' })).toBe(
    'FSSPEC_WEBHDFS_USE_HTTPS=true tensorboard --logdir webhdfs://gpu-box:443/t/p',
  );
});

it('draws series that are flat, short, huge or not numbers', () => {
  const draw = (...values: number[]) =>
    htmlText(
      Sparkline({
        tag: 't',
        last: values.at(-1) ?? 0,
        points: values.map((value, step) => ({ step, value })),
      }),
    );
  for (const values of [[1], [2, 2, 2], [Number.MAX_VALUE, -Number.MAX_VALUE], [1, Number.NaN, 3], []]) {
    expect(draw(...values)).not.toMatch(/NaN|Infinity/);
  }
  expect(draw(Number.NaN)).not.toContain('polyline');
});

it('writes numbers briefly, and reads back the view it links to', () => {
  expect([0, 0.123456, 1234567, 1e-9, Number.NaN, -Infinity].map(valueText)).toEqual([
    '0',
    '0.1235',
    '1,234,567',
    '1.00e-9',
    'NaN',
    '−∞',
  ]);
  expect([0, 1023, 1024, 5e9].map(sizeText)).toEqual(['0 B', '1023 B', '1.0 KiB', '4.7 GiB']);
  expect([0, 61_000, 3_700_000, 90_000_000].map(durationText)).toEqual([
    '< 1 s',
    '1 min 01 s',
    '1 h 01 min',
    '1 d 01 h',
  ]);
  expect([-5, 12_000, 130_000, 9e6, 1e9].map((ms) => agoText(0, ms))).toEqual([
    'just now',
    '12 s ago',
    '2 min ago',
    '2 h ago',
    '11 d ago',
  ]);
  expect([nameText(' '), nameText('run 1')]).toEqual(['“ ”', 'run 1']);
});

it('says since when a source cannot be looked at, why, and what is shown meanwhile', async () => {
  const away = {
    ...overview,
    troubles: [
      {
        source: 'team/away',
        message: `W&B could not be reached ${HOSTILE}`,
        listedAgoMs: 3_700_000,
        isRefused: false,
      },
      { source: 'team/never', message: 'no', listedAgoMs: null, isRefused: false },
      { source: 'team/closed', message: 'no key', listedAgoMs: 5, isRefused: true },
    ],
  };
  await using server = await serveTree(new MemoryTree({}), { overview: away });
  for (const path of ['/', '/p/team/mnist']) {
    const text = (await ask(server, path, { headers: BROWSER })).body.toString();
    expect(text).toContain(
      '<code>team/away</code> cannot be looked at.</strong> What is shown is 1 h 01 min old',
    );
    expect(text).toContain('What was read before is shown.');
    expect(text).toContain('team/closed</code> may not be read.</strong> What its server refuses is not');
    expect(text).not.toContain('<script>alert');
  }
});

it('says which runs of a server nobody has read yet, and which projects nobody has opened', async () => {
  const unread = memoryOverview(
    new Map([['team/mnist', [runCard(0, { reading: 'unread', rows: 0, previews: [], tagCount: 0 })]]]),
  );
  const closed = {
    ...unread,
    projects: async () =>
      (await unread.projects({ signal: new AbortController().signal })).map((card) => ({
        ...card,
        runs: null,
      })),
  };
  await using server = await serveTree(new MemoryTree({}), { overview: closed });
  const home = (await ask(server, '/', { headers: BROWSER })).body.toString();
  expect(home).toContain('title="listed when the project is opened"');
  const text = (await ask(server, '/p/team/mnist', { headers: BROWSER })).body.toString();
  expect(text).toContain('read when it is opened');
  expect(text).not.toContain('no values yet');
});

it('renders a hundred runs in well under 50 ms of processor time', () => {
  const render = () =>
    projectPage({
      site: { basePath: '', version: '1' },
      ways: { reader: reader('localhost:1', 1), grpc: GRPC, ownSources: [] },
      filter: '',
      entity: 'team',
      project: 'mnist',
      path: 'team/mnist',
      view: parseProjectView('?view=curves'),
      troubles: [],
      shown: {
        layout: 'curves',
        found: { total: 1000, queryPath: null, problems: [], runs: runs.slice(0, 100) },
      },
      nowMs: 0,
    });
  const timesMs = Array.from({ length: 9 }, () => {
    const start = process.cpuUsage();
    render();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  expect(timesMs.sort((a, b) => a - b)[4]).toBeLessThan(50);
});
