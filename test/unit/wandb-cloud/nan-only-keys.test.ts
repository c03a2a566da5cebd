/** Keys that only ever held NaN, which a server keeps as words. */

import { expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import { cloudSource } from '../../support/cloud.ts';
import { neverAborted, readAll, rowObject } from '../../support/local-runs.ts';
import { type JsonObject, startWandbServer } from '../../support/wandb-server/index.ts';

const KEY = runKey('acme', 'vision', 'nan');

/** Rows of a run that the double holds, read as the source reads them. */
async function rowsOf(rows: readonly JsonObject[], summary?: JsonObject) {
  await using server = await startWandbServer();
  const run = server.store.project('acme', 'vision').addRun({ id: 'nan', rows });
  if (summary !== undefined) run.set({ summary });
  await using cloud = await cloudSource(server, { entity: 'acme', project: 'vision' });
  await cloud.source.listRuns({ signal: neverAborted });
  return (await readAll(cloud.source, KEY)).rows.map(rowObject);
}

it('are numbers, as they are from a folder', async () => {
  const rows = [{ loss: Number.NaN, 'a/b': { c: Number.NEGATIVE_INFINITY } }, { loss: Number.NaN }];
  expect(await rowsOf(rows)).toEqual([
    { loss: Number.NaN, 'a/b.c': Number.NEGATIVE_INFINITY },
    { loss: Number.NaN },
  ]);
});

it('are told from keys of texts by the last value, which the summary has', async () => {
  expect(await rowsOf([{ note: 'NaN' }, { note: 'fine' }])).toEqual([{ note: 'NaN' }, { note: 'fine' }]);
  expect(await rowsOf([{ loss: Number.NaN }], {})).toEqual([{ loss: 'NaN' }]);
});

it('are none of what holds something else than words', async () => {
  const image = { _type: 'image-file', path: 'x.png', size: 1 };
  expect(await rowsOf([{ seen: image }, { seen: 'NaN' }])).toEqual([
    { seen: expect.stringContaining('image-file') },
    { seen: 'NaN' },
  ]);
});
