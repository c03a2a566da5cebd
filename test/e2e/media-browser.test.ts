/**
 * Media that the real SDK logged, on TensorBoard's own pages in a real browser, over our data server and from the mount, of a
 * folder and of a server: pictures and sounds load, charts are drawn, tables and graphs can be read.
 * @module
 */

import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BROWSER_MISSING,
  type Dashboard,
  DashboardPage,
  drawnPixels,
  shapesOf,
  startBrowser,
} from '../support/browser.ts';
import { temporaryFolder } from '../support/local-runs.ts';
import { MOUNTING_MISSING } from '../support/mounting.ts';
import { PYTHON, PYTHON_MISSING } from '../support/python.ts';
import { copyRecordedRuns } from '../support/recorded-runs.ts';
import { IS_FULL } from '../support/scale.ts';
import { serveRuns } from '../support/served-runs.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import { startWandbServer, uploadRuns } from '../support/wandb-server/index.ts';

const RUN = 'media';
const PROJECT = 'acme/research';
/** make-runs.py logs each of them so often. */
const STEPS = 3;
/** Of a picture of a canvas that has something on it; a cloud of 30 points covers some more. */
const DRAWN_PIXELS = 20;
/** Pages ask for what they show, and draw it, in their own time. */
const PATIENT = { timeout: 30_000 };

type Door = 'gRPC' | 'mount';
type Origin = 'folder' | 'server';

const missing = BROWSER_MISSING ?? PYTHON_MISSING;
const tooMuch = IS_FULL ? null : 'at full scale only';
/** How TensorBoard comes to the run, where that is, and why it is not tried. */
const WAYS: readonly (readonly [door: Door, origin: Origin, skipped: string | null])[] = [
  ['gRPC', 'folder', missing],
  ['mount', 'server', missing ?? MOUNTING_MISSING ?? tooMuch],
];

for (const [door, origin, skipped] of WAYS) {
  const title = `media of a ${origin} in a browser, through ${door}`;
  describe.skipIf(skipped !== null)(skipped === null ? title : `${title} (skipped: ${skipped})`, () => {
    testPages(door, origin);
  });
}

function testPages(door: Door, origin: Origin): void {
  const parts: AsyncDisposable[] = [];
  let board: TensorBoard;
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser();
    board = await openBoard(door, origin, parts);
  });

  afterAll(async () => {
    await browser?.close();
    for (const part of parts.toReversed()) await part[Symbol.asyncDispose]();
  });

  /** Looks at a dashboard, keeps a picture of it, and expects no complaint. */
  async function look(dashboard: Dashboard, tags: string, see: (page: DashboardPage) => Promise<void>) {
    await using page = await DashboardPage.open(browser, board.url, dashboard);
    if (tags !== '') await page.filterTags(tags);
    await see(page);
    await page.screenshot(`media-${dashboard}-${door}-${origin}`);
    expect(page.complaints).toEqual([]);
  }

  it('has pictures and histograms in Time Series', async () => {
    await look('timeseries', '^(pictures/drawn|hists/array)$', async ({ page }) => {
      await expect.poll(() => widthsOf(page.locator('image-card:visible img')), PATIENT).toEqual([320, 320]);
      await expectDrawn(page.locator('histogram-card:visible .histogram path'), STEPS);
    });
  });

  it('has every sample in Images', async () => {
    await look('images', '^(pictures/(drawn|jpeg|plain)|videos/gif)$', async ({ page }) => {
      const pictures = matching(page).locator('tf-image-loader');
      await expect.poll(() => widthsOf(pictures.locator('img')), PATIENT).toEqual([320, 320, 16, 4, 6, 16]);
      const cards = (await pictures.locator('tf-card-heading').allInnerTexts()).map((text) =>
        text.replace(/\s+/g, ' '),
      );
      const told = cards.map((text) => /(?:sample: (\d of \d) )?step (\d+)/.exec(text)?.slice(1));
      // The second picture of `plain` was not logged at the last step.
      expect(told).toEqual([
        ['1 of 2', '22'],
        ['2 of 2', '22'],
        [undefined, '22'],
        ['1 of 2', '22'],
        ['2 of 2', '13'],
        [undefined, '23'],
      ]);
    });
  });

  it('has a line for each step in Histograms', async () => {
    await look('histograms', '^hists/', async ({ page }) => {
      await expectDrawn(matching(page).locator('vz-histogram-timeseries .histogram path'), 2 * STEPS);
    });
  });

  it('has bands in Distributions', async () => {
    await look('distributions', '^hists/', async ({ page }) => {
      const charts = matching(page).locator('vz-distribution-chart');
      await expectCount(charts, 2);
      for (const chart of await charts.all())
        await expect.poll(() => shapesOf(chart.locator('path')), PATIENT).not.toEqual([]);
    });
  });

  it('has sounds that can be played in Audio', async () => {
    await look('audio', '', async ({ page }) => {
      const sounds = page.locator('tf-audio-loader audio');
      await expectCount(sounds, 3);
      const durations = () => sounds.evaluateAll((all) => all.map((sound) => Reflect.get(sound, 'duration')));
      await expect.poll(durations, PATIENT).toEqual([0.25, 0.25, 0.25]);
    });
  });

  it('has tables, captions and names of files in Text', async () => {
    await look('text', '^(tables/odd|sounds/beep/(captions|text))$', async ({ page }) => {
      const texts = matching(page).locator('tf-text-loader');
      await expectCount(texts, 3);
      await expect.poll(() => texts.locator('td').count(), PATIENT).toBeGreaterThanOrEqual(6);
      const cells = (await texts.locator('td').allTextContents()).slice(0, 6);
      expect(cells).toEqual(['1', '2.5', '', '1152921504606846976', 'NaN', 'a|b *c* <i>d</i>']);
      await texts.locator('li', { hasText: /^beep 1$/ }).waitFor();
      await texts.locator('code', { hasText: /^@files\/media\/audio\/sounds\/beep_23_.*\.ogg$/ }).waitFor();
    });
  });

  it('has points and faces in Mesh', async () => {
    await look('mesh', '^objects/(points|obj|glb)$', async (mesh) => {
      const scenes = matching(mesh.page).locator('tf-mesh-loader canvas');
      await expectCount(scenes, 3);
      for (const [i, scene] of (await scenes.all()).entries()) {
        await expect.poll(() => drawnPixels(scene), PATIENT).toBeGreaterThan(DRAWN_PIXELS);
        // Not all of them are in sight at once.
        await mesh.screenshot(`media-mesh-${door}-${origin}-${i}`);
      }
    });
  });

  it('has a curve for each class in PR Curves', async () => {
    await look('pr_curves', '', async ({ page }) => {
      const cards = page.locator('tf-pr-curve-card:visible');
      await expectCount(cards, 2);
      for (const card of await cards.all()) {
        await card.getByText('is at step 24').waitFor();
        await expect.poll(() => shapesOf(card.locator('path')), PATIENT).not.toEqual([]);
      }
      expect((await cards.locator('.heading-label').allTextContents()).join()).toContain('dog∕wolf');
    });
  });

  it('has the nodes of a model in Graphs', async () => {
    await look('graphs', '', async ({ page }) => {
      await page.locator('tf-graph-scene .nodecolortarget').first().dblclick();
      await expect
        .poll(
          async () => (await page.locator('tf-graph-scene g.node title').allTextContents()).toSorted(),
          PATIENT,
        )
        .toEqual(['input', 'joined', 'left', 'right']);
    });
  });
}

/** A TensorBoard that has read the whole run. `parts`: what it needs is added to these, to be disposed of in reverse. */
async function openBoard(door: Door, origin: Origin, parts: AsyncDisposable[]): Promise<TensorBoard> {
  const keep = <Part extends AsyncDisposable>(part: Part): Part => {
    parts.push(part);
    return part;
  };
  const folder = keep(await temporaryFolder());
  const { wandb } = await copyRecordedRuns(folder.path, ['media']);
  const mountPoint = join(folder.path, 'mnt');
  const words = door === 'gRPC' ? ['--grpc-port', '0'] : ['--mount', mountPoint];
  const place = join(folder.path, 'served');
  const serve = async () => {
    if (origin === 'folder') return await serveRuns(wandb, place, words);
    const server = keep(await startWandbServer());
    await uploadRuns(server, wandb, { python: PYTHON });
    const variables = { WANDB_API_KEY: server.apiKey };
    return await serveRuns(PROJECT, place, ['--base-url', server.url, ...words], variables);
  };
  const served = keep(await serve());
  const board = keep(
    door === 'gRPC'
      ? await TensorBoard.asking(await served.grpcAddress())
      : await TensorBoard.start(join(mountPoint, PROJECT), ['--load_fast', 'true']),
  );
  // What a run tells at its exit stands behind everything else.
  await board.until(
    () => board.texts(RUN, 'wandb/overview'),
    (texts) => texts.some(({ text }) => text.includes('finished')),
  );
  return board;
}

/** The section of tags that match the filter. Others, by the first part of tags, have the same cards once more. */
function matching(page: Page): Locator {
  return page.locator('tf-category-paginated-view').first();
}

async function expectCount(found: Locator, count: number): Promise<void> {
  await expect.poll(() => found.count(), PATIENT).toBe(count);
}

/** Of pictures, once all are there. */
async function widthsOf(pictures: Locator): Promise<unknown[]> {
  return await pictures.evaluateAll((all) => all.map((picture) => Reflect.get(picture, 'naturalWidth')));
}

async function expectDrawn(paths: Locator, count: number): Promise<void> {
  await expect.poll(async () => (await shapesOf(paths)).length, PATIENT).toBe(count);
}
