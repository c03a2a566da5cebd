/**
 * Charts of scalars in a real browser: training and validation share one in Custom Scalars, and names that every JavaScript
 * object has keep no page from drawing.
 * @module
 */

import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BROWSER_MISSING, coloredPixels, DashboardPage, shapesOf, startBrowser } from '../support/browser.ts';
import { temporaryFolder } from '../support/local-runs.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { IS_FULL } from '../support/scale.ts';
import { serveRuns } from '../support/served-runs.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';

const RUN = 'sunny';
const PROJECT = 'acme/research';
const STEPS = 10;
/** Names that both train/ and val/ have, in the order of their charts, as they stand in a regular expression. */
const SHARED = new Map([
  ['a.b[0]', 'a\\.b\\[0\\]'],
  ['constructor', 'constructor'],
  ['x', 'x'],
]);
const NAMES = [...SHARED.keys()];
const HOSTILE = ['__proto__', 'constructor', 'hasOwnProperty/x', 'toString'];
const PLAIN = 'lr';
/** docs/MAPPING.md, "Where tags would clash". */
const SHOWN = [...HOSTILE.map((key) => `key/${key}`), PLAIN];
/** Of a line of ten points through a chart some 300 pixels wide. */
const LINE_PIXELS = 100;

/** Pages ask for what they draw, and draw it, in their own time. */
const PATIENT = { timeout: 30_000 };

const DOORS = ['gRPC', 'WebHDFS'] as const;
type Door = (typeof DOORS)[number];

const missing = BROWSER_MISSING ?? PYTHON_MISSING;

for (const door of DOORS) {
  const tooMuch = door === 'gRPC' || IS_FULL ? null : 'at full scale only';
  const skipped = missing ?? tooMuch;
  const title = `charts of scalars in a browser, through ${door}`;
  describe.skipIf(skipped !== null)(skipped === null ? title : `${title} (skipped: ${skipped})`, () => {
    testCharts(door);
  });
}

function testCharts(door: Door): void {
  const parts: AsyncDisposable[] = [];
  let board: TensorBoard;
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser();
    board = await openBoard(door, [], parts);
  });

  afterAll(async () => {
    await browser?.close();
    for (const part of parts.toReversed()) await part[Symbol.asyncDispose]();
  });

  it('are one for each name that training and validation share, in Custom Scalars', async () => {
    const { category } = await board.get<Layout>('/data/plugin/custom_scalars/layout');
    expect(category.map(({ title }) => title)).toEqual(['train / val']);
    expect(category[0]?.chart.map(({ title, multiline }) => [title, multiline.tag])).toEqual(
      [...SHARED].map(([name, regex]) => [name, [`^train/${regex}$`, `^val/${regex}$`]]),
    );

    await using page = await DashboardPage.open(browser, board.url, 'custom_scalars');
    const cards = page.page.locator('tf-custom-scalar-multi-line-chart-card');
    await expect.poll(() => cards.locator('.heading-label.name').allInnerTexts(), PATIENT).toEqual(NAMES);
    for (const [i, name] of NAMES.entries()) {
      const card = cards.nth(i);
      await card.scrollIntoViewIfNeeded();
      await expectLines(card, name === NAMES[0] ? 4 : 2);
      await card.locator('.toggle-matches-button').click();
      const matches = card.locator('.match-list-entry');
      // After a symbol; TensorBoard's own loader gives the tags of a run in any order.
      const texts = async () =>
        (await matches.allInnerTexts()).map((text) => text.trim().split(/\s+/).slice(1).join(' ')).toSorted();
      const runs = name === NAMES[0] ? ['constructor~def', RUN] : [RUN];
      const entries = ['train', 'val'].flatMap((part) => runs.map((run) => `${part}/${name} (${run})`));
      await expect.poll(texts, PATIENT).toEqual(entries);
    }
    await page.screenshot(`charts-custom-scalars-${door}`);
    expect(page.complaints).toEqual([]);
  });

  it('are drawn in Scalars under names that every JavaScript object has', async () => {
    await using page = await DashboardPage.open(browser, board.url, 'scalars');
    await page.filterTags(`^(key/|${PLAIN})`);
    const cards = page.page.locator('tf-category-paginated-view').first().locator('tf-scalar-card');
    await expect.poll(() => cards.locator('.heading-label.name').allInnerTexts(), PATIENT).toEqual(SHOWN);
    for (const card of await cards.all()) {
      await card.scrollIntoViewIfNeeded();
      await expectLines(card, 1);
    }
    await page.screenshot(`charts-scalars-${door}`);
    expect(page.complaints).toEqual([]);
  });

  it('are drawn in Time Series under such names', async () => {
    await using page = await DashboardPage.open(browser, board.url, 'timeseries');
    for (const [i, tag] of SHOWN.entries()) {
      expect((await page.card(tag, 1))[0]).toEqual(
        expect.arrayContaining([RUN, `${i + STEPS - 1}`, '9 sec']),
      );
      const chart = page.page.locator('scalar-card', { has: page.page.locator(`[title="${tag}"]`) });
      await expect.poll(() => coloredPixels(chart.locator('canvas')), PATIENT).toBeGreaterThan(LINE_PIXELS);
    }
    await page.screenshot(`charts-timeseries-${door}`);
    expect(page.complaints).toEqual([]);
  });

  it('are none in Custom Scalars with --charts off', async () => {
    const without = await openBoard(door, ['--charts', 'off'], parts);
    const plugins = await without.get<Record<string, { enabled: boolean }>>('/data/plugins_listing');
    expect([plugins['scalars']?.enabled, plugins['custom_scalars']?.enabled]).toEqual([true, false]);
  });
}

async function expectLines(card: Locator, count: number): Promise<void> {
  const paths = card.locator('.line-plot path');
  // Pale behind each line is the line before smoothing.
  await expect.poll(async () => (await shapesOf(paths)).length, PATIENT).toBe(2 * count);
}

/** As TensorBoard gives it. */
interface Layout {
  readonly category: readonly {
    readonly title: string;
    readonly chart: readonly {
      readonly title: string;
      readonly multiline: { readonly tag: readonly string[] };
    }[];
  }[];
}

/** A TensorBoard that has read the whole run. `parts`: what it needs is added to these, to be disposed of in reverse. */
async function openBoard(
  door: Door,
  words: readonly string[],
  parts: AsyncDisposable[],
): Promise<TensorBoard> {
  const folder = await temporaryFolder();
  parts.push(folder);
  await folder.write('wandb/run-20260101_000000-abc/run-abc.wandb', logOfCharts());
  await folder.write('wandb/run-20260101_000001-def/run-def.wandb', logOfHostileRun());
  const ways = { gRPC: ['--grpc-port', '0'], WebHDFS: [] };
  const served = await serveRuns(join(folder.path, 'wandb'), join(folder.path, 'served'), [
    ...ways[door],
    ...words,
  ]);
  parts.push(served);
  const logdir = `webhdfs://127.0.0.1:${served.port}`;
  const board =
    door === 'gRPC'
      ? await TensorBoard.asking(await served.grpcAddress())
      : await TensorBoard.start(`${logdir}/${PROJECT}`);
  parts.push(board);
  // What a run tells at its exit stands behind everything else, the layout as well.
  await board.until(
    () => board.texts(RUN, 'wandb/overview'),
    (texts) => texts.some(({ text }) => text.includes('finished')),
  );
  return board;
}

/** A run that is called as a member of every JavaScript object, with a chart that the other has, too. */
function logOfHostileRun(): Uint8Array {
  const log = new WandbLogWriter({ style: 'python' }).begin('def', { displayName: 'constructor' });
  for (let step = 0; step < STEPS; step++)
    log.row({ 'train/a.b[0]': step, 'val/a.b[0]': 1, _step: step, _timestamp: 1.7e9 + step });
  return log.exit().bytes();
}

function logOfCharts(): Uint8Array {
  const log = new WandbLogWriter({ style: 'python' }).begin('abc', { displayName: RUN });
  for (let step = 0; step < STEPS; step++) {
    const shared = NAMES.flatMap((name, i) => [
      [`train/${name}`, i / (step + 1)],
      [`val/${name}`, 1 + i / (step + 1)],
    ]);
    const single = [...HOSTILE, PLAIN].map((key, i) => [key, i + step]);
    log.row(Object.fromEntries([...shared, ...single, ['_step', step], ['_timestamp', 1.7e9 + step]]));
  }
  return log.exit().bytes();
}
