/** A real Chromium on the pages of a real TensorBoard: what a person would read there. @module */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import sharp from 'sharp';

const SCREENSHOTS = fileURLToPath(new URL('../../.cache/screenshots', import.meta.url));
const PROGRAM = 'chromium';
const VIEWPORT = { width: 1400, height: 900 };
/** Software draws the charts, on a machine that does other things. */
const WAIT_MS = 60_000;

const program = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, PROGRAM))
  .find(isProgram);

/** Why there is no browser; null when there is one. */
export const BROWSER_MISSING: string | null =
  program === undefined ? `no ${PROGRAM} on PATH: apt-get install chromium` : null;

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function startBrowser(): Promise<Browser> {
  // Root may not use the sandbox; there is no graphics card.
  return await chromium.launch({ executablePath: program!, args: ['--no-sandbox', '--disable-gpu'] });
}

export type Dashboard =
  | 'timeseries'
  | 'scalars'
  | 'custom_scalars'
  | 'text'
  | 'hparams'
  | 'images'
  | 'audio'
  | 'histograms'
  | 'distributions'
  | 'pr_curves'
  | 'mesh'
  | 'graphs'
  | 'projector';

/** One dashboard, open. */
export class DashboardPage implements AsyncDisposable {
  readonly page: Page;
  /** What went wrong in it: errors on its console, exceptions, requests that were refused. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', ({ message }) => this.complaints.push(message));
    page.on('response', (response) => {
      if (response.status() >= 400) this.complaints.push(`HTTP ${response.status()} ${response.url()}`);
    });
  }

  static async open(browser: Browser, url: string, dashboard: Dashboard): Promise<DashboardPage> {
    const page = await browser.newPage({ viewport: VIEWPORT });
    page.setDefaultTimeout(WAIT_MS);
    const opened = new DashboardPage(page);
    await page.goto(`${url}/#${dashboard}`);
    return opened;
  }

  /** Of Time Series: names in the list of runs, once there are `count`. */
  async runs(count: number): Promise<string[]> {
    const rows = this.page.locator('runs-data-table tb-data-table-content-row');
    await rows.nth(count - 1).waitFor();
    return await textsOf(rows);
  }

  /** Of Time Series: the table below a card's chart, once it has `count` rows. */
  async card(tag: string, count: number): Promise<string[][]> {
    // Cards that a filter leaves out stay in the document.
    const card = this.page.locator('scalar-card:visible', { has: this.page.locator(`[title="${tag}"]`) });
    await card.scrollIntoViewIfNeeded();
    const rows = card.locator('tb-data-table-content-row');
    await rows.nth(count - 1).waitFor();
    return (await textsOf(rows)).map((row) => row.split(/\s{2,}/));
  }

  async tick(run: string): Promise<void> {
    await this.page.locator(`runs-data-table [data-id$="/${run}"] input[type=checkbox]`).click();
  }

  /** Of Time Series: a hyperparameter beside the names of runs. */
  async addColumn(name: string): Promise<void> {
    await this.page.locator('runs-data-table button.add-button').first().click();
    const choices = this.page.locator('tb-data-table-column-selector-component button');
    await choices.filter({ hasText: name }).first().click();
    await this.page.keyboard.press('Escape');
    await this.page.locator('runs-data-table tb-data-table-header-cell', { hasText: name }).first().waitFor();
  }

  /** Of Time Series, and of dashboards that have tags in folding sections: the one that is filtered is open. */
  async filterTags(regex: string): Promise<void> {
    await this.page.locator('input[placeholder="Filter tags (regex)"], tf-tag-filterer input').fill(regex);
  }

  async reload(): Promise<void> {
    await this.page.locator('.reload-button').click();
  }

  /** Not kept by git: for people. Charts are drawn a moment after their tables. */
  async screenshot(name: string): Promise<void> {
    await this.page.waitForTimeout(500);
    await saveScreenshot(this.page, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.close();
  }
}

/** Not kept by git: for people. */
export async function saveScreenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

/** Cells of a row are two spaces apart. */
export async function textsOf(rows: Locator): Promise<string[]> {
  return (await rows.allInnerTexts()).map((text) => text.trim().replace(/\s*\n\s*/g, '  '));
}

/** Lines and areas that lead anywhere. */
export async function shapesOf(paths: Locator): Promise<string[]> {
  const shapes = await paths.evaluateAll((all) => all.map((path) => path.getAttribute('d') ?? ''));
  return shapes.filter((shape) => /[LC]/.test(shape) && !shape.includes('NaN'));
}

/** Of what is in sight of it, pixels that have not the color of its corner. */
export async function drawnPixels(scene: Locator): Promise<number> {
  return await countPixels(
    scene,
    (rgb, at) => rgb[at] !== rgb[0] || rgb[at + 1] !== rgb[1] || rgb[at + 2] !== rgb[2],
  );
}

/** How far apart two channels of a pixel are that is no gray; 36 in TensorBoard's first color, a blue that is nearly gray. */
const COLORED = 20;

/** Of what is in sight of it, pixels that are not gray, as the grid and the axes of a chart are. */
export async function coloredPixels(scene: Locator): Promise<number> {
  return await countPixels(scene, (rgb, at) => {
    const channels = [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!];
    return Math.max(...channels) - Math.min(...channels) > COLORED;
  });
}

/** `isCounted` is asked for the pixel whose three channels begin at `at`: a window has a million of them. */
async function countPixels(scene: Locator, isCounted: (rgb: Buffer, at: number) => boolean): Promise<number> {
  const rgb = await sharp(await scene.screenshot())
    .removeAlpha()
    .raw()
    .toBuffer();
  let count = 0;
  for (let at = 0; at < rgb.length; at += 3) if (isCounted(rgb, at)) count++;
  return count;
}

/** What a page says on its console, and what goes wrong in it, from now on. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', ({ message }) => complaints.push(message));
  return complaints;
}
