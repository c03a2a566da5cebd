/** A data provider over the house of a test, and a gRPC door on it with a client of its own. @module */

import { type Clock, systemClock } from '../../src/core/index.ts';
import { createGrpcFrontend, type GrpcServer } from '../../src/frontends/grpc/index.ts';
import { OPERATOR } from '../../src/namespace/index.ts';
import { type Logger, silentLogger } from '../../src/observability/index.ts';
import { type Plugin, pluginNamed } from '../../src/plugins/index.ts';
import type { ScalarPoints } from '../../src/points/index.ts';
import { type HParamsPluginData, hparamsCodec, type SummaryMetadata } from '../../src/protobuf/index.ts';
import {
  createDataProvider,
  type DataProvider,
  type DataProviderOptions,
  type RunEntries,
  type Selection,
  type SeriesListing,
  type TensorPoint,
} from '../../src/series/index.ts';
import {
  type CallName,
  DataProviderClient,
  type RequestOf,
  type ResponseOf,
} from './data-provider-client.ts';
import { type House, signal } from './house.ts';

export const EVERYTHING: Selection = { runs: null, tags: null };

export function providerOver(
  { history, views: events, files, namespace, metrics }: House,
  options: Partial<DataProviderOptions> & { readonly clock?: Clock } = {},
): DataProvider {
  return createDataProvider({
    ...{ history, events, files, namespace, caller: OPERATOR, metrics },
    ...{ projects: null, started: Promise.resolve() },
    ...{ memoryMaxBytes: 1e8, maxResponsePoints: 50_000, logger: silentLogger(), clock: systemClock },
    ...options,
  });
}

/** Entries as plain objects: content by tag by run. */
export function byRun<T>(entries: readonly RunEntries<T>[]): Record<string, Record<string, T>> {
  return Object.fromEntries(entries.map(({ run, tags }) => [run, Object.fromEntries(tags)]));
}

export function selection(runs: readonly string[] | null, tags: readonly string[] | null = null): Selection {
  return { runs: runs === null ? null : new Set(runs), tags: tags === null ? null : new Set(tags) };
}

/** A plugin by TensorBoard's name for it. */
export function pluginOf(name: string): Plugin {
  const plugin = pluginNamed(name);
  if (plugin === undefined) throw new RangeError(`no plugin is called ${name}`);
  return plugin;
}

/** Scalars of a selection. */
export async function scalarEntries(
  provider: DataProvider,
  wanted: Selection,
  maxPoints: number,
): Promise<readonly RunEntries<ScalarPoints>[]> {
  const read = await provider.read(pluginOf('scalars'), wanted, maxPoints, { signal });
  return read.dataClass === 'scalar' ? read.entries : [];
}

/** The same: points by tag by run. */
export async function readScalars(
  provider: DataProvider,
  wanted: Selection,
  maxPoints: number,
): Promise<Record<string, Record<string, ScalarPoints>>> {
  return byRun(await scalarEntries(provider, wanted, maxPoints));
}

/** The same for series of tensors. */
export async function readTensors(
  provider: DataProvider,
  plugin: string,
  wanted: Selection,
  maxPoints: number,
): Promise<Record<string, Record<string, readonly TensorPoint[]>>> {
  const read = await provider.read(pluginOf(plugin), wanted, maxPoints, { signal });
  return read.dataClass === 'tensor' ? byRun(read.entries) : {};
}

/** Series of a plugin: their listing by tag by run. */
export async function listSeries(
  provider: DataProvider,
  plugin: string,
  wanted: Selection = EVERYTHING,
): Promise<Record<string, Record<string, SeriesListing>>> {
  return byRun(await provider.list(pluginOf(plugin), wanted, { signal }));
}

/** What the HParams dashboard reads of a series, all of it in the metadata. */
export function sessionOf(listing: { readonly metadata: SummaryMetadata } | undefined): HParamsPluginData {
  return hparamsCodec.decode(listing?.metadata.pluginData?.content ?? new Uint8Array());
}

export interface GrpcDoor extends AsyncDisposable {
  readonly server: GrpcServer;
  /** Asks as TensorBoard does. @throws ServiceError */
  call<Name extends CallName>(
    name: Name,
    request: RequestOf<Name>,
    signal?: AbortSignal,
  ): Promise<ResponseOf<Name>>;
}

export async function grpcDoor(
  provider: DataProvider,
  { metrics }: Pick<House, 'metrics'>,
  logger: Logger = silentLogger(),
): Promise<GrpcDoor> {
  const server = await createGrpcFrontend({ provider, logger, metrics }).listen({
    host: '127.0.0.1',
    port: 0,
    tls: null,
  });
  const client = new DataProviderClient(server.address);
  return {
    server,
    call: (name, request, signal) => client.call(name, request, signal),
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
