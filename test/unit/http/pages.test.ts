/** The pages for people: what they say, and that no name can break out of them. @module */

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { escapeHtml, html } from '../../../src/frontends/http/html.ts';
import {
  agoText,
  durationText,
  nameText,
  sizeText,
  valueText,
} from '../../../src/frontends/http/human-text.ts';
import { projectPage } from '../../../src/frontends/http/project-page.ts';
import { parseRunQuery, runQueryText } from '../../../src/frontends/http/run-query.ts';
import { sparkline } from '../../../src/frontends/http/sparkline.ts';
import { shellQuote, webHdfsCommand } from '../../../src/frontends/http/tensorboard-command.ts';
import { ask, serveTree } from '../../support/http-door.ts';
import { memoryOverview, runCard } from '../../support/memory-overview.ts';
import { MemoryTree } from '../../support/memory-tree.ts';

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

async function pageAt(path: string) {
  await using server = await serveTree(new MemoryTree({}), { version: '1.2.3' }, overview);
  const { status, headers, body } = await ask(server, path, { headers: BROWSER });
  return { status, headers, text: body.toString(), port: server.port };
}

it('shows every project with the command that opens it', async () => {
  const { status, headers, text, port } = await pageAt('/');
  expect(status).toBe(200);
  expect(text).toContain(`tensorboard --logdir webhdfs://127.0.0.1:${port}/team/mnist</code>`);
  expect(text).toContain('pip install tensorboard fsspec requests');
  expect(text).toContain('wandb-logdir tensorboard ./wandb &#39;team/project with space&#39;');
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'self'; script-src 'self'/,
  );
  expect(text).not.toMatch(/<[^>]* (?:style|on\w+)=|<style|<script>|(?:src|href)="(?:https?:)?\/\//);
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
  expect((await pageAt('/p/team/mnist?q=%3Cb%3E')).text).toContain('No run matches “<bdi>&lt;b&gt;</bdi>”');
});

it('refreshes itself only when asked to', async () => {
  expect((await pageAt('/p/team/mnist')).text).not.toContain('http-equiv="refresh"');
  expect((await pageAt('/p/team/mnist?refresh=1')).text).toContain('http-equiv="refresh" content="30"');
});

it('answers an unknown project or address with a page for browsers and a sentence for others', async () => {
  for (const path of ['/p/team/none', '/nowhere', '/logdir/none']) {
    const { status, headers } = await pageAt(path);
    expect([path, status, headers['content-type']]).toEqual([path, 404, 'text/html; charset=utf-8']);
    await using server = await serveTree(new MemoryTree({}), {}, overview);
    expect((await ask(server, path)).headers['content-type']).toBe('text/plain; charset=utf-8');
  }
});

it('lets no name out of its place', async () => {
  const { text } = await pageAt('/p/local/hostile');
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(text).not.toMatch(/<script>|\u202e|"[^">]*" onload/);
  await fc.assert(
    fc.property(fc.string(), (value) => {
      expect(escapeHtml(value)).not.toMatch(/[<>"']/);
      expect(html`<p>${[value, null, false]}</p>`.text).toBe(`<p>${escapeHtml(value)}</p>`);
    }),
  );
});

it('serves pages below a base path, and WebHDFS where its clients look', async () => {
  const tree = new MemoryTree({ 'a/b/c/d': 'x' });
  await using server = await serveTree(tree, { basePath: '/wandb/' }, overview);
  expect((await ask(server, '/wandb/')).body.toString()).toContain('href="/wandb/p/team/mnist"');
  expect((await ask(server, '/wandb/logdir/a/b/c/d')).body.toString()).toBe('x');
  expect((await ask(server, '/wandb/assets/style.css')).status).toBe(200);
  expect((await ask(server, '/webhdfs/v1/a?op=LISTSTATUS')).status).toBe(200);
  expect((await ask(server, '/logdir/a')).status).toBe(404);
});

it('quotes commands for a shell and addresses them so that fsspec understands', () => {
  expect(shellQuote('a/b-c.d')).toBe('a/b-c.d');
  expect(shellQuote("it's $HOME")).toBe(`'it'\\''s $HOME'`);
  expect(webHdfsCommand('t/p', 'gpu-box:7070', 1)).toContain('webhdfs://gpu-box:7070/t/p');
  expect(webHdfsCommand('t/p', 'gpu-box', 1)).toContain('webhdfs://gpu-box:80/t/p');
  expect(webHdfsCommand('t/p', '[::1]:7070', 1)).toContain('webhdfs://localhost:7070/t/p');
  expect(webHdfsCommand('t/p', '"><script>', 5)).toContain('webhdfs://127.0.0.1:5/t/p');
});

it('draws series that are flat, short, huge or not numbers', () => {
  const draw = (...values: number[]) =>
    sparkline({ tag: 't', last: values.at(-1) ?? 0, points: values.map((value, step) => ({ step, value })) })
      .text;
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
  const view = { query: 'a b&c', sort: 'state', page: 7, refresh: true } as const;
  expect(parseRunQuery(runQueryText(view))).toEqual(view);
  expect(parseRunQuery('?page=-1&sort=x')).toEqual({ query: '', sort: 'newest', page: 1, refresh: false });
});

it('says since when a source cannot be looked at, why, and what is shown meanwhile', async () => {
  const away = {
    ...overview,
    troubles: [
      { source: 'team/away', message: `W&B could not be reached ${HOSTILE}`, listedAgoMs: 3_700_000 },
      { source: 'team/never', message: 'no', listedAgoMs: null },
    ],
  };
  await using server = await serveTree(new MemoryTree({}), {}, away);
  for (const path of ['/', '/p/team/mnist']) {
    const text = (await ask(server, path, { headers: BROWSER })).body.toString();
    expect(text).toContain(
      '<code>team/away</code> cannot be looked at.</strong> What is shown is 1 h 01 min old',
    );
    expect(text).toContain('What was read before is shown.');
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
  await using server = await serveTree(new MemoryTree({}), {}, closed);
  const home = (await ask(server, '/', { headers: BROWSER })).body.toString();
  expect(home).toContain('title="listed when the project is opened"');
  const text = (await ask(server, '/p/team/mnist', { headers: BROWSER })).body.toString();
  expect(text).toContain('read when it is opened');
  expect(text).not.toContain('no values yet');
});

it('renders a hundred runs in well under 50 ms', () => {
  const render = () =>
    projectPage({
      basePath: '',
      version: '1',
      entity: 'team',
      project: 'mnist',
      path: 'team/mnist',
      view: parseRunQuery(''),
      troubles: [],
      page: { total: 1000, runs: runs.slice(0, 100) },
      host: 'localhost:1',
      port: 1,
      nowMs: 0,
    });
  const timesMs = Array.from({ length: 9 }, () => {
    const startMs = performance.now();
    render();
    return performance.now() - startMs;
  });
  expect(timesMs.sort((a, b) => a - b)[4]).toBeLessThan(50);
});
