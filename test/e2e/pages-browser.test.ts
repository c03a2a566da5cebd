/** The pages for people in a real Chromium: they load whole under their policy, and a command can be copied. @module */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../src/frontends/web/index.ts';
import { BROWSER_MISSING, startBrowser } from '../support/browser.ts';
import { serveTree } from '../support/http-door.ts';
import { memoryOverview, runCard } from '../support/memory-overview.ts';
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
        }),
      ],
    ],
  ]),
);
const PATHS = [
  ...['/', '/p/team', '/p/team/mnist', '/p/team/mnist/run-0001'],
  ...['/p/local/hostile', '/p/local/hostile/run-0000', '/logdir/local/hostile'],
];
const skipped = BROWSER_MISSING === null ? '' : ` (skipped: ${BROWSER_MISSING})`;

describe.skipIf(BROWSER_MISSING !== null)(`pages in Chromium${skipped}`, () => {
  let browser: Browser;
  let server: HttpServer;
  beforeAll(async () => {
    browser = await startBrowser();
    server = await serveTree(new MemoryTree({ [`local/hostile/${HOSTILE.replace('/', '')}/x`]: 'x' }), {
      overview,
    });
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
        const complaints: string[] = [];
        page.on('console', (message) => complaints.push(message.text()));
        page.on('pageerror', ({ message }) => complaints.push(message));
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
    await page.getByRole('link', { name: 'name', exact: true }).click();
    await page.getByRole('link', { name: 'Next' }).click();
    await expect.poll(() => page.locator('tbody tr').count()).toBe(20);
    expect(page.url()).toContain('sort=name&page=2');
    await page.close();
  });
});
