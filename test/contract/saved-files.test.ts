/** Files saved with runs of sources that are made of others, or that tests are made with. @module */

import { MergedSource } from '../../src/sources/index.ts';
import { cloudSource } from '../support/cloud.ts';
import { localSource, temporaryFolder } from '../support/local-runs.ts';
import { MEDIA_RUN } from '../support/media-run.ts';
import { ScriptedSource } from '../support/scripted-source.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';
import { startWandbServer } from '../support/wandb-server/index.ts';
import { describeSavedFilesContract, type SavedFilesFixture } from './saved-files-contract.ts';

const RUN_FOLDER = 'wandb/run-20240101_000000-run1';

async function scripted(): Promise<SavedFilesFixture> {
  const source = new ScriptedSource();
  source.add(MEDIA_RUN);
  return {
    source,
    key: MEDIA_RUN,
    save: async (name, text) => void source.files.set(name, text),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** `has`: which of the two copies have a file: as a run is synced, and as one that was logged elsewhere. */
async function merged(has: (name: string) => 'folder' | 'server' | 'both'): Promise<SavedFilesFixture> {
  const [server, folder] = [await startWandbServer(), await temporaryFolder()];
  const run = server.store.project('acme', 'research').addRun({ id: 'run1' });
  await folder.write(`${RUN_FOLDER}/run-run1.wandb`, new WandbLogWriter().begin('run1').bytes());
  const cloud = await cloudSource(server, { entity: 'acme', project: 'research' });
  return {
    source: new MergedSource([localSource(folder.path), cloud.source]),
    key: MEDIA_RUN,
    save: async (name, text) => {
      const where = has(name);
      if (where !== 'folder') run.addFile(name, text);
      if (where !== 'server') await folder.write(`${RUN_FOLDER}/files/${name}`, Buffer.from(text));
    },
    [Symbol.asyncDispose]: async () => {
      for (const part of [cloud, folder, server]) await part[Symbol.asyncDispose]();
    },
  };
}

describeSavedFilesContract('a script', scripted);
describeSavedFilesContract('a folder and a server that have the same', () => merged(() => 'both'));
describeSavedFilesContract('a folder and a server that have some each', () =>
  merged((name) => (name.startsWith('media/') ? 'server' : 'folder')),
);
