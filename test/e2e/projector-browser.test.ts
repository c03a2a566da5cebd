/** TensorBoard's Projector page in a real browser, on vectors of a run's table: points, their names, and what labels them. @module */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runKey } from '../../src/core/index.ts';
import { BROWSER_MISSING, DashboardPage, drawnPixels, startBrowser } from '../support/browser.ts';
import { buildHouse, COMPLETE, type House } from '../support/house.ts';
import { MOUNTING_MISSING, mountTree } from '../support/mounting.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { factsRecord, row } from '../support/records.ts';
import { ScriptedSource } from '../support/scripted-source.ts';
import { TensorBoard } from '../support/tensorboard.ts';

const RUN = 'acme/research/sunny';
/** Needs care in paths, in protobuf and in addresses. */
const KEY = 'emb/validé "x"&1';
const SHOWN_KEY = 'emb/validé _x__1';
const ROWS = Array.from({ length: 50 }, (_, i) => [`item ${i}`, i % 2 ? 'odd' : 'even', [i, i / 3, 0.5 - i]]);
/** Circles of points have some 150 pixels each; axes have less than a thousand. */
const POINT_PIXELS = 60 * ROWS.length;
/** The page asks for what it draws, and draws it, in its own time. */
const PATIENT = { timeout: 60_000 };

const skipped = BROWSER_MISSING ?? PYTHON_MISSING ?? MOUNTING_MISSING;

describe.skipIf(skipped !== null)(
  `the Projector in a browser${skipped === null ? '' : ` (${skipped})`}`,
  () => {
    it('shows the points of a table, and their labels', async () => {
      await using house = await houseWithVectors();
      await using mount = await mountTree(house.tree);
      await using board = await TensorBoard.start(join(mount.directory, RUN, '@projector'));
      const isEnabled = async () => {
        const plugins = await board.get<{ projector: { enabled: boolean } }>('/data/plugins_listing');
        return plugins.projector.enabled;
      };
      await board.until(isEnabled, Boolean);
      const browser = await startBrowser();
      try {
        await using page = await DashboardPage.open(browser, board.url, 'projector');
        await expectPoints(page);
        await page.screenshot('projector');
        expect(page.complaints).toEqual([]);
      } finally {
        await browser.close();
      }
    });
  },
);

async function expectPoints({ page }: DashboardPage): Promise<void> {
  // TensorBoard frames a plugin's module, and the module frames the page.
  const projector = page.frameLocator('iframe').frameLocator('iframe').locator('vz-projector');
  const textsIn = async (place: string) =>
    (await projector.locator(place).allTextContents()).map((text) => text.trim().replace(/\s+/g, ' '));
  await expect.poll(() => textsIn('.numDataPoints'), PATIENT).toEqual(['50']);
  expect(await textsIn('.dim')).toEqual(['3']);
  expect(await textsIn('#data-panel paper-item:has-text("50x3")')).toEqual([`${SHOWN_KEY} 50x3`]);
  await expect.poll(() => textsIn('#labelby paper-item'), PATIENT).toEqual(['name', 'parity']);
  const colors = ['No color map', 'Metadata', 'name 50 non-unique colors', 'parity 2 colors'];
  expect(await textsIn('#colorby paper-item')).toEqual(colors);
  await expect
    .poll(() => drawnPixels(projector.locator('#scatter canvas').first()), PATIENT)
    .toBeGreaterThan(POINT_PIXELS);

  await projector.locator('#search-box input').fill('item 4');
  const found = ['item 4', ...Array.from({ length: 10 }, (_, i) => `item ${40 + i}`)];
  await expect.poll(() => textsIn('#inspector-panel .matches-list .label'), PATIENT).toEqual(found);
  await projector.locator('#inspector-panel .matches-list .label', { hasText: 'item 49' }).click();
  await expect
    .poll(() => textsIn('div#metadata-card'), PATIENT)
    .toEqual([expect.stringMatching(/^item 49\s*name\s*item 49\s*parity\s*odd$/)]);
}

/** A run that has logged a table of vectors. */
async function houseWithVectors(): Promise<House> {
  const source = new ScriptedSource();
  const path = 'media/table/t.table.json';
  const table = JSON.stringify({ columns: ['name', 'parity', 'vector'], data: ROWS });
  source.files.set(path, table);
  const value = JSON.stringify({ _type: 'table-file', path, size: table.length });
  source.add(runKey('acme', 'research', 'abc'), [
    factsRecord('sunny'),
    row(0, { loss: 1 }, [{ key: KEY, kind: 'json', text: value }]),
    row(1, { loss: 0.5 }),
  ]);
  const house = await buildHouse({ sources: [source] });
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  return house;
}
