/** The view of a run's event file, while its log grows, goes back and is lost. */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runKey, runKeyText } from '../../../src/core/index.ts';
import { readEvents, scalarsOf } from '../../support/event-reader.ts';
import { buildHouse, COMPLETE, eventPath, readWhole, signal } from '../../support/house.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { configRecord, factsRecord, row, systemRow } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const KEY = runKey('e', 'p', 'r1');
const RUN = 'e/p/r';

/** Rows with samples between, that go back now and then: several blocks, and repeats of samples from all of them. */
function resumed(): ScriptedSource {
  const source = new ScriptedSource();
  source.batchSize = 1000;
  source.add(KEY, [factsRecord('r')]);
  for (let part = 0; part < 4; part++) {
    const records = Array.from({ length: 9000 }, (_, i) =>
      i % 3 === 0
        ? systemRow(1.7e9 + part * 9000 + i, { cpu: i })
        : row(part * 4000 + i, { loss: i, acc: -i }),
    );
    source.push(KEY, ...records);
  }
  return source;
}

describe('an event file of a run that was resumed', () => {
  it('is the same read at once, by many at a time, and in ranges', async () => {
    await using house = await buildHouse({ sources: [resumed()] });
    await house.tree.stat(`${RUN}/run.json`, COMPLETE);
    const path = await eventPath(house.tree, RUN);
    const whole = await readWhole(house.tree, path);
    expect(scalarsOf(readEvents(whole)).get('system/cpu')?.length).toBeGreaterThan(0);
    const again = await Promise.all(Array.from({ length: 8 }, () => readWhole(house.tree, path)));
    for (const bytes of again) expect(bytes.equals(whole)).toBe(true);
  });
});

describe('a view whose log has lost its index', () => {
  let folder: TemporaryFolder;
  it('says so instead of folding for ever, and the run is read anew', async () => {
    folder = await temporaryFolder();
    await using _ = folder;
    const source = resumed();
    await using house = await buildHouse({ sources: [source], cacheDir: folder.path });
    const run = house.history.catalogue.runs.get(runKeyText(KEY))!;
    await run.update();
    const log = await run.open();
    for (const name of await readdir(folder.path, { recursive: true }))
      if (/h1\./.test(name)) await rm(join(folder.path, name), { recursive: true, force: true });
    await expect(run.readCommits(log)).rejects.toMatchObject({ code: 'not-found' });
    await run.update();
    expect((await run.open()).ledger.progress.rows).toBe(log.ledger.progress.rows);
    await house.tree.list(RUN, { signal });
  });
});

describe('the checksum of an event file', () => {
  it('is another where the run says something else of the same length', async () => {
    const etags = new Set<unknown>();
    for (const lr of [0.5, 0.7, 0.7]) {
      const source = new ScriptedSource();
      source.add(runKey('e', 'p', 'r1'), [configRecord({ lr }), row(0, { loss: 1 })]);
      await using house = await buildHouse({ sources: [source] });
      await house.tree.stat('e/p/r1/run.json', COMPLETE);
      const node = await house.tree.stat(await eventPath(house.tree, 'e/p/r1'), COMPLETE);
      etags.add(node.kind === 'file' && node.etag);
    }
    expect(etags.size).toBe(2);
  });
});
