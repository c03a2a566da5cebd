/** What each call of the protocol is answered with. @module */

import { type DataClass, type Plugin, pluginNamed } from '../../plugins/index.ts';
import {
  DATA_PROVIDER_CODECS as CODECS,
  type DataProviderCall,
  type DataProviderCalls,
  type ListRequest,
  type ReadRequest,
} from '../../protobuf/index.ts';
import type { DataProvider } from '../../series/index.ts';
import { encodeEntries } from './answer.ts';
import {
  blobSequenceData,
  blobSequenceListing,
  experimentMessage,
  scalarData,
  seriesListing,
  tensorData,
} from './messages.ts';
import { checkExperiment, maxPointsOf, pluginOf, selectionOf } from './request.ts';

type Signal = { readonly signal: AbortSignal };

/** The calls that are answered by one message. */
export type UnaryCall = Exclude<DataProviderCall, 'ReadBlob'>;

/** The encoded answers. They throw LogdirErrors. */
export type Calls = {
  readonly [Name in UnaryCall]: (
    request: DataProviderCalls[Name]['request'],
    options: Signal,
  ) => Promise<Uint8Array>;
} & {
  readonly ReadBlob: (
    request: DataProviderCalls['ReadBlob']['request'],
    options: Signal,
  ) => AsyncIterable<Uint8Array>;
};

/** A message without fields: nothing of this kind is there. */
const NOTHING = new Uint8Array();

export function createCalls(provider: DataProvider): Calls {
  return {
    GetExperiment: async (request) => {
      checkExperiment(request);
      return CODECS.GetExperiment.response.encode(experimentMessage(provider.experiment()));
    },
    ListPlugins: async (request, options) => {
      checkExperiment(request);
      const plugins = await provider.plugins(options);
      return CODECS.ListPlugins.response.encode({ plugins: plugins.map(({ name }) => ({ name })) });
    },
    ListRuns: async (request, options) => {
      checkExperiment(request);
      return CODECS.ListRuns.response.encode({ runs: await provider.runs(options) });
    },
    ...seriesCalls(provider),
    ReadBlob: ({ blobKey = '' }, options) => readBlob(provider, blobKey, options),
  };
}

/** Two for each data class, whatever the plugin. */
function seriesCalls(
  provider: DataProvider,
): Omit<Calls, 'GetExperiment' | 'ListPlugins' | 'ListRuns' | 'ReadBlob'> {
  return {
    ListScalars: async (request, options) => {
      const entries = await list(provider, 'scalar', request, options);
      return await encodeEntries(CODECS.ListScalars.response, entries, seriesListing);
    },
    ReadScalars: async (request, options) => {
      const points = await read(provider, 'scalar', request, options);
      if (points?.dataClass !== 'scalar') return NOTHING;
      return await encodeEntries(CODECS.ReadScalars.response, points.entries, scalarData);
    },
    ListTensors: async (request, options) => {
      const entries = await list(provider, 'tensor', request, options);
      return await encodeEntries(CODECS.ListTensors.response, entries, seriesListing);
    },
    ReadTensors: async (request, options) => {
      const points = await read(provider, 'tensor', request, options);
      if (points?.dataClass !== 'tensor') return NOTHING;
      return await encodeEntries(CODECS.ReadTensors.response, points.entries, tensorData);
    },
    ListBlobSequences: async (request, options) => {
      const entries = await list(provider, 'blob-sequence', request, options);
      return await encodeEntries(CODECS.ListBlobSequences.response, entries, blobSequenceListing);
    },
    ReadBlobSequences: async (request, options) => {
      const points = await read(provider, 'blob-sequence', request, options);
      if (points?.dataClass !== 'blob-sequence') return NOTHING;
      return await encodeEntries(CODECS.ReadBlobSequences.response, points.entries, blobSequenceData);
    },
  };
}

async function list(provider: DataProvider, dataClass: DataClass, request: ListRequest, options: Signal) {
  checkExperiment(request);
  const plugin = pluginWith(dataClass, pluginOf(request));
  return plugin === null ? [] : await provider.list(plugin, selectionOf(request), options);
}

/** Null where there is nothing. */
async function read(provider: DataProvider, dataClass: DataClass, request: ReadRequest, options: Signal) {
  checkExperiment(request);
  const plugin = pluginWith(dataClass, pluginOf(request));
  const maxPoints = maxPointsOf(request);
  return plugin === null ? null : await provider.read(plugin, selectionOf(request), maxPoints, options);
}

/** The plugin of a name, if its series are of this class: TensorBoard asks for all classes of some. */
function pluginWith(dataClass: DataClass, name: string): Plugin | null {
  const plugin = pluginNamed(name);
  return plugin?.dataClass === dataClass ? plugin : null;
}

async function* readBlob(provider: DataProvider, key: string, options: Signal): AsyncGenerator<Uint8Array> {
  for await (const data of provider.readBlob(key, options)) {
    yield CODECS.ReadBlob.response.encode({ data });
  }
}
