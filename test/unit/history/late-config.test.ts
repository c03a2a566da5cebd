/** Hyperparameters of a run on a server whose config comes after its first rows: told once, and in the same bytes again. */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cloudSource } from '../../support/cloud.ts';
import { readEvents } from '../../support/event-reader.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole } from '../../support/house.ts';
import { startWandbServer } from '../../support/wandb-server/index.ts';

const RUN = 'acme/vision/r';

async function eventBytes(house: House): Promise<Buffer> {
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  return await readWhole(house.tree, await eventPath(house.tree, RUN));
}

/** Places of session starts among the summaries. */
function starts(bytes: Buffer): number[] {
  const tags = readEvents(bytes).map(({ summary }) => summary?.value?.[0]?.tag);
  return tags.flatMap((tag, i) => (tag === '_hparams_/session_start_info' ? [i] : []));
}

it('a config that comes late is told once, and rebuilt where it was told', async () => {
  await using server = await startWandbServer();
  const run = server.store.project('acme', 'vision').addRun({ id: 'r', rows: [{ loss: 1 }, { loss: 2 }] });
  await using cloud = await cloudSource(server, { entity: 'acme', project: 'vision' });
  await using house = await buildHouse({ sources: [cloud.source] });
  await house.tree.list('acme/vision', { signal: COMPLETE.signal });
  const before = await eventBytes(house);
  expect(starts(before)).toEqual([]);
  for (const lr of [0.1, 0.2]) {
    run.set({ config: { lr } });
    run.append([{ loss: 3 }]);
    await eventBytes(house);
  }
  run.finish(0);
  const bytes = await eventBytes(house);
  expect(bytes.subarray(0, before.length).equals(before)).toBe(true);
  // After the text of the config.
  expect(starts(bytes)).toEqual([readEvents(before).length + 1]);

  const path = await eventPath(house.tree, RUN);
  const names = await readdir(house.cacheDir, { recursive: true });
  for (const name of names.filter((name) => name.endsWith('.rows'))) await rm(join(house.cacheDir, name));
  await using again = await buildHouse({ sources: [cloud.source], cacheDir: house.cacheDir });
  await again.tree.list('acme/vision', { signal: COMPLETE.signal });
  expect((await eventBytes(again)).equals(bytes)).toBe(true);
  expect(await eventPath(again.tree, RUN)).toBe(path);
});
