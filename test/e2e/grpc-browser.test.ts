/** TensorBoard's own pages in a real browser, over our data server: what a person sees is what was logged. @module */

import { appendFile, cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BROWSER_MISSING, type Dashboard, DashboardPage, startBrowser, textsOf } from '../support/browser.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { lossOf, writeNumberedRuns } from '../support/numbered-runs.ts';
import { EXAMPLES } from '../support/program.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { scaled } from '../support/scale.ts';
import { type SdkRun, sdkRuns } from '../support/sdk-runs.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';

/** Recorded with the real SDK; they are in examples/. */
const RECORDED = ['imgcls00', 'imgcls01', 'imgcls02'];
const NAMES = ['baseline', 'cosine-schedule', 'small-batch'];
/** TensorBoard prints four decimals. */
const DECIMALS = 4;

const missing = BROWSER_MISSING ?? PYTHON_MISSING;

describe.skipIf(missing !== null)(`in a browser${missing === null ? '' : ` (${missing})`}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  const open = (board: TensorBoard, dashboard: Dashboard) =>
    DashboardPage.open(browser, board.url, dashboard);

  describe('three runs of the real SDK', () => {
    let folder: TemporaryFolder;
    let served: ServedRuns;
    let board: TensorBoard;
    let runs: readonly SdkRun[];

    beforeAll(async () => {
      folder = await temporaryFolder();
      for (const name of await readdir(EXAMPLES)) {
        if (RECORDED.some((id) => name.endsWith(`-${id}`)))
          await cp(join(EXAMPLES, name), join(folder.path, 'wandb', name), { recursive: true });
      }
      served = await serveRuns(join(folder.path, 'wandb'), join(folder.path, 'served'), ['--grpc-port', '0']);
      runs = await sdkRuns(served);
      board = await TensorBoard.asking(await served.grpcAddress());
    });
    afterAll(async () => {
      await board?.[Symbol.asyncDispose]();
      await served?.[Symbol.asyncDispose]();
      await folder?.[Symbol.asyncDispose]();
    });

    const series = (name: string, tag: string) =>
      runs.find(({ run }) => run.endsWith(`/${name}`))!.series.get(tag)!;

    it('have their newest values below the charts of Time Series', async () => {
      await using page = await open(board, 'timeseries');
      expect(await page.runs(3)).toEqual(NAMES);
      for (const tag of ['epoch', 'lr', 'train/loss', 'val/accuracy']) {
        await page.filterTags(`^${tag}$`);
        const rows = await page.card(tag, 3);
        expect(rows.map(([run]) => run)).toEqual(NAMES);
        for (const [run = '', , value, step] of rows) {
          const [, newestStep, newest] = series(run, tag).at(-1)!;
          expect([tag, run, Number(step)]).toEqual([tag, run, newestStep]);
          expect(Number(value)).toBeCloseTo(Number(newest), DECIMALS);
        }
      }
      await page.screenshot('three-timeseries');
      expect(page.complaints).toEqual([]);
    });

    it('have their values under the pointer in Scalars', async () => {
      await using page = await open(board, 'scalars');
      const chart = page.page.locator('tf-scalar-card').nth(1);
      const names = page.page.locator('tf-multi-checkbox .name-row .item-label-container');
      await names.nth(2).waitFor();
      expect(await textsOf(names)).toEqual(NAMES);
      await chart.locator('.heading-label', { hasText: 'tag: lr' }).waitFor();
      const rows = page.page
        .locator('vz-chart-tooltip tbody tr, table tbody tr')
        .filter({ hasText: 'baseline' });
      await expect
        .poll(
          async () => {
            await chart.hover({ position: { x: 250 + Math.random() * 20, y: 120 } });
            return await rows.count();
          },
          { timeout: 30_000 },
        )
        .toBeGreaterThan(0);
      const [, , value, step] = await rows
        .first()
        .locator('td')
        .allInnerTexts()
        .then((cells) => cells.map((cell) => cell.trim()).filter(Boolean));
      const point = series('baseline', 'lr').find(([, at]) => at === Number(step))!;
      expect(Number(value)).toBeCloseTo(Number(point[2]), DECIMALS);
      await page.screenshot('three-scalars');
      expect(page.complaints).toEqual([]);
    });

    it('have their config and overview in Text', async () => {
      await using page = await open(board, 'text');
      const cards = page.page.locator('tf-text-loader');
      await cards.nth(5).locator('tf-markdown-view').first().waitFor();
      expect(await cards.count()).toBe(6);
      for (const [i, rate] of ['0.1', '0.1', '0.05'].entries()) {
        const card = cards.nth(i);
        expect(await card.locator('#heading-run').textContent()).toBe(NAMES[i]);
        expect(await card.locator('code').textContent()).toContain(`learning_rate: ${rate}\n`);
      }
      await cards.nth(3).locator('td', { hasText: 'finished' }).waitFor();
      await page.screenshot('three-text');
      expect(page.complaints).toEqual([]);
    });

    it('are sessions in HParams, with config and newest metrics', async () => {
      await using page = await open(board, 'hparams');
      const cells = page.page.locator('tf-hparams-table-view vaadin-grid-cell-content');
      await cells.filter({ hasText: 'small-batch' }).waitFor();
      const texts = (await textsOf(cells)).filter(Boolean);
      const at = (name: string) => texts.slice(texts.indexOf(name) + 1, texts.indexOf(name) + 8);
      for (const [name, batch, rate] of [
        ['baseline', 64, 0.1],
        ['cosine-schedule', 64, 0.1],
        ['small-batch', 16, 0.05],
      ] as const) {
        const [batchSize, learningRate, epochs, momentum, optimizer, epoch, lr] = at(name);
        expect([batchSize, learningRate, epochs, momentum].map(Number)).toEqual([batch, rate, 12, 0.9]);
        expect(optimizer).toBe('sgd');
        expect(Number(epoch)).toBe(series(name, 'epoch').at(-1)![2]);
        expect(Number(lr)).toBeCloseTo(Number(series(name, 'lr').at(-1)![2]), DECIMALS);
      }
      await page.screenshot('three-hparams');
      expect(page.complaints).toEqual([]);
    });

    it('have what is new of a run after a click on reload', async () => {
      const begin = (id: string) =>
        new WandbLogWriter().begin(id, { displayName: id, project: 'image-classifier' });
      const log = begin('growing').row({ lr: 0.5, _step: 0, _timestamp: 1.7e9 });
      const file = await folder.write('wandb/run-20250101_000000-growing/run-growing.wandb', log.bytes());
      await using page = await open(board, 'timeseries');
      expect(await page.runs(4)).toContain('growing');
      await page.filterTags('^(lr|new)');
      expect((await page.card('lr', 4)).find(([run]) => run === 'growing')).toContain('0.5');

      const before = log.bytes().length;
      log.row({ lr: 0.25, 'new/tag': 7, _step: 299, _timestamp: 1.7e9 + 299 });
      await appendFile(file, log.bytes().subarray(before));
      await folder.write(
        'wandb/run-20250101_000001-late/run-late.wandb',
        begin('late').row({ lr: 3, _step: 299, _timestamp: 1.7e9 }).bytes(),
      );
      await expect
        .poll(
          async () => {
            await page.reload();
            await page.page.waitForTimeout(1000);
            return (await page.runs(4)).length;
          },
          { timeout: 60_000 },
        )
        .toBe(5);
      await expect
        .poll(async () => new Map((await page.card('lr', 5)).map(([run, , value]) => [run, value])), {
          timeout: 60_000,
        })
        .toEqual(
          expect.objectContaining(
            new Map([
              ['growing', '0.25'],
              ['late', '3'],
            ]),
          ),
        );
      expect((await page.card('new/tag', 1))[0]).toEqual(expect.arrayContaining(['growing', '7', '299']));
      await page.screenshot('reloaded-timeseries');
      expect(page.complaints).toEqual([]);
    });
  });

  it('a sweep of 40 runs has its hyperparameters beside the runs, and a line each in HParams', async () => {
    await using folder = await temporaryFolder();
    const source = join(folder.path, 'wandb');
    const config = (run: number) => ({ lr: 0.1 / (run + 1), optimizer: run % 2 === 0 ? 'sgd' : 'adam' });
    writeNumberedRuns(source, { runs: 40, rows: 20, config });
    await using served = await serveRuns(source, join(folder.path, 'served'), ['--grpc-port', '0']);
    await using board = await TensorBoard.asking(await served.grpcAddress());
    const complaints: string[] = [];
    {
      await using page = await open(board, 'timeseries');
      await page.runs(40);
      await page.addColumn('lr');
      const rows = (await page.runs(40)).map((row) => row.split(/\s{2,}/));
      for (const [run, [name, rate]] of rows.entries()) {
        expect(name).toBe(`run-${`${run}`.padStart(4, '0')}`);
        expect(Number(rate)).toBeCloseTo(config(run).lr, DECIMALS);
      }
      await page.screenshot('sweep-timeseries');
      complaints.push(...page.complaints);
    }
    await using page = await open(board, 'hparams');
    const cells = page.page.locator('tf-hparams-table-view vaadin-grid-cell-content');
    await cells.filter({ hasText: 'run-0010' }).waitFor();
    const texts = (await textsOf(cells)).filter(Boolean);
    const [rate, optimizer, , loss] = texts.slice(texts.indexOf('run-0010') + 1);
    expect([Number(rate), optimizer]).toEqual([expect.closeTo(config(10).lr, 6), 'sgd']);
    expect(Number(loss)).toBeCloseTo(lossOf(10, 19), 2);
    await page.screenshot('sweep-hparams');
    expect([...complaints, ...page.complaints]).toEqual([]);
  });

  it.each(
    scaled(
      [[100, 600]],
      [
        [100, 600],
        [1000, 100],
      ],
    ),
  )('%i runs are listed, and the values of those that are ticked shown', async (count, rows) => {
    await using folder = await temporaryFolder();
    const source = join(folder.path, 'wandb');
    writeNumberedRuns(source, { runs: count, rows });
    await using served = await serveRuns(source, join(folder.path, 'served'), ['--grpc-port', '0']);
    await using board = await TensorBoard.asking(await served.grpcAddress());
    await using page = await open(board, 'timeseries');
    const names = Array.from({ length: count }, (_, run) => `run-${`${run}`.padStart(4, '0')}`);
    expect(await page.runs(count)).toEqual(names);
    // Above 500 runs TensorBoard ticks none.
    const ticked = count <= 500 ? names : names.slice(7, 8);
    if (count > 500) await page.tick(names[7]!);
    const shown = await page.card('loss', ticked.length);
    expect(shown.map(([run]) => run)).toEqual(ticked);
    for (const [run = '', , value, step] of shown) {
      expect([run, Number(step)]).toEqual([run, rows - 1]);
      expect(Number(value)).toBeCloseTo(lossOf(names.indexOf(run), rows - 1), DECIMALS - 1);
    }
    await page.screenshot(`${count}-timeseries`);
    expect(page.complaints).toEqual([]);
  });
});
