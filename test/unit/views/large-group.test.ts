/** Groups of long runs: computed in stretches, in memory that does not grow with them. @module */

import { expect, it } from 'vitest';
import { addMembers, derivedRun, groupBytes } from '../../support/grouped-runs.ts';
import { buildHouse } from '../../support/house.ts';
import { exitRecord, row } from '../../support/records.ts';
import { scaled } from '../../support/scale.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const MEMBERS = 10;
const POINTS = scaled(20_000, 200_000);
/** Rows of a stretch of work: far more than fit between two turns of the event loop. */
const ROWS_PER_TURN = POINTS / 4;

it('lets others work while it reads long runs, and keeps no more of them than its bound', async () => {
  const source = new ScriptedSource();
  source.batchSize = 2000;
  const rows = Array.from({ length: POINTS }, (_, step) => row(step, { loss: 1 / (step + 1) }));
  addMembers(
    source,
    Object.fromEntries(Array.from({ length: MEMBERS }, (_, i) => [`m${i}`, [...rows, exitRecord()]])),
  );
  const derivedMaxBytes = 2_000_000;
  await using house = await buildHouse({ sources: [source], derivedMaxBytes });
  for (const run of house.history.catalogue.runs.values()) await run.update();
  const run = await derivedRun(house, 'mean');
  let turns = 0;
  let isOver = false;
  const turning = (async () => {
    for (; !isOver; turns++) await new Promise((resolve) => setImmediate(resolve));
  })();
  await run.update();
  isOver = true;
  await turning;
  expect(run.log!.ledger.progress.rows).toBe(POINTS);
  expect(turns).toBeGreaterThan(POINTS / ROWS_PER_TURN);
  const { store } = house.derived.views.history;
  for (const statistic of ['mean', 'max', 'min', 'std']) await groupBytes(house, statistic);
  // One log in use may pass the bound: that of the last statistic, some 28 bytes a row.
  expect('bytes' in store && store.bytes).toBeLessThan(derivedMaxBytes + 32 * POINTS);
});
