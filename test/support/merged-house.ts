/** A house over a folder and a server that may have the same runs. @module */

import { type CloudSource, cloudSource } from './cloud.ts';
import { buildHouse, type House, type HouseOptions } from './house.ts';
import { localSource, type TemporaryFolder, temporaryFolder } from './local-runs.ts';
import { startWandbServer, type WandbServer } from './wandb-server/index.ts';

export interface MergedHouse extends AsyncDisposable {
  readonly folder: TemporaryFolder;
  readonly server: WandbServer;
  readonly house: House;
}

export interface MergedHouseOptions extends Omit<HouseOptions, 'sources'> {
  /** Projects of the server: one, or all of its entity. */
  readonly project?: string | null;
}

/** `fill`: what folder and server hold before the house is built. */
export async function mergedHouse(
  fill: (folder: TemporaryFolder, server: WandbServer) => Promise<void>,
  { project = 'research', ...options }: MergedHouseOptions = {},
): Promise<MergedHouse> {
  const [server, folder] = [await startWandbServer(), await temporaryFolder()];
  await fill(folder, server);
  const cloud: CloudSource = await cloudSource(server, { entity: 'acme', project });
  const house = await buildHouse({ ...options, sources: [cloud.source, localSource(folder.path)] });
  return {
    ...{ folder, server, house },
    [Symbol.asyncDispose]: async () => {
      for (const part of [house, cloud, folder, server]) await part[Symbol.asyncDispose]();
    },
  };
}
