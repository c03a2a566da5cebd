/** `@tensorboard`: event files that TensorBoard wrote itself and the SDK saved, below a directory of their own. */

import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FollowedFile } from '../../../src/tree/index.ts';
import { buildHouse, COMPLETE, collect, type House, readWhole, signal } from '../../support/house.ts';
import { localSource, type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

const FOLDER = 'wandb/run-20240101_000000-abc';
const EVENTS = 'events.out.tfevents.1.host.7.0';

/** A run directory beside `tb/train`, whose event file `files/train` links to, as the SDK leaves it. */
async function houseWith(folder: TemporaryFolder): Promise<House & { readonly run: string }> {
  await folder.write(`tb/train/${EVENTS}`, Buffer.from('event file'));
  await folder.write(`${FOLDER}/files/train/notes.txt`, Buffer.from('notes'));
  await folder.write(`${FOLDER}/run-abc.wandb`, new WandbLogWriter().bytes());
  await symlink(join(folder.path, `tb/train/${EVENTS}`), join(folder.path, FOLDER, 'files/train', EVENTS));
  const house = await buildHouse({ sources: [localSource(folder.path)] });
  const [entity] = await house.tree.list('', { signal });
  const [project] = await house.tree.list(entity!.name, { signal });
  const [run] = await house.tree.list(`${entity!.name}/${project!.name}`, { signal });
  return { ...house, run: `${entity!.name}/${project!.name}/${run!.name}` };
}

describe('event files that were saved with a run', () => {
  it('are below @tensorboard as they are, without anything else, and not beside the event file of the run', async () => {
    await using folder = await temporaryFolder();
    await using house = await houseWith(folder);
    const names = async (path: string) =>
      (await house.tree.list(`${house.run}${path}`, { signal })).map(({ name }) => name);
    expect(await names('')).not.toContain('@tensorboard');
    expect(await names('/@tensorboard')).toEqual(['train']);
    expect(await names('/@tensorboard/train')).toEqual([EVENTS]);
    expect(await names('/@files/train')).toEqual([EVENTS, 'notes.txt']);
    const path = `${house.run}/@tensorboard/train/${EVENTS}`;
    expect(await house.tree.stat(path, COMPLETE)).toMatchObject({ size: 10, isAppendOnly: true });
    expect((await readWhole(house.tree, path)).toString()).toBe('event file');
  });

  it('are followed as they grow', async () => {
    await using folder = await temporaryFolder();
    await using house = await houseWith(folder);
    const path = `${house.run}/@tensorboard/train/${EVENTS}`;
    const opened = await house.tree.open(path, COMPLETE);
    await using file = new FollowedFile(opened, { tree: house.tree, path, retryForMs: 1000 });
    expect(await file.reach({ start: 0, end: 100 }, COMPLETE)).toEqual({ start: 0, end: 10 });
    await writeFile(join(folder.path, 'tb/train', EVENTS), ', grown', { flag: 'a' });
    const range = await file.reach({ start: 0, end: 100 }, COMPLETE);
    expect((await collect(file.read(range, { signal }))).toString()).toBe('event file, grown');
    expect(await house.tree.stat(path, COMPLETE)).toMatchObject({ size: 17 });
  });
});
