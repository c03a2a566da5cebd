/** The pages for people in a real Chromium: they load whole under their policy, and a command can be copied. @module */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../src/frontends/web/index.ts';
import { BROWSER_MISSING, complaintsOf, startBrowser } from '../support/browser.ts';
import { serveTree } from '../support/http-door.ts';
import { loggedFile, loggedMedia, memoryOverview, runCard } from '../support/memory-overview.ts';
import { MemoryTree } from '../support/memory-tree.ts';

const HOSTILE = `<script>window.broken = 1</script>"' onload=x`;
const overview = memoryOverview(
  new Map([
    ['team/mnist', Array.from({ length: 120 }, (_, index) => runCard(index))],
    [
      'local/hostile',
      [
        runCard(0, {
          displayName: HOSTILE,
          tags: [HOSTILE],
          group: HOSTILE,
          notShown: [{ type: HOSTILE, count: 1 }],
          media: [{ kind: 'image', isList: false, count: 10_000 }],
        }),
      ],
    ],
  ]),
  {
    media: {
      values: [
        loggedMedia(HOSTILE, [
          loggedFile('media/a b.png', { caption: HOSTILE, width: 1, height: 1 }),
          loggedFile('media/a b.png', { width: 1e15, height: 1 }),
        ]),
        loggedMedia('page', [loggedFile('media/p.html', { shownAs: 'link' })]),
      ],
      ...{ moreKeys: 9976, isElsewhere: false },
    },
  },
);
/** One pixel. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=',
  'base64',
);
/** Says what it can do. Without a sandbox, all of it. */
const SAVED_PAGE = `<title>saved</title><script>
  const may = (what, act) => { try { act(); return what; } catch { return ''; } };
  document.title = [origin, may('store', () => localStorage.x), may('run', () => eval('1'))].join(' ');
  fetch('/logdir').then(() => { document.title += ' fetched'; }, () => { document.title += ' alone'; });
</script>`;
const PATHS = [
  ...['/', '/p/team', '/p/team/mnist', '/p/team/mnist?view=curves', '/p/team/mnist/run-0001'],
  ...['/p/local/hostile', '/p/local/hostile?view=curves', '/p/local/hostile/run-0000'],
  '/logdir/local/hostile',
];
const skipped = BROWSER_MISSING === null ? '' : ` (skipped: ${BROWSER_MISSING})`;

describe.skipIf(BROWSER_MISSING !== null)(`pages in Chromium${skipped}`, () => {
  let browser: Browser;
  let server: HttpServer;
  beforeAll(async () => {
    browser = await startBrowser();
    const files = {
      [`local/hostile/${HOSTILE.replace('/', '')}/x`]: 'x',
      'team/mnist/run-0000/@files/media/a b.png': PICTURE,
      'team/mnist/run-0001/@files/media/a b.png': PICTURE,
    };
    server = await serveTree(new MemoryTree(files, { contentType: 'image/png' }), { overview });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  it.each(['light', 'dark'] as const)(
    'loads every page without a complaint, %s and narrow',
    async (colorScheme) => {
      for (const width of [1400, 390]) {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
        const complaints = complaintsOf(page);
        for (const path of PATHS) {
          await page.goto(server.url + path);
          // Styled, and no wider than the screen.
          expect(await page.evaluate('getComputedStyle(document.body).display')).toBe('flex');
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
          expect(await page.evaluate('window.broken')).toBeUndefined();
        }
        expect(complaints).toEqual([]);
        await page.close();
      }
    },
  );

  it.each([true, false])('shows pictures of a run, with JavaScript: %s', async (javaScriptEnabled) => {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await page.goto(`${server.url}/p/team/mnist/run-0001`);
    const pictures = page.locator('#media img');
    expect(await pictures.count()).toBe(2);
    for (const picture of await pictures.all()) {
      await picture.scrollIntoViewIfNeeded();
      expect((await picture.boundingBox())?.height).toBeLessThan(300);
    }
    const widths = () => page.evaluate('[...document.images].map((image) => image.naturalWidth)');
    await expect.poll(widths).toEqual([1, 1]);
    await page.getByRole('link', { name: 'p.html' }).waitFor();
    await context.close();
  });

  it('asks for no file of a run on another server before somebody wants to see it', async () => {
    const picture = loggedMedia('pic', [loggedFile('media/a b.png')]);
    const clip = loggedMedia('clip', [loggedFile('media/a.wav', { shownAs: 'sound' })]);
    const media = { values: [picture, clip], moreKeys: 0, isElsewhere: true };
    const elsewhere = memoryOverview(new Map([['team/mnist', [runCard(0)]]]), { media });
    const tree = new MemoryTree({ 'team/mnist/run-0000/@files/media/a b.png': PICTURE });
    await using other = await serveTree(tree, { overview: elsewhere });
    const page = await browser.newPage();
    await page.goto(`${other.url}/p/team/mnist/run-0000`, { waitUntil: 'networkidle' });
    expect(tree.calls).toEqual([]);
    await page.getByText('Show the newest of 2 keys').click();
    await expect
      .poll(() => tree.calls.map(({ path }) => path))
      .toEqual(['team/mnist/run-0000/@files/media/a b.png']);
    await page.close();
  });

  it('runs a page that was saved with a run in an origin of its own, without network', async () => {
    const tree = new MemoryTree({ 'a/b/c/@files/p.html': SAVED_PAGE }, { contentType: 'text/html' });
    await using other = await serveTree(tree, { overview });
    const page = await browser.newPage();
    await page.goto(`${other.url}/logdir/a/b/c/@files/p.html`);
    await expect.poll(() => page.title()).toBe('null run alone');
    await page.close();
  });

  it('copies a command at a click', async () => {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    const page = await context.newPage();
    await page.goto(`${server.url}/p/team/mnist`);
    await page.getByRole('button', { name: 'Copy' }).first().click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const command = `tensorboard --logdir webhdfs://127.0.0.1:${server.port}/team/mnist`;
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(command);
    await context.close();
  });

  it('finds a run by its name, orders runs, and leads to the next page', async () => {
    const page = await browser.newPage();
    await page.goto(`${server.url}/p/team/mnist`);
    await page.getByLabel('Search runs').fill('run-0007');
    await page.getByRole('button', { name: 'Search' }).click();
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await page.goto(`${server.url}/p/team/mnist`);
    await page.getByRole('link', { name: 'Run', exact: true }).click();
    await page.getByRole('link', { name: 'Next' }).click();
    await expect.poll(() => page.locator('tbody tr').count()).toBe(20);
    expect(page.url()).toContain('sort=name&page=2');
    await page.close();
  });
});
