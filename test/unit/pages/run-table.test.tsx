/** The table of runs and the page of compared runs: what their addresses say, and that nothing breaks out of its cell. */

import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareQuery, parseCompareView } from '../../../src/frontends/pages/compare-view.ts';
import {
  type ProjectView,
  parseProjectView,
  sortedBy,
  viewHref,
} from '../../../src/frontends/pages/project-view.ts';
import type { HttpServer } from '../../../src/frontends/web/index.ts';
import { createOverview } from '../../../src/overview/index.ts';
import type { House } from '../../support/house.ts';
import { ask, serveTree } from '../../support/http-door.ts';
import { accessAs, Somebody } from '../../support/restricted-caller.ts';
import { HOSTILE_TEXT, sweepHouse } from '../../support/sweep-runs.ts';

const BROWSER = { accept: 'text/html,*/*' };

let house: House;
let server: HttpServer;
beforeAll(async () => {
  house = await sweepHouse();
  server = await serveTree(house.tree, { overview: house.overview, serving: { pathPrefix: '/wandb' } });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

async function pageAt(path: string, from: Pick<HttpServer, 'port'> = server) {
  const { status, body, headers } = await ask(from, `/wandb/p/team/sweep${path}`, { headers: BROWSER });
  return { status, headers, text: body.toString() };
}

/** Names of the runs of a table, in its order. */
function namesIn(text: string): string[] {
  return [...text.matchAll(/<a class="name"[^>]*><bdi>([^<]*)/g)].map(([, name = '']) => name);
}

const COLUMN = fc.record({ field: fc.constantFrom('config', 'summary'), path: fc.string({ minLength: 1 }) });
const VIEW: fc.Arbitrary<ProjectView> = fc
  .record({
    query: fc.string({ maxLength: 500 }),
    order: fc.record({
      by: fc.oneof(fc.constantFrom('started', 'name', 'state', 'changed', 'step', 'rows'), COLUMN),
      direction: fc.constantFrom('ascending', 'descending'),
    }),
    columns: fc.option(fc.array(COLUMN)),
    page: fc.integer({ min: 1, max: 1e9 }),
    limit: fc.constantFrom(100, 1000),
    layout: fc.constantFrom('table', 'curves'),
    refresh: fc.boolean(),
  })
  .map((view) => ({ ...view, limit: view.layout === 'table' ? view.limit : 100 }));

describe('the address of a table', () => {
  it('says all that is shown', async () => {
    await fc.assert(
      fc.property(VIEW, (view) => {
        // A name that begins or ends with spaces is none that anybody types.
        const isPlain = (view.columns ?? []).every(({ path }) => path === path.trimEnd());
        fc.pre(isPlain);
        expect(parseProjectView(viewHref(view))).toEqual(view);
      }),
    );
  });

  it('takes its defaults where it cannot be read', () => {
    const usual = parseProjectView('');
    expect(usual.order).toEqual({ by: 'started', direction: 'descending' });
    expect(viewHref(usual)).toBe('?');
    expect(parseProjectView('?page=-1&sort=x&limit=7&view=x&columns=nothing')).toEqual({
      ...usual,
      columns: [],
    });
    expect(parseProjectView('?sort=newest')).toEqual(usual);
  });

  it('turns the order round at the second click', () => {
    const view = parseProjectView('?page=3');
    const once = { ...view, ...sortedBy(view, { field: 'config', path: 'lr' }, 'ascending') };
    expect(viewHref(once)).toBe('?sort=config.lr');
    expect(viewHref({ ...once, ...sortedBy(once, { field: 'config', path: 'lr' }, 'ascending') })).toBe(
      '?sort=-config.lr',
    );
    expect(viewHref({ ...once, ...sortedBy(once, 'step', 'descending') })).toBe('?sort=-step');
  });

  it('of compared runs says which, and of what', async () => {
    const names = fc.array(fc.string({ minLength: 1 }), { maxLength: 20 });
    const view = fc.record({ runs: names, tags: fc.option(names), scale: fc.constantFrom('linear', 'log') });
    await fc.assert(
      fc.property(view, (given) => {
        expect(parseCompareView(compareQuery(given))).toEqual(given);
      }),
    );
  });
});

describe('a table', () => {
  it('has values of config and summary, and headings that sort', async () => {
    const { text, status } = await pageAt('?sort=-summary.val/accuracy');
    expect(status).toBe(200);
    expect(namesIn(text)[0]).toBe('run 13');
    expect(text).toContain(
      'aria-sort="descending"><a href="?sort=summary.val%2Faccuracy"><bdi>val/accuracy</bdi>',
    );
    expect(text).toContain('data-label="lr (config)">0.013</td>');
    expect(text).toContain('title="Remove column config.lr"');
    expect((await pageAt('?columns=')).text).not.toContain('data-label="lr');
  });

  it('names statistics of a summary by their metric', async () => {
    const { text } = await pageAt('?columns=summary.loss.min&columns=config.a.min');
    expect(text).toContain('<bdi>loss</bdi></a> <span class="quiet block kind">summary, min');
    expect(text).toContain('<bdi>a.min</bdi></a> <span class="quiet block kind">config');
  });

  it('carries its view through its forms, and leads to comparisons', async () => {
    const { text } = await pageAt('?q=run&sort=config.lr&limit=1000');
    const search = /<form method="get" role="search">.*?<\/form>/s.exec(text)?.[0];
    for (const [name, value] of [
      ['sort', 'config.lr'],
      ['limit', '1000'],
    ])
      expect(search).toContain(`<input type="hidden" name="${name}" value="${value}"/>`);
    expect(text).toContain(
      '<form id="compare" class="compare" method="get" action="/wandb/p/team/sweep/@compare">',
    );
    expect(text).toContain('name="runs" value="run 1" form="compare"');
    expect(text).toContain('href="/wandb/p/team/sweep/@compare?runs=run+1&amp;runs=run+2&amp;');
  });

  it('has the command and the directory of its queries, and queries that find something', async () => {
    const { text } = await pageAt('?q=%40group%3Dwide+%40best%3Dval%2Faccuracy%3A2');
    expect(namesIn(text)).toEqual(['run 13', 'run 11']);
    expect(text).toContain('/team/sweep/@group=wide/@best=val∕accuracy:2');
    expect(text).toContain(
      'href="/wandb/logdir/team/sweep/%40group%3Dwide/%40best%3Dval%E2%88%95accuracy%3A2"',
    );
    const examples = [...(await pageAt('')).text.matchAll(/<li><a href="\?(q=[^"]*)"/g)];
    expect(examples.length).toBeGreaterThanOrEqual(7);
    for (const [, example = ''] of examples)
      expect([example, (await pageAt(`?${example}`)).status]).toEqual([example, 200]);
  });

  it('says with status 400 what is wrong with a query, with the nearest form', async () => {
    for (const view of ['', '&view=curves']) {
      const { status, text } = await pageAt(`?q=%40stat%3D%3Cb%3E${view}`);
      expect(status).toBe(400);
      expect(text).toContain(
        '@stat=&lt;b> is not there, and no query: did you mean one like @state=running?',
      );
      expect(text).toContain('value="@stat=&lt;b>"');
      expect(namesIn(text)).toEqual([]);
    }
  });
});

describe('a comparison', () => {
  it('has a chart for each tag, and what differs', async () => {
    const { text, status, headers } = await pageAt(
      '/@compare?runs=run+1&runs=s2&runs=nobody&tag=train/loss&y=log',
    );
    expect([status, headers['cache-control']]).toEqual([200, 'no-cache']);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'self'; script-src 'self'/,
    );
    expect(text.match(/<svg class="chart"/g)).toHaveLength(1);
    expect(text).toContain('Not in this project: nobody');
    expect(text).toContain('^(run 1|run 2)$');
    expect(text).toContain('href="/wandb/p/team/sweep/run%201"');
    expect(text).toMatch(/<bdi>epochs<\/bdi><\/th><td class="number"><span>10</);
  });

  it('of no run says how to choose some', async () => {
    const { text, status } = await pageAt('/@compare');
    expect([status, text.includes('tick up to 10 in the table')]).toEqual([200, true]);
  });

  it('is no page of a run, and one is reached by a link from it', async () => {
    expect((await pageAt('/run%201')).text).toContain('href="/wandb/p/team/sweep/@compare?runs=run+1"');
  });
});

it('lets no name, key or value out of its place', async () => {
  const hostile = encodeURIComponent(HOSTILE_TEXT);
  for (const path of [
    '',
    `?columns=config.${hostile}&sort=summary.${hostile}&q=${hostile}`,
    '?view=curves',
    '/s14',
    `/@compare?runs=s14&runs=${hostile}&tag=${hostile}`,
  ]) {
    const { text } = await pageAt(path);
    expect(text.includes('&lt;script')).toBe(true);
    expect(text.replaceAll('<script src="/wandb/assets/copy.js" defer></script>', '')).not.toMatch(/<script/);
    expect(text).not.toMatch(/<[^>]* (?:style|on\w+)=|<style/);
  }
});

it('is not there for who does not see the project', async () => {
  for (const [entity, status] of [
    ['team', 200],
    ['others', 404],
  ] as const) {
    const caller = new Somebody(entity);
    const overview = createOverview({ ...house, caller });
    const serving = { pathPrefix: '/wandb' };
    await using guarded = await serveTree(house.tree, { overview, serving, access: accessAs(caller) });
    for (const path of ['', '/@compare?runs=s1', '?q=%40last%3D3'])
      expect([path, (await pageAt(path, guarded)).status]).toEqual([path, status]);
  }
});
