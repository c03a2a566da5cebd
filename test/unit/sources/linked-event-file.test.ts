/** Links below `files/`: those that `sync_tensorboard` makes are followed, and no others. */

import { mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunSource } from '../../../src/sources/index.ts';
import {
  localSource,
  neverAborted,
  type TemporaryFolder,
  temporaryFolder,
} from '../../support/local-runs.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

const signal = neverAborted;
const EVENTS = 'events.out.tfevents.1.host.7.0';

interface Layout {
  readonly folder: TemporaryFolder;
  /** Of the run directory, below the folder. */
  readonly run?: string;
  readonly link: string;
  readonly target: string;
}

/** Names of the files a run has saved, with a link among them. */
async function savedNames({ folder, run = 'home/wandb/run-1-abc', link, target }: Layout): Promise<string[]> {
  await folder.write(`${run}/run-abc.wandb`, new WandbLogWriter().bytes());
  const at = join(folder.path, run, 'files', link);
  await mkdir(dirname(at), { recursive: true });
  await symlink(join(folder.path, target), at);
  const source = localSource(join(folder.path, run));
  const { key } = (await source.listRuns({ signal }))[0]!;
  const names = (await source.listFiles(key, { signal })).map(({ name }) => name);
  // Whatever asks by name is told the same.
  expect((await source.statFiles(key, [link], { signal })).map(({ name }) => name)).toEqual(names);
  expect(await canOpen(source, key, link)).toBe(names.includes(link));
  return names;
}

async function canOpen(source: RunSource, key: Parameters<RunSource['openFile']>[0], name: string) {
  return await source.openFile(key, name, { signal }).then(
    async (file) => {
      await file[Symbol.asyncDispose]();
      return true;
    },
    () => false,
  );
}

describe('a link below the files of a run', () => {
  it('is followed to an event file of its name below the folder that holds wandb/', async () => {
    await using folder = await temporaryFolder();
    await folder.write(`home/runs/train/${EVENTS}`, Buffer.from('x'));
    const layout = { folder, link: `train/${EVENTS}`, target: `home/runs/train/${EVENTS}` };
    expect(await savedNames(layout)).toEqual([`train/${EVENTS}`]);
  });

  it.each([
    ['to another place', { link: EVENTS, target: `elsewhere/${EVENTS}` }],
    ['to a place whose name begins alike', { link: EVENTS, target: `home2/${EVENTS}` }],
    ['to a file that is none of events', { link: EVENTS, target: 'home/secret' }],
    ['under another name', { link: `${EVENTS}.txt`, target: `home/${EVENTS}` }],
    ['that is not named as one', { link: 'notes.txt', target: `home/${EVENTS}` }],
    ['to a directory', { link: 'tfevents', target: 'home/tfevents' }],
    ['to nothing', { link: EVENTS, target: 'home/gone' }],
    ['through another link, out of there', { link: EVENTS, target: `home/hop/${EVENTS}` }],
    [
      'of a run that lies in no folder of the SDK',
      { run: 'home/copied/run-1-abc', link: EVENTS, target: `home/${EVENTS}` },
    ],
  ])('is not followed %s', async (_, layout) => {
    await using folder = await temporaryFolder();
    for (const name of [
      `elsewhere/${EVENTS}`,
      `home2/${EVENTS}`,
      'home/secret',
      `home/${EVENTS}`,
      'home/tfevents/x',
    ])
      await folder.write(name, Buffer.from('x'));
    await symlink(join(folder.path, 'elsewhere'), join(folder.path, 'home/hop'));
    expect(await savedNames({ folder, ...layout })).toEqual([]);
  });

  it('is not followed below a linked directory', async () => {
    await using folder = await temporaryFolder();
    await folder.write(`home/runs/${EVENTS}`, Buffer.from('x'));
    expect(await savedNames({ folder, link: 'runs', target: 'home/runs' })).toEqual([]);
    const source = localSource(join(folder.path, 'home/wandb/run-1-abc'));
    const { key } = (await source.listRuns({ signal }))[0]!;
    expect(await canOpen(source, key, `runs/${EVENTS}`)).toBe(false);
  });

  it('is gone when the event file is', async () => {
    await using folder = await temporaryFolder();
    await folder.write(`home/${EVENTS}`, Buffer.from('x'));
    expect(await savedNames({ folder, link: EVENTS, target: `home/${EVENTS}` })).toEqual([EVENTS]);
    await rm(join(folder.path, 'home', EVENTS));
    const source = localSource(join(folder.path, 'home/wandb/run-1-abc'));
    const { key } = (await source.listRuns({ signal }))[0]!;
    expect(await source.listFiles(key, { signal })).toEqual([]);
  });
});
