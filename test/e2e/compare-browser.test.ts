/** Tables and comparisons of runs in a real Chromium: sorted, filtered and compared by a person, with a script and without. @module */

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../src/frontends/web/index.ts';
import { BROWSER_MISSING, complaintsOf, saveScreenshot, startBrowser } from '../support/browser.ts';
import type { House } from '../support/house.ts';
import { serveTree } from '../support/http-door.ts';
import { sweepHouse } from '../support/sweep-runs.ts';

const TEN = Array.from({ length: 9 }, (_, i) => `runs=run+${i + 1}`).join('&');
const COMPARED = `/p/team/sweep/@compare?${TEN}&runs=s14`;
const PATHS = [
  '/p/team/sweep',
  '/p/team/sweep?view=curves',
  '/p/team/sweep?sort=config.lr&columns=config.lr&columns=summary.train/loss',
  '/p/team/sweep?q=%40group%3Dbaseline+%40best%3Dval%2Faccuracy%3A3',
  '/p/team/sweep/s14',
  COMPARED,
  `${COMPARED}&y=log&tag=grad/norm&tag=train/loss&tag=nobody`,
  '/p/team/sweep/@compare',
];
const skipped = BROWSER_MISSING === null ? '' : ` (skipped: ${BROWSER_MISSING})`;

describe.skipIf(BROWSER_MISSING !== null)(`compared runs in Chromium${skipped}`, () => {
  let browser: Browser;
  let house: House;
  let server: HttpServer;
  beforeAll(async () => {
    browser = await startBrowser();
    house = await sweepHouse();
    const { tree, overview } = house;
    server = await serveTree(tree, { overview, serving: { pathPrefix: '/wandb' } });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
  });

  const at = (path: string) => `http://127.0.0.1:${server.port}/wandb${path}`;
  const namesOf = (page: Page) => page.locator('.values tbody a.name').allInnerTexts();

  it.each(['light', 'dark'] as const)(
    'load whole under their policy, %s, wide and on a phone',
    async (colorScheme) => {
      for (const width of [1400, 390]) {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
        const complaints = complaintsOf(page);
        for (const [i, path] of PATHS.entries()) {
          const response = await page.goto(at(path));
          expect([path, response?.status()]).toEqual([path, 200]);
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
          expect(await page.evaluate('window.broken')).toBeUndefined();
          await saveScreenshot(page, `compare-${colorScheme}-${width}-${i}`);
        }
        expect(complaints).toEqual([]);
        await page.close();
      }
    },
  );

  it.each([true, false])(
    'sort, choose columns and compare, with JavaScript: %s',
    async (javaScriptEnabled) => {
      const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 1400, height: 900 } });
      const page = await context.newPage();
      await page.goto(at('/p/team/sweep'));
      await page.getByRole('columnheader').getByRole('link', { name: 'lr', exact: true }).click();
      await expect.poll(() => page.url()).toContain('sort=config.lr');
      expect((await namesOf(page)).slice(0, 2)).toEqual(['run 1', 'run 2']);
      await page.getByRole('columnheader').getByRole('link', { name: 'lr', exact: true }).click();
      await expect.poll(() => page.url()).toContain('sort=-config.lr');
      expect((await namesOf(page)).at(-1)).toBe('run 1');

      await page.getByText('Columns', { exact: true }).click();
      await page.getByRole('checkbox', { name: 'seed' }).check();
      await page.getByRole('button', { name: 'Show these' }).click();
      await page.getByRole('columnheader').getByRole('link', { name: 'seed', exact: true }).waitFor();
      expect(page.url()).toContain('columns=config.seed');
      expect(page.url()).toContain('sort=-config.lr');
      await page.getByRole('link', { name: 'Remove column config.seed' }).click();
      await expect.poll(() => page.url()).not.toContain('config.seed');

      for (const name of ['run 3', 'run 1'])
        await page.getByRole('checkbox', { name: `Compare ${name}`, exact: true }).check();
      await page.getByRole('button', { name: 'Compare ticked runs' }).click();
      await page.getByRole('heading', { name: '2 runs compared' }).waitFor();
      expect(page.url()).toContain('/wandb/p/team/sweep/@compare?runs=run+3&runs=run+1');
      expect(await page.locator('.legend a.name').allInnerTexts()).toEqual(['run 3', 'run 1']);
      expect(await page.locator('svg.chart').count()).toBe(3);
      expect(await page.locator('svg.chart').first().locator('.run-line').count()).toBe(2);
      await page.getByRole('link', { name: 'log', exact: true }).click();
      await expect.poll(() => page.url()).toContain('y=log');
      await page.getByRole('link', { name: 'Remove run 3' }).click();
      await page.getByRole('heading', { name: '1 run compared' }).waitFor();
      await context.close();
    },
  );

  it('say what is wrong with a query, and lead to the directory of one', async () => {
    const page = await browser.newPage();
    await page.goto(at('/p/team/sweep'));
    await page.getByLabel('Search runs').fill('@stat=running');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('alert').getByText('did you mean one like @state=running?').waitFor();
    await page.getByLabel('Search runs').fill('@group=wide @best=train/loss:2:min');
    await page.getByRole('button', { name: 'Search' }).click();
    await expect.poll(() => namesOf(page)).toHaveLength(2);
    const names = await namesOf(page);
    await page.getByRole('link', { name: /@best=train/ }).click();
    const directory = '/wandb/logdir/team/sweep/@group=wide/@best=train\u2215loss:2:min';
    await expect.poll(() => decodeURIComponent(page.url())).toContain(directory);
    for (const name of names) expect(await page.getByText(name).count()).toBeGreaterThan(0);
    await page.close();
  });

  it('are used by keyboard alone', async () => {
    const page = await browser.newPage();
    await page.goto(at('/p/team/sweep?q=%40name%3Drun%25201'));
    await page.getByRole('checkbox', { name: 'Compare run 1' }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Compare ticked runs' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '1 run compared' }).waitFor();
    await page.getByText(/^Charts: 3 of 3 tags$/).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('checkbox', { name: 'grad/norm' }).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('svg.chart').count()).toBe(2);
    await page.close();
  });
});
