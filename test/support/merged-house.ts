/** A house over a folder and a server that may have the same runs. @module */

import type { CloudScope } from '../../src/sources/index.ts';
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
  /** Runs of the server; default: those of acme/research. */
  readonly scopes?: readonly Partial<CloudScope>[];
}

/** `fill`: what folder and server hold before the house is built. */
export async function mergedHouse(
  fill: (folder: TemporaryFolder, server: WandbServer) => Promise<void>,
  { scopes = [{ entity: 'acme', project: 'research' }], ...options }: MergedHouseOptions = {},
): Promise<MergedHouse> {
  const [server, folder] = [await startWandbServer(), await temporaryFolder()];
  await fill(folder, server);
  const clouds: CloudSource[] = [];
  for (const scope of scopes) clouds.push(await cloudSource(server, scope));
  const sources = [...clouds.map(({ source }) => source), localSource(folder.path)];
  const house = await buildHouse({ ...options, sources });
  return {
    ...{ folder, server, house },
    [Symbol.asyncDispose]: async () => {
      for (const part of [house, ...clouds, folder, server]) await part[Symbol.asyncDispose]();
    },
  };
}
